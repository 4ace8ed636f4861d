"""Databases for tests: made, cloned, connected to and dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from data import engine as engines

_numbers = count(1)
_current: list[str] = []


def create(server_url: str, name: str) -> str:
    """Make an empty database beside the one of ``server_url`` and return its URL."""
    _command(server_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return _named(server_url, name)


def clone(server_url: str, source_url: str, *, name: str | None = None) -> str:
    """Copy the database of ``source_url``, to which nobody may be connected, and return the copy's URL."""
    name = name or f"test_{next(_numbers)}"
    _command(
        server_url,
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(_name(source_url))
        ),
    )
    return _named(server_url, name)


def drop(server_url: str, url: str) -> None:
    """Remove a database, whoever is connected to it."""
    _command(
        server_url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name(url)))
    )


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """Connect this process to ``url``, and afterwards again to what it was connected to before."""
    _current.append(url)
    yield engines.connect(url)
    _current.remove(url)
    if _current:
        engines.connect(_current[-1])
    else:
        engines.disconnect()


def _command(server_url: str, command: sql.Composed) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(command)


def _name(url: str) -> str:
    return url.split("@/", 1)[1].split("?", 1)[0]


def _named(server_url: str, name: str) -> str:
    return server_url.replace(f"@/{_name(server_url)}?", f"@/{name}?", 1)
