"""Making a report: read, sort out, build, check, write, and store all of it in one transaction at the end.

API: ``Ask``, ``make_report(ask, report, by, job_id) -> number of the report``.

Nothing is stored before the file is whole and fits its schema: a run that is stopped or fails leaves no half file.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from data.queries import reports as queries
from data.session import UnitOfWork
from data.writes import reports as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.domain.compliance.reports.layout import Layout, Media, Row, layout_of
from portal.domain.compliance.reports.schema import check_file, schema_of
from portal.domain.compliance.reports.source import Party
from portal.domain.compliance.reports.writing import to_csv, to_xml
from portal.services import audit
from portal.services.compliance import audit_pack
from portal.services.compliance.parameters import in_force
from portal.services.compliance.report_gathering import Item, gather
from portal.services.compliance.report_sources import own_firm

Report = Callable[[float, str], None]
MOST_ROWS = 250_000
_TYPES = {Media.XML: "application/xml", Media.CSV: "text/csv", Media.ZIP: "application/zip"}
_EVERY = 500


@dataclass(frozen=True, slots=True)
class Ask:
    """Which report: ``start`` to ``end`` (exclusive); ``replaces`` names the one that it corrects.

    ``only_rejected``: nothing but the rows that were refused in the one that it replaces.
    """

    kind: str
    start: date
    end: date
    known_at: datetime | None = None
    replaces: int | None = None
    only_rejected: bool = False

    def clocks(self) -> Clocks:
        """Return the clocks under which it is made: the last day of the period, known now or then."""
        return Clocks(self.end - timedelta(days=1), self.known_at or clock.now(), live=self.known_at is None)


@dataclass(slots=True)
class _Made:
    """What came of the rows."""

    rows: list[Row] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    considered: int = 0
    simulated: bool = False

    @property
    def accepted(self) -> list[Row]:
        return [row for row in self.rows if row.accepted]


def make_report(ask: Ask, report: Report, actor: Actor, job_id: int | None = None) -> int:
    """Make a report and return its number.

    Raises
    ------
    DomainError
        The period is empty, the own firm has no code, or the file would be too large or not fit its schema; nothing
        was stored then.
    NotFound
        There is no such kind, or no such report to replace.
    """
    if ask.end <= ask.start:
        raise DomainError(f"The period ends on {ask.end}, which is not after its beginning {ask.start}.")
    layout = layout_of(ask.kind, ask.end - timedelta(days=1))
    clocks = ask.clocks()
    if layout.media is Media.ZIP:
        return _make_pack(ask, layout, clocks, report, actor, job_id)
    with UnitOfWork() as work:
        wanted = _wanted(work, ask)
        own = own_firm(work, clocks)
        items = list(gather(work, layout, clocks, ask.start, report))
    items = _identified(layout, items)
    made = _rows(layout, items, wanted, report)
    report(0.9, "Writing the file")
    content = _content(layout, own, made.accepted)
    faults = check_file(layout, content) if made.accepted else []
    if faults:
        raise DomainError(f"The file does not fit its schema, so nothing was stored: {faults[0]}")
    report(0.97, "Storing")
    return _store(ask, layout, own, clocks, made, content, actor, job_id)


def _make_pack(
    ask: Ask, layout: Layout, clocks: Clocks, report: Report, actor: Actor, job_id: int | None
) -> int:
    """Make an audit pack, whose rows are the files in it, and return its number."""
    with UnitOfWork() as work:
        own = own_firm(work, clocks)
        files = audit_pack.pack(work, clocks, ask.start, report)
    made = _Made(considered=len(files))
    made.rows += [layout.row(item, subject=item.name) for item in files]
    report(0.95, "Storing")
    return _store(ask, layout, own, clocks, made, audit_pack.archive(files), actor, job_id)


def _wanted(work: UnitOfWork, ask: Ask) -> set[str] | None:
    """Return the subjects that a resubmission is about; None for all."""
    if ask.replaces is None:
        return None
    before = queries.report(work.session, ask.replaces)
    if before is None or before.kind != ask.kind:
        raise NotFound(f"There is no report {ask.replaces} of this kind to replace.", report=ask.replaces)
    if not ask.only_rejected:
        return None
    refused = {line.subject for line in queries.rows(work.session, before.id, status="rejected")}
    for line in queries.decisions(work.session, known_at=clock.now(), report_id=before.id):
        if line.decision == "refused":
            refused |= {str(item) for item in line.body.get("subjects", [])}
    if not refused:
        raise DomainError(f"No row of report {before.id} was refused, so there is nothing to report again.")
    return refused


def _identified(layout: Layout, items: Sequence[Item]) -> list[Item]:
    """Return the rows' sources with their identifiers, which are kept even when the report is not."""
    if not layout.scheme:
        return list(items)
    from portal.services.compliance.report_identifiers import give

    wanted = [item for item in items if not layout.scope(item.source)]
    with UnitOfWork(write=True) as work:
        given = {source.trade_id: source for source in give(work, layout.scheme, [i.source for i in wanted])}
    return [Item(given.get(item.trade_id or 0, item.source), item.subject, item.trade_id) for item in items]


