"""``enerscope migrate`` and ``enerscope db protect``."""

from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, print_json

app = new_app()


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


@app.callback()
def _group() -> None:
    """Look after the database."""


@app.command("protect")
def protect(
    *,
    admin_url: Annotated[
        str | None,
        typer.Option(envvar="ENERSCOPE_ADMIN_URL", help="A superuser's URL of the portal's database."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give the audit log an owner of its own, so that the portal can only add to it; a second time changes nothing.

    The embedded database is protected by itself at every start; a DATABASE_URL needs a superuser once.
    """
    from portal.services import runtime

    with opened(migrate=False) as now:
        needed = runtime.protect(now, admin_url)
        whole = runtime.is_protected(now)
    if as_json:
        print_json({"protected": whole, "changed": needed})
    else:
        print("The audit log was protected." if needed else "The audit log is protected.")
    raise typer.Exit(0 if whole else 1)
