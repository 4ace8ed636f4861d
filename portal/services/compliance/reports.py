"""Reports that were made: list, one with its rows, explanation of a cell, download, release by a second person.

API: ``listed``, ``one``, ``rows``, ``cell``, ``download``, ``decide``, ``State``, ``Standing``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from data.queries import reports as queries
from data.queries.reports import CellsLine, DecisionLine, ReportLine
from data.session import UnitOfWork
from data.writes import reports as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.domain.compliance.reports.layout import Explained, Layout, explain, layout_of, layouts
from portal.domain.compliance.reports.schema import schema_of
from portal.services import audit
from portal.services.compliance import obligations

NOTE_LIMIT = 2000


class State(StrEnum):
    """Where a report stands; a draft has no decision yet."""

    DRAFT = "draft"
    RELEASED = "released"
    REJECTED = "rejected"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


NEXT = {
    State.DRAFT: (State.RELEASED, State.REJECTED),
    State.RELEASED: (State.SUBMITTED,),
    State.SUBMITTED: (State.ACCEPTED, State.REFUSED),
}
"""What may be decided in each state."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A report, what was decided about it, and which newer one replaces it."""

    line: ReportLine
    decisions: tuple[DecisionLine, ...]
    replaced_by: int | None

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.decisions[-1].decision) if self.decisions else State.DRAFT

    @property
    def layout(self) -> Layout:
        """The layout that it was made by: that of its period."""
        return layout_of(self.line.kind, self.line.as_of)


def listed(clocks: Clocks, actor: Actor, kind: str = "") -> list[Standing]:
    """Return the reports known at ``clocks.known_at``, the newest first."""
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return standings(work, clocks, kind)


def standings(work: UnitOfWork, clocks: Clocks, kind: str = "") -> list[Standing]:
    """Return the reports known at ``clocks.known_at``, the newest first; the caller has checked the right."""
    lines = queries.reports(work.session, known_at=clocks.known_at, kind=kind)
    return _standings(lines, queries.decisions(work.session, known_at=clocks.known_at))


def _standings(lines: Sequence[ReportLine], said: Sequence[DecisionLine]) -> list[Standing]:
    by_report: dict[int, list[DecisionLine]] = {}
    for line in said:
        by_report.setdefault(line.report_id, []).append(line)
    newer = {line.replaces: line.id for line in reversed(lines) if line.replaces is not None}
    return [Standing(line, tuple(by_report.get(line.id, ())), newer.get(line.id)) for line in lines]


def one(report_id: int, clocks: Clocks, actor: Actor) -> Standing:
    """Return a report.

    Raises
    ------
    NotFound
        There is none of that number.
    """
    found = next((item for item in listed(clocks, actor) if item.line.id == report_id), None)
    if found is None:
        raise NotFound(f"There is no report {report_id}. Choose one of the list.", report=report_id)
    return found


def count_rows(report_id: int, actor: Actor, words: str = "") -> int:
    """Return how many rows of a report hold ``words``; all without."""
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return queries.count_rows(work.session, report_id, words=words)


def one_row(report_id: int, seq: int, actor: Actor) -> CellsLine:
    """Return one row of a report.

    Raises
    ------
    NotFound
        The report has no such row.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        row = queries.row(work.session, report_id, seq)
    if row is None:
        raise NotFound(f"Report {report_id} has no row {seq}. Choose one of its rows.", row=seq)
    return row


def rows(
    report_id: int,
    actor: Actor,
    *,
    status: str = "",
    words: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> list[CellsLine]:
    """Return rows of a report in the order of the file, the refused ones after the others."""
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return queries.rows(work.session, report_id, status=status, words=words, offset=offset, limit=limit)


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: its value, all that is known of its field, and why it was refused, if it was."""

    subject: str
    trade_id: int | None
    value: str
    field: Explained
    reasons: tuple[str, ...]


def cell(report_id: int, seq: int, path: str, clocks: Clocks, actor: Actor) -> CellView:
    """Return the explanation of one cell of a report.

    Raises
    ------
    NotFound
        There is no such report, row or field.
    """
    standing = one(report_id, clocks, actor)
    row = one_row(report_id, seq, actor)
    field = explain(standing.layout, path)
    reasons = tuple(
        item["message"] for item in row.reasons if item["path"] == path or item["field"] == field.number
    )
    return CellView(row.subject, row.trade_id, row.cells.get(path, ""), field, reasons)


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def download(report_id: int, actor: Actor) -> File:
    """Return the file of a report; the download is noted in the audit log.

    Raises
    ------
    NotFound
        There is none of that number.
    DomainError
        The stored file does not have the hash of its receipt any more.
    """
    with UnitOfWork(write=True) as work:
        found = _file(work, report_id, actor)
        audit.note(work, actor, "report.downloaded", "report", str(report_id), {"sha256": found.sha256})
    return found


