"""``enerscope audit``: the public key, checkpoints and exports of the audit log."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.core.actor import SYSTEM
from portal.core.config import settings

app = new_app()


@app.command("key")
def key() -> None:
    """Write the public key that checkpoints are verified with to standard output; the auditor keeps it."""
    from portal.services.audit import keys

    sys.stdout.write(keys.public_pem(keys.signing_key(settings()).public_key()).decode("ascii"))


@app.command("checkpoint")
def checkpoint() -> None:
    """Verify the log, sign its end, and keep that in the database and under ENERSCOPE_HOME/checkpoints."""
    from portal.services.audit import checkpoints

    with opened() as now:
        made = checkpoints.make(SYSTEM, now)
        path = checkpoints.kept_files(now)[-1]
    print(f"Signed {made.content()['entries']} entries: {path}")


@app.command("export")
def export(
    target: Annotated[
        Path | None, typer.Argument(help="Where to put it; the home's folder when empty.")
    ] = None,
) -> None:
    """Write the whole log as compressed JSON lines, headed by a signed checkpoint."""
    from portal.services.audit import exporting

    with opened() as now:
        made = exporting.export(SYSTEM, now)
        path = exporting.folder(now) / made.name
    if target is not None:
        target.write_bytes(path.read_bytes())
        path = target
    print(f"{path}: {made.entries} entries, SHA-256 {made.sha256}")
