"""The connection pool of this process: made by :func:`connect`, thrown away in a forked child."""

import os
from urllib.parse import urlsplit

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

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