def attachable(report_id: int, actor: Actor) -> File:
    """Return the file of a report to attach to a message to ``actor``; whoever sends it notes that it was sent.

    Raises
    ------
    NotFound, DomainError
        As :func:`download`.
    """
    with UnitOfWork() as work:
        return _file(work, report_id, actor)


def _file(work: UnitOfWork, report_id: int, actor: Actor) -> File:
    actor.require(Permission.COMPLIANCE_READ)
    actor.require(Permission.EXPORT)
    line = queries.report(work.session, report_id)
    if line is None:
        raise NotFound(f"There is no report {report_id}. Choose one of the list.", report=report_id)
    content = queries.content(work.session, report_id)
    if sha256(content).hexdigest() != line.sha256:
        raise DomainError(
            f"The file of report {report_id} does not have the hash of its receipt any more. Do not use it; "
            "tell the people of operations."
        )
    return File(line.file_name, line.media_type, content, line.sha256)


def decide(
    report_id: int, decision: State, note: str, actor: Actor, *, subjects: Sequence[str] = ()
) -> Standing:
    """Release or reject a draft, or note what became of a released file; return where it stands then.

    ``subjects`` names the rows that the receiver refused.

    Raises
    ------
    NotPermitted
        The actor has not the right, or made the report: a second person releases it.
    Conflict
        It does not stand where that could be decided.
    DomainError
        A rejection or refusal has no note, or a name of a refused row is unknown.
    """
    first = decision in (State.RELEASED, State.REJECTED)
    actor.require(Permission.COMPLIANCE_APPROVE if first else Permission.COMPLIANCE_DECIDE)
    if len(note) > NOTE_LIMIT:
        raise DomainError(
            f"The note has {len(note):,} characters; at most {NOTE_LIMIT:,} are kept. Shorten it."
        )
    if decision in (State.REJECTED, State.REFUSED) and not note.strip():
        raise DomainError("Say why: a rejection without a reason helps nobody.")
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, f"report {report_id}")
        line = queries.report(work.session, report_id)
        if line is None:
            raise NotFound(f"There is no report {report_id}. Choose one of the list.", report=report_id)
        said = queries.decisions(work.session, known_at=clock.now(), report_id=report_id)
        state = State(said[-1].decision) if said else State.DRAFT
        if decision not in NEXT.get(state, ()):
            raise Conflict(f"Report {report_id} is {state}; it cannot become {decision}. Reload the page.")
        if first and line.made_by == actor.username:
            raise NotPermitted(
                f"{actor.name} made report {report_id}; a second person releases or rejects it (GL-MC-01).",
                username=actor.username,
            )
        known = {row.subject for row in queries.rows(work.session, report_id)} if subjects else set()
        strange = sorted(set(subjects) - known)
        if strange:
            raise DomainError(
                f"Report {report_id} has no row '{strange[0][:60]}'. Correct the list of refused rows."
            )
        writes.add_decision(
            work.session, report_id=report_id, decision=decision.value, note=note.strip(),
            body={"subjects": sorted(set(subjects))}, by=actor.username, recorded_at=clock.now(),
        )  # fmt: skip
        audit.note(work, actor, f"report.{decision}", "report", str(report_id), {"sha256": line.sha256})
        if decision is State.SUBMITTED and not line.rejected:  # what was refused is still to be reported
            obligations.fulfil(
                work, report_kind=line.kind, first=line.period_start, last=line.period_end - timedelta(days=1),
                report_id=report_id, actor=actor,
            )  # fmt: skip
    return one(report_id, Clocks(line.as_of, clock.now()), actor)


def own_schema(kind: str, day: date) -> bytes:
    """Return the schema that we generate for a kind, as of a day; NotFound when there is none."""
    return schema_of(layout_of(kind, day))


def kinds() -> list[tuple[str, str]]:
    """Return code and title of the kinds of reports, in the order of the list."""
    return [(kind, versions[-1].title) for kind, versions in layouts().items()]


def first_period(kind: str, day: date) -> tuple[date, date]:
    """Return the period that a kind offers first: ``day``, its month or its quarter; the end is exclusive."""
    every = layout_of(kind, day).every
    if every == "day":
        return day, date.fromordinal(day.toordinal() + 1)
    months = 3 if every == "quarter" else 1
    begin = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = begin.month + months
    return begin, date(begin.year + (after > 12), (after - 1) % 12 + 1, 1)