def _rows(layout: Layout, items: Sequence[Item], wanted: set[str] | None, report: Report) -> _Made:
    made = _Made(considered=len(items))
    for at, item in enumerate(items):
        if at % _EVERY == 0:
            report(0.5 + 0.4 * at / len(items), f"Row {at + 1:,} of {len(items):,}")
        reason = layout.scope(item.source)
        if not reason and wanted is not None and item.subject not in wanted:
            reason = "accepted in the report that this one replaces"
        if reason:
            made.left_out[reason] += 1
            continue
        made.simulated = made.simulated or bool(getattr(item.source, "simulated", False))
        made.rows.append(layout.row(item.source, subject=item.subject, trade_id=item.trade_id))
    if len(made.rows) > MOST_ROWS:
        raise DomainError(
            f"The report would have {len(made.rows):,} rows, more than the {MOST_ROWS:,} that one file may have. "
            "Ask for a shorter period; nothing was stored."
        )
    return made


def _content(layout: Layout, own: Party, rows: Sequence[Row]) -> bytes:
    cells = [row.cells for row in rows]
    if layout.media is Media.CSV:
        return to_csv(layout, cells)
    return to_xml(layout, layout.head(own, len(cells)), cells)


def _store(
    ask: Ask, layout: Layout, own: Party, clocks: Clocks, made: _Made, content: bytes, actor: Actor, job_id: int | None
) -> int:  # fmt: skip
    digest = hashlib.sha256(content).hexdigest()
    accepted = len(made.accepted)
    today = clock.now().astimezone(UTC).date()
    with UnitOfWork(write=True) as work:
        number = writes.take_number(work.session, f"{layout.kind}", today)
        report_id = writes.add_report(
            work.session, kind=layout.kind, template_version=layout.version,
            schema_note=f"own schema of {layout.version}, {hashlib.sha256(schema_of(layout)).hexdigest()[:16]}",
            params={"only_rejected": ask.only_rejected}, period_start=ask.start, period_end=ask.end,
            as_of=clocks.as_of, known_at=clocks.known_at, job_id=job_id,
            file_name=_file_name(layout, own, today, number), media_type=_TYPES[layout.media], content=content,
            sha256=digest, rows=accepted, rejected=len(made.rows) - accepted,
            parameters_sha256=in_force(work, clocks).sha256(),
            facts=_facts(layout, made, accepted, len(content)), replaces=ask.replaces, simulated=made.simulated,
            made_by=actor.username, recorded_at=clock.now(),
        )  # fmt: skip
        writes.add_rows(work.session, list(_stored_rows(report_id, made.rows)))
        audit.note(
            work, actor, "report.made", "report", str(report_id),
            {"kind": layout.kind, "rows": accepted, "rejected": len(made.rows) - accepted, "sha256": digest},
        )  # fmt: skip
    return report_id


def _stored_rows(report_id: int, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield the rows as stored, in the order of the file; the refused ones come after the others."""
    ordered = [row for row in rows if row.accepted] + [row for row in rows if not row.accepted]
    for seq, row in enumerate(ordered, start=1):
        yield {
            "report_id": report_id,
            "seq": seq,
            "status": "accepted" if row.accepted else "rejected",
            "subject": row.subject,
            "trade_id": row.trade_id,
            "cells": dict(row.cells),
            "reasons": [item.as_json() for item in row.problems],
        }


def _facts(layout: Layout, made: _Made, accepted: int, size: int) -> dict[str, Any]:
    reasons = Counter(f"{item.field} {item.code}" for row in made.rows for item in row.problems)
    return {
        "considered": made.considered,
        "in_scope": len(made.rows),
        "accepted": accepted,
        "rejected": len(made.rows) - accepted,
        "left_out": dict(made.left_out.most_common()),
        "reasons": dict(reasons.most_common(50)),
        "bytes": size,
        "note": layout.note,
    }


def _file_name(layout: Layout, own: Party, today: date, number: int) -> str:
    who = own.text("acer_code") if layout.scheme.startswith("ACER") else own.lei_code
    template = layout.version.replace(" ", "_").replace("/", "-")
    return f"{today:%Y%m%d}_{template}_{who or own.code}_{number:05d}.{layout.media.value}"
