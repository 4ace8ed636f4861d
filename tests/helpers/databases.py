"""Databases for tests: made, cloned, connected to and dropped."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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


class Spares:
    """Copies of one database, made ahead and removed behind the tests that use them, while those compute.

    A test still has a database of its own that nobody has touched; it only does not wait for it.
    """

    def __init__(self, server_url: str, source_url: str, *, ahead: int = 2) -> None:
        self._server_url, self._source_url, self._ahead = server_url, source_url, ahead
        self._made: deque[Future[str]] = deque()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="spare databases")

    def take(self) -> str:
        """Return the URL of a fresh copy, and have the next ones made."""
        while len(self._made) <= self._ahead:
            self._made.append(self._worker.submit(clone, self._server_url, self._source_url))
        return self._made.popleft().result()

    def give_back(self, url: str) -> None:
        """Have a copy removed."""
        self._worker.submit(drop, self._server_url, url)

    def close(self) -> None:
        """Wait for what is being made; the server goes with all that is left."""
        self._worker.shutdown(wait=True, cancel_futures=True)


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
