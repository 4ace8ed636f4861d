"""The database of this process: found or started, connected, migrated, and left again."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from data import engine, instruments, migrations
from data.cache import Cache
from data.postgres import EmbeddedPostgres, protection
from data.queries import system
from data.session import UnitOfWork
from portal.core.config import Settings
from portal.core.errors import ConfigurationError

_embedded: EmbeddedPostgres | None = None
_url: str | None = None


def database_url(settings: Settings) -> str:
    """Return ``DATABASE_URL``, or the URL of the embedded server, which is started or attached to when needed.

    A forked child answers with what its parent found.

    Raises
    ------
    ConfigurationError
        There is no ``DATABASE_URL`` and the embedded server cannot start.
    """
    global _embedded, _url
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    if _embedded is None or _embedded.home != settings.root or _url is None:
        _embedded = EmbeddedPostgres(settings.root)
        _url = _embedded.start()
    return _url


def has_database(settings: Settings) -> bool:
    """Tell whether there is a database to open, without making one."""
    return settings.database_url is not None or (settings.root / "postgres" / "data" / "PG_VERSION").is_file()


def open_database(settings: Settings) -> None:
    """Make the connection pool of this process."""
    engine.connect(database_url(settings), pool_size=settings.threads)


def is_connected() -> bool:
    """Tell whether this process has a pool of connections; it may have none, as a check at home."""
    return engine.is_connected()


def check_database() -> None:
    """Make sure that the connected database answers and is new enough.

    Raises
    ------
    UpstreamError
        It does not answer.
    ConfigurationError
        It is older than what the portal needs.
    """
    engine.check()


def close_database() -> bool:
    """Close the pool and leave the embedded server, which stops when nobody else uses it; return whether it did."""
    global _embedded, _url
    engine.disconnect()
    server, _embedded, _url = _embedded, None, None
    return server.stop() if server is not None else False


@contextmanager
def borrowed_database(settings: Settings) -> Iterator[None]:
    """Have a database for the length of a job: the process's own, or one that is opened and left again."""
    if engine.is_connected():
        yield
        return
    open_database(settings)
    try:
        yield
    finally:
        close_database()


def revive_database() -> bool:
    """Start the embedded server again if it died; return whether that was needed. Nothing happens without one."""
    if _embedded is None or _embedded.running():
        return False
    _embedded.start()
    return True


@lru_cache(maxsize=1)
def cache(settings: Settings) -> Cache:
    """Return the cache of this process: Redis where ``REDIS_URL`` is set, else a folder under the home."""
    url = settings.redis_url
    return Cache(url.get_secret_value() if url is not None else None, settings.root / "cache" / "values")


def migrate() -> None:
    """Bring the connected database to the schema of this release."""
    migrations.upgrade(engine.engine())


def needs_migration() -> bool:
    """Tell whether the connected database is older than this release."""
    return migrations.pending(engine.engine())


def protect(settings: Settings, admin_url: str | None = None) -> bool:
    """Take the portal's right to change the audit log away, and return whether that was needed.

    The embedded server is protected by its own superuser, whose password lies beside it; with ``DATABASE_URL`` the
    URL of a superuser must be given.

    Raises
    ------
    ConfigurationError
        There is no superuser to do it, or the portal itself connects as one.
    """
    url = database_url(settings)
    found = protection.owner_of_log(url)
    if found is None or protection.is_protected(url):
        return False
    if admin_url is None:
        if _embedded is None:
            raise ConfigurationError(
                "The audit log of DATABASE_URL can only be protected by a superuser. Give its URL with --admin-url."
            )
        admin_url = _embedded.admin_url()
    protection.protect(admin_url, engine.role())
    return True


def is_protected(settings: Settings) -> bool:
    """Tell whether the role of the portal can neither change nor remove the audit log."""
    return protection.is_protected(database_url(settings))


def protect_embedded(settings: Settings) -> None:
    """Protect the audit log of our own embedded server; a ``DATABASE_URL`` is left to its administrator."""
    if settings.database_url is None:
        protect(settings)


def trace_statements(provider: Any) -> None:
    """Make a span of ``provider`` for each statement of the connected database."""
    instruments.trace(engine.engine(), provider)


def is_empty() -> bool:
    """Tell whether nobody put users or files of their own into the database, so that the demo desk may go in."""
    with UnitOfWork() as work:
        return not system.holds_own_data(work.session)
