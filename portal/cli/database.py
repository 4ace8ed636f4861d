"""The database for the length of one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.core.config import Settings, settings
from portal.core.errors import ConfigurationError


@contextmanager
def opened(*, migrate: bool | None = None) -> Iterator[Settings]:
    """Connect to the database, starting the embedded one if needed, and leave it afterwards.

    ``migrate`` None brings our own embedded database to this release, but leaves a ``DATABASE_URL`` as it is. The audit
    log of the embedded one is given to an owner of its own.

    Raises
    ------
    ConfigurationError, UpstreamError
        The database cannot be had, or its schema is not the one of this release.
    """
    from portal.services import runtime

    now = settings()
    try:
        runtime.open_database(now)
        runtime.check_database()
        if migrate is not False and runtime.needs_migration():
            if migrate is None and now.database_url is not None:
                raise ConfigurationError(
                    "The database has the schema of another release. Run `enerscope migrate` first."
                )
            runtime.migrate()
        if migrate is not False:
            runtime.protect_embedded(now)
        yield now
    finally:
        runtime.close_database()
