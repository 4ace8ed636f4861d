"""``enerscope migrate``."""

from portal.cli.database import opened
from portal.cli.output import AsJson, print_json


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to the schema of this release; a second time it changes nothing."""
    from portal.services import runtime

    with opened(migrate=False):
        needed = runtime.needs_migration()
        runtime.migrate()
    if as_json:
        print_json({"migrated": needed})
    else:
        print("The database was migrated." if needed else "The database is up to date.")
