"""``enerscope backup`` and ``enerscope restore``."""

from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, Progress, print_columns, print_json

app = new_app()
MEGABYTE = 1_000_000


@app.callback(invoke_without_command=True, no_args_is_help=False)
def backup(
    context: typer.Context,
    *,
    check: Annotated[bool, typer.Option(help="Restore it into a scratch database and compare.")] = True,
    as_json: AsJson = False,
) -> None:
    """Back up the database; with a command, list or check backups that are there."""
    if context.invoked_subcommand is not None:
        return
    from portal.services import backup as service

    progress = Progress()
    with opened():
        found = service.make(progress, check=check)
    progress.done()
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        words = "not checked" if found.checked_at is None else found.problem or "restored and compared"
        print(f"{found.name}: {found.bytes / MEGABYTE:,.1f} MB, {found.total_rows:,} rows, {words}.")
    if found.problem:
        raise typer.Exit(1)


@app.command("list")
def listing(*, as_json: AsJson = False) -> None:
    """Show the backups that are kept, newest first."""
    from portal.services import backup as service

    known = service.all_backups()
    if as_json:
        print_json([item.model_dump(mode="json") for item in known])
        return
    print_columns(
        ("backup", "MB", "rows", "audit entries", "checked"),
        [
            (
                item.name, f"{item.bytes / MEGABYTE:,.1f}", f"{item.total_rows:,}", f"{item.audit_entries:,}",
                item.problem or ("good" if item.checked_at else "not checked"),
            )
            for item in known
        ],
    )  # fmt: skip


@app.command()
def check(name: Annotated[str, typer.Argument(help="A backup, or 'latest'.")] = "latest") -> None:
    """Restore a backup into a scratch database and compare it with what was counted when it was made."""
    from portal.services import backup as service

    with opened(migrate=False):
        found = service.check(service.find(name))
    if found.problem:
        print(f"{found.name}: {found.problem}")
        raise typer.Exit(1)
    print(f"{found.name} is good: {found.total_rows:,} rows came back in {found.check_seconds} s.")


def restore(
    name: Annotated[str, typer.Argument(help="A backup, or 'latest'.")] = "latest",
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the database that is there aside, under another name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back. It is restored and compared beside the database before it takes its place."""
    from portal.core.config import settings
    from portal.services import backup as service
    from portal.services import runtime

    progress = Progress()
    try:
        runtime.database_url(settings())
        found = service.find(name)
        aside = service.restore(found, replace=replace, report=progress)
    finally:
        runtime.close_database()
    progress.done()
    if as_json:
        print_json({"restored": found.name, "aside": aside})
        return
    print(f"{found.name} is back: {found.total_rows:,} rows, {found.audit_entries:,} audit entries.")
    if aside:
        print(f"What was there is now the database '{aside}'; drop it when you are sure.")
