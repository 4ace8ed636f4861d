"""``enerscope demo load`` and ``enerscope demo reset``."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, Progress, print_json

app = new_app()


@app.command("load")
def load(*, as_json: AsJson = False) -> None:
    """Load the simulated desk and its accounts; nothing happens when it is there already."""
    with opened():
        from portal.services import demo

        progress = Progress()
        summary = demo.load(progress)
        progress.done()
    _report(summary, as_json=as_json)


@app.command("reset")
def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Throw the simulated desk away and load it again; users and files of your own stay."""
    if not yes:
        typer.confirm("Throw the demo desk away and load it again?", abort=True, err=True)
    with opened():
        from portal.services import demo

        progress = Progress()
        summary = demo.reset(progress)
        progress.done()
    _report(summary, as_json=as_json)


def _report(summary: Any, *, as_json: bool) -> None:
    facts = asdict(summary)
    if as_json:
        print_json(facts)
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' ')}: {value}")
