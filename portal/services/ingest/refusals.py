"""The record and the report of a file that was refused before any of its rows counted."""

from dataclasses import replace

from data.readers.options import ReadOptions
from data.readers.problems import Refused
from data.session import UnitOfWork
from data.writes import imports as writes
from portal.core.actor import Actor
from portal.services import audit
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.report import ImportReport


def refuse_whole(
    kind: str,
    name: str,
    digest: str,
    options: ImportOptions,
    reading: ReadOptions,
    actor: Actor,
    refusal: Refused,
) -> ImportReport:
    """Record and report a file that was refused before its rows counted."""
    report = ImportReport(kind, name, "refused", problems=(refusal.problem,), dry_run=options.dry_run)
    if options.dry_run:
        return report
    figures = writes.BatchFigures(
        kind,
        name,
        digest,
        {**reading.to_json(), "keep_good": options.keep_good},
        "refused",
        actor.username,
        0,
        0,
        0,
        0,
        None,
        None,
        report.to_json(),
    )
    with UnitOfWork(write=True) as work:
        batch_id, _ = writes.open_batch(work.session, figures)
        audit.note(
            work, actor, "file.refused", "import", str(batch_id), {"kind": kind, "sha256": digest}, "refused"
        )
    return replace(report, batch_id=batch_id)
