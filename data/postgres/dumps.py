"""Dumps of a database and their way back: PostgreSQL's own programs, and databases that change places by name."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from data.postgres import programs
from portal.core.errors import ConfigurationError, UpstreamError
from portal.domain.compliance.audit_chain import Row

MAINTENANCE = ("postgres", "template1")  # databases from which others are made and renamed
_SAID = 2_000  # characters of a program's complaint


@dataclass(frozen=True, slots=True)
class Content:
    """What a database held when it was dumped, counted in the same snapshot."""

    revision: str
    server_version: str
    bytes: int
    rows: dict[str, int]
    audit_entries: int
    audit_hash: str


def dump(url: str, target: Path) -> Content:
    """Write the database of ``url`` to ``target`` in PostgreSQL's custom format, and return what it held.

    Raises
    ------
    UpstreamError
        ``pg_dump`` failed; the sentence holds what it said.
    """
    with _connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        content = count(connection)
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        _run("pg_dump", url, ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"])
    return content


def count(connection: "psycopg.Connection[tuple[object, ...]]") -> Content:
    """Return what the database of ``connection`` holds, as its snapshot sees it."""
    tables = [
        str(name)
        for (name,) in connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
    ]
    rows = {
        name: int(_one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))))
        for name in tables
    }
    last: tuple[object, ...] | None = None
    if "audit_log" in rows:
        last = connection.execute(
            "SELECT seq, encode(hash, 'hex') FROM audit_log ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    return Content(
        revision=_one(connection, "SELECT version_num FROM alembic_version")
        if "alembic_version" in rows
        else "",
        server_version=_one(connection, "SHOW server_version"),
        bytes=int(_one(connection, "SELECT pg_database_size(current_database())")),
        rows=rows,
        audit_entries=int(str(last[0])) if last else 0,
        audit_hash=str(last[1]) if last else "",
    )


def contents(url: str) -> Content:
    """Return what the database of ``url`` holds now."""
    with _connect(url) as connection:
        return count(connection)


def audit_log(url: str) -> Iterator[Row]:
    """Yield the entries of the audit log in the database of ``url``, in their order and without holding them all."""
    with _connect(url) as connection, connection.cursor("audit_log") as cursor:
        cursor.itersize = 5_000
        copies = "at, actor_ref, action, object_kind, object_ref, outcome"
        cursor.execute(f"SELECT seq, hash, entry, {copies} FROM audit_log ORDER BY seq")
        row: Any
        for row in cursor:
            yield Row(row[0], row[1], row[2], row[3:])


def load(url: str, source: Path) -> None:
    """Fill the empty database of ``url`` from a dump.

    Raises
    ------
    UpstreamError
        ``pg_restore`` failed; the sentence holds what it said.
    """
    with _connect(url, autocommit=True) as connection:
        hypertables = connection.execute(
            "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'"
        ).fetchone()
        if hypertables and hypertables[0]:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            connection.execute("SELECT timescaledb_pre_restore()")
    _run(
        "pg_restore",
        url,
        ["--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={url}", str(source)],
    )
    if hypertables and hypertables[0]:
        with _connect(url, autocommit=True) as connection:
            connection.execute("SELECT timescaledb_post_restore()")


def make(url: str, name: str) -> str:
    """Make an empty database beside that of ``url`` and return its URL."""
    with _maintenance(url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return named(url, name)


def drop(url: str) -> None:
    """Remove the database of ``url``, whoever is connected to it; nothing happens when there is none."""
    with _maintenance(url) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name_of(url)))
        )


def take_place(url: str, fresh_url: str, aside: str) -> bool:
    """Let the database of ``fresh_url`` take the name of that of ``url``, which becomes ``aside``.

    Whoever is connected to either loses the connection. Returns whether there was one to put aside.
    """
    name, fresh = name_of(url), name_of(fresh_url)
    with _maintenance(url) as connection:
        there = (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
        )
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            ([name, fresh],),
        )
        with connection.transaction():
            if there:
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(name), sql.Identifier(aside)
                    )
                )
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(name))
            )
    return there


def exists(url: str) -> bool:
    """Tell whether the server has the database of ``url``."""
    with _maintenance(url) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name_of(url),)).fetchone()
            is not None
        )


def beside(url: str, beginning: str) -> list[str]:
    """Return the names of the databases on the server of ``url`` that begin so and that its user may drop."""
    with _connect(url) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND pg_has_role(datdba, 'MEMBER') "
            "ORDER BY 1",
            (beginning,),
        ).fetchall()
    return [str(name) for (name,) in rows]


def name_of(url: str) -> str:
    """Return the name of the database of ``url``."""
    return str(conninfo_to_dict(_plain(url))["dbname"])


def named(url: str, name: str) -> str:
    """Return ``url`` with another database."""
    base, _, options = url.partition("?")
    head = base.rsplit("/", 1)[0]
    return f"{head}/{quote(name)}" + (f"?{options}" if options else "")


@contextmanager
def _maintenance(url: str) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    problem: Exception | None = None
    for name in MAINTENANCE:
        try:
            connection = psycopg.connect(named(_plain(url), name), autocommit=True)
        except psycopg.OperationalError as refused:
            problem = refused
            continue
        with connection:
            yield connection
        return
    raise UpstreamError(
        f"The server of the database answers neither for '{MAINTENANCE[0]}' nor for '{MAINTENANCE[1]}', from where "
        f"databases are made: {problem}. Start it, or give its user the right to connect there."
    )


def _connect(url: str, *, autocommit: bool = False) -> "psycopg.Connection[tuple[object, ...]]":
    try:
        return psycopg.connect(_plain(url), autocommit=autocommit)
    except psycopg.OperationalError as problem:
        raise UpstreamError(
            f"The database to back up or restore does not answer: {str(problem).strip()}. Start it and try again."
        ) from problem


def _run(program: str, url: str, arguments: Sequence[str]) -> None:
    found = programs.find().path(program)
    if not found.is_file():
        raise ConfigurationError(
            f"{program} is not installed beside PostgreSQL's other programs in {found.parent}. Install the client "
            f"programs of PostgreSQL, or set {programs.VARIABLE} to their folder."
        )
    parts = conninfo_to_dict(_plain(url))
    password = str(parts.pop("password", "") or "")
    target = " ".join(f"{key}='{value}'" for key, value in parts.items())
    if program == "pg_dump":
        arguments = [*arguments, f"--dbname={target}"]
    else:
        arguments = [f"--dbname={target}" if item.startswith("--dbname=") else item for item in arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    answer = subprocess.run(
        [found, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PGPASSWORD": password},
    )
    if answer.returncode:
        raise UpstreamError(f"{program} failed: {answer.stderr.strip()[-_SAID:]}")


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _one(connection: "psycopg.Connection[tuple[object, ...]]", query: "str | sql.Composed") -> str:
    row = connection.execute(query).fetchone()
    return "" if row is None else str(row[0])
