"""The connection pool of this process: made by :func:`connect`, thrown away in a forked child."""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from data import instruments
from portal.core import clock
from portal.core.errors import ConfigurationError, UpstreamError

OLDEST = 15  # major version of PostgreSQL

_engine: Engine | None = None


def driver_url(url: str) -> str:
    """Return ``url`` with the psycopg 3 driver named, whatever spelling of PostgreSQL it came with.

    Raises
    ------
    ConfigurationError
        The scheme is not PostgreSQL.
    """
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"DATABASE_URL starts with '{scheme}', but Enerscope needs PostgreSQL. "
            "Write it as postgresql://user:password@host:5432/name.",
            scheme=scheme,
        )
    return f"postgresql+psycopg://{rest}"


def connect(url: str, *, pool_size: int = 8) -> Engine:
    """Make the engine of this process and return it; a second call replaces the first."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    _engine = create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,  # errors are logged with their statement, and parameters hold hashes and tokens
        connect_args={
            "connect_timeout": 5,
            "application_name": "enerscope",
            "options": "-c timezone=UTC -c jit=off",
        },
    )
    instruments.watch(_engine)
    return _engine


def check() -> None:
    """Make sure that the database answers and is new enough.

    Raises
    ------
    UpstreamError
        It does not answer, or does not let us in.
    ConfigurationError
        It is older than PostgreSQL 15.
    """
    try:
        with engine().connect() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    except OperationalError as problem:
        reason = str(problem.orig).strip().splitlines()[-1].strip().rstrip(".")
        raise UpstreamError(
            f"The database {address()} cannot be used: {reason}. Check DATABASE_URL, and that the server runs.",
            address=address(),
        ) from problem
    if version // 10_000 < OLDEST:
        raise ConfigurationError(
            f"The database is PostgreSQL {version // 10_000}, but Enerscope needs {OLDEST} or newer. "
            "Upgrade the server, or leave DATABASE_URL empty to use the embedded one.",
            version=version,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """How the server answered a new connection: when we asked, what its clock said, and how many it lets in."""

    asked_at: datetime
    answered_at: datetime
    seconds: float
    clock: datetime
    version: str
    read_only: bool
    connections: int
    most_connections: int


_PING = """
SELECT clock_timestamp(), current_setting('server_version'),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int
"""


def ping(seconds: float) -> Answer:
    """Ask the server of this process over a new connection, beside the pool; ``seconds`` is about its patience.

    ``seconds`` of the answer is the whole way, connecting included; the clocks belong to the question alone.

    Raises
    ------
    UpstreamError
        It does not let us in, or does not answer in time.
    """
    url = (
        engine()
        .url.render_as_string(hide_password=False)
        .replace("postgresql+psycopg://", "postgresql://", 1)
    )
    began = time.monotonic()
    try:
        with psycopg.connect(
            url,
            connect_timeout=max(2, int(seconds)),
            application_name="enerscope health",
            options=f"-c timezone=UTC -c statement_timeout={int(seconds * 1000)}",
            autocommit=True,
        ) as connection:
            connection.execute(
                "SELECT 1"
            )  # the first one pays for starting up; the clocks are compared by the second
            asked = clock.now()
            row = connection.execute(_PING).fetchone()
            answered = clock.now()
    except psycopg.Error as problem:
        raise UpstreamError(
            f"The database {address()} does not answer: {_why(problem)}. Check that the server runs, and DATABASE_URL.",
            address=address(),
        ) from problem
    if row is None:
        raise UpstreamError(f"The database {address()} gave no answer.", address=address())
    when, version, read_only, connections, most = row
    return Answer(
        asked, answered, time.monotonic() - began, when.astimezone(UTC), str(version), bool(read_only),
        int(connections), int(most),
    )  # fmt: skip


def _why(problem: psycopg.Error) -> str:
    """Return what the server or the system said, without the address that stands before it."""
    first = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    return first.rpartition(" failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")


def disconnect() -> None:
    """Close the pool of this process; :func:`engine` refuses until the next :func:`connect`."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    _engine = None


def is_connected() -> bool:
    """Tell whether this process has an engine."""
    return _engine is not None


def engine() -> Engine:
    """Return the engine of this process.

    Raises
    ------
    UpstreamError
        :func:`connect` was not called, so there is no database to talk to.
    """
    if _engine is None:
        raise UpstreamError(
            "There is no database connection. Start the portal with `enerscope run`, or set DATABASE_URL."
        )
    return _engine


def address() -> str:
    """Return host and database name of the engine, without its password, for status lines."""
    parts = urlsplit(str(engine().url.render_as_string(hide_password=True)))
    return f"{parts.hostname or 'local socket'}{parts.path}"


def role() -> str:
    """Return the role that the engine connects as."""
    with engine().connect() as connection:
        return str(connection.exec_driver_sql("SELECT current_user").scalar_one())


def _forget_after_fork() -> None:
    if _engine is not None:
        _engine.dispose(
            close=False
        )  # the sockets belong to the parent; closing them here would end its queries


os.register_at_fork(after_in_child=_forget_after_fork)
