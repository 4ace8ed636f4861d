"""``enerscope verify receipt FILE`` and ``enerscope verify audit``."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, print_json
from portal.core.config import settings
from portal.core.errors import EnerscopeError

app = new_app()


@app.callback()
def _group() -> None:
    """Recompute what was handed out."""


@app.command("receipt")
def receipt(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="A receipt, or a pack as PDF, XLSX, zip or JSON."
        ),
    ],
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask a database.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a receipt or a pack and say what was altered: from the file alone, and from the database if there is one.

    The value of a figure is computed again from its rows; what a pack shows is compared with the receipt inside it.
    The exit status is 0 when it is valid, else 1.
    """
    from portal.services import receipts, runtime

    with ExitStack() as stack:
        if not offline and runtime.has_database(settings()):
            try:
                stack.enter_context(opened())
            except EnerscopeError as problem:
                print(f"enerscope: checked from the file alone. {problem.message}", file=sys.stderr)
        verdict = receipts.verify(file)
    if as_json:
        print_json(verdict.to_json())
    else:
        print(f"{file}: {verdict.status}")
        for sentence in verdict.sentences:
            print(f"  {sentence}")
    raise typer.Exit(verdict.exit_status)


@app.command("audit")
def audit(
    *,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log", exists=True, dir_okay=False, readable=True, help="An exported log, not the database."
        ),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint", exists=True, dir_okay=False, help="A checkpoint to compare with; repeatable."
        ),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", exists=True, dir_okay=False, help="The auditor's copy of the public key (PEM)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the audit log, and that it goes on from the checkpoints; needs no portal.

    The exit status is 0 when the log is whole, else 1, with the first bad entry named.
    """
    from portal.services.audit import verification

    if log is not None:
        verdict = verification.verify_file(log, settings(), files=checkpoint or (), public_key=public_key)
    else:
        with opened() as now:
            verdict = verification.verify_database(now, files=checkpoint or (), public_key=public_key)
    if as_json:
        print_json(verdict.to_json())
    else:
        print("The audit log is whole." if verdict.is_whole else "The audit log is NOT whole.")
        for sentence in verdict.sentences:
            print(f"  {sentence}")
    raise typer.Exit(0 if verdict.is_whole else 1)
