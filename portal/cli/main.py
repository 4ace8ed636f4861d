"""The commands of ``enerscope``, each imported only when it is called, so that the program answers at once."""

import importlib
import signal
import sys
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from portal.core.errors import EnerscopeError

# name of the command: module, the attribute that is a Typer app or a function, help
COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("portal.cli.run", "run", "Start the database if needed, and serve the portal."),
    "worker": ("portal.cli.worker", "worker", "Run the jobs of this machine, where there is no Redis."),
    "monitor": (
        "portal.cli.monitor",
        "monitor",
        "Look after the platform: samples, health, alert rules, messages.",
    ),
    "migrate": ("portal.cli.db", "migrate", "Bring the database to the schema of this release."),
    "audit": ("portal.cli.audit", "app", "Write the public key, checkpoints and exports of the audit log."),
    "db": ("portal.cli.db", "app", "Protect the audit log from the portal itself."),
    "demo": ("portal.cli.demo", "app", "Load or reset the simulated desk."),
    "users": ("portal.cli.users", "app", "Create, list and disable accounts."),
    "import": ("portal.cli.ingest", "app", "Import prices, curves, rates, weather and trades from files."),
    "portfolios": ("portal.cli.portfolios", "app", "List, create and move portfolios."),
    "value": ("portal.cli.value", "value", "Value every book at the end of past days, and keep it."),
    "jobs": ("portal.cli.jobs", "app", "List, start, follow and stop jobs."),
    "backup": ("portal.cli.backup", "app", "Back up the database; list and check backups."),
    "restore": ("portal.cli.backup", "restore", "Bring a backup back."),
    "verify": ("portal.cli.verify", "app", "Recompute what was handed out."),
    "config": ("portal.cli.config", "app", "Show the settings."),
    "version": ("portal.cli.version", "version", "Show the version."),
}


class _LazyCommands(TyperGroup):
    """A group whose commands are imported when they are called, or described by ``--help``."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  (of the base class)
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  (of the base class)
        if cmd_name not in COMMANDS:
            return None
        module, attribute, words = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = new_app()
            single.command(cmd_name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name, command.help, command.short_help = cmd_name, command.help or words, words
        return command


def new_app() -> typer.Typer:
    """Return an empty Typer app with the settings that all our commands share."""
    return typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )


app = typer.Typer(
    cls=_LazyCommands,
    name="enerscope",
    help="Enerscope: see what an energy desk owns, what it is worth and what it could lose.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """Make the app a group even before its commands are known."""


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr and exit status 1."""
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, _leave)
    try:
        app()
    except EnerscopeError as problem:
        print(f"enerscope: {problem.message}", file=sys.stderr)
        sys.exit(1)


def _leave(number: int, _frame: FrameType | None) -> None:
    """End as after an exception, so that what was started is stopped."""
    raise SystemExit(128 + number)
