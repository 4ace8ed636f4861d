"""The compliance calendar: what must be filed or done by when, who took it over, and whether it is late.

API: ``NewObligation``, ``ensure``, ``ensure_filings``, ``ensure_standing``, ``listed``, ``take_step``, ``fulfil``.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.queries import obligations as queries
from data.queries.obligations import FilingRow, ObligationRow, StepRow
from data.session import UnitOfWork
from data.writes import obligations as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.base import all_rules
from portal.domain.compliance.obligations import Happened, Standing, Status, Step, allowed, fold, status_of
from portal.domain.compliance.standing import Duty, standing
from portal.domain.compliance.working_days import end_of
from portal.services import audit
from portal.services.compliance import parameters
from portal.services.compliance.rulebook import calendars

YEAR = timedelta(days=365)
NOTE_LIMIT = 2000
REPORT_KINDS = {
    "EU-RM-20": "remit-t1", "EU-RM-21": "remit-t1", "EU-RM-22": "remit-t1", "EU-EM-01": "emir", "US-SW-01": "cftc-45",
    "US-SW-02": "cftc-43", "US-LT-01": "cftc-17", "US-FE-02": "ferc-eqr",
}  # fmt: skip
"""Kind of report that fulfils what a rule finds reportable."""
_KEY = 64  # characters of a key
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NewObligation:
    """What is needed to enter an obligation; ``key`` says what it is about, so that it is entered once."""

    key: str
    rule: str
    regime: str
    title: str
    subject: str
    event_on: date
    due_at: datetime
    due_confirmed: bool = True
    report_kind: str | None = None
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class ObligationView:
    """An obligation as it stood at a moment; ``steps`` are those that the one who asks may take."""

    row: ObligationRow
    standing: Standing
    status: Status
    left: timedelta
    steps: tuple[Step, ...]

    @property
    def is_late(self) -> bool:
        """Whether it is open after its deadline."""
        return self.status is Status.LATE

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.standing.is_open


def ensure(work: UnitOfWork, wanted: Sequence[NewObligation]) -> dict[str, int]:
    """Enter obligations in this transaction, or find those entered before; return their numbers by key.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work.
    wanted : sequence of NewObligation
        What must be filed or done; the same key twice is one obligation.
    """
    rows = {_short(item.key): _row(item) for item in wanted}
    if not rows:
        return {}
    made = writes.add_new(work.session, list(rows.values()))
    if made:
        audit.note(work, SYSTEM, "obligation.entered", "obligation", "", {"number": len(made)})
    found = writes.ids_of(work.session, list(rows))
    return {item.key: found[_short(item.key)] for item in wanted}


def ensure_filings(work: UnitOfWork, run_id: int | None = None) -> int:
    """Enter what the records of a run, or of all runs, say must be reported, and return how many obligations that are.

    Findings of one rule on one day that are due together are one obligation: they go into one file.
    """
    return len(ensure(work, [_filing(row) for row in queries.filings(work.session, run_id=run_id)]))


def ensure_standing(work: UnitOfWork, today: date) -> int:
    """Enter the duties of the calendar that come due within a year of ``today``; return how many these are."""
    known = clock.now()
    duties = standing(
        today, today + YEAR, queries.schemes(work.session, known_at=known),
        parameters.in_force(work, Clocks(today, known)), calendars(today),
    )  # fmt: skip
    return len(ensure(work, [_standing(duty) for duty in duties]))


def listed(clocks: Clocks, actor: Actor) -> tuple[ObligationView, ...]:
    """Return all obligations as they stood at ``clocks.known_at``, by deadline.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return listed_in(work, clocks, actor)


def listed_in(work: UnitOfWork, clocks: Clocks, actor: Actor) -> tuple[ObligationView, ...]:
    """Return :func:`listed` within a unit of work."""
    rows = queries.listed(work.session, known_at=clocks.known_at)
    taken = queries.steps(work.session, known_at=clocks.known_at)
    may = actor.can(Permission.COMPLIANCE_DECIDE) and clocks.live
    return tuple(_view(row, taken.get(row.id, ()), clocks.known_at, may) for row in rows)


def take_step(
    obligation_id: int, step: Step, actor: Actor, note: str = "", report_id: int | None = None
) -> ObligationView:
    """Take an obligation over, close it with a report or a note, skip it with a reason, or open it again.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not decide in compliance, or there is no such obligation.
    Conflict
        The step is not possible as it stands.
    DomainError
        A reason is missing, or the text is too long.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    said = _said(step, note, report_id)
    with UnitOfWork(write=True) as work:
        if not writes.lock(work.session, obligation_id):
            raise NotFound(f"There is no obligation {obligation_id}. Open the calendar again.")
        at = clock.now()
        before = _one(work, obligation_id, at)
        if step not in allowed(before.standing):
            raise Conflict(
                f"'{before.row.title}' is {before.status}, so this step is not possible. Open the calendar again."
            )
        writes.add_steps(
            work.session, [writes.step(obligation_id, step.value, actor.username, at, said, report_id)]
        )
        audit.note(
            work, actor, f"obligation.{step.value}", "obligation", str(obligation_id), {"report": report_id}
        )
        return _one(work, obligation_id, at)


def fulfil(
    work: UnitOfWork, *, report_kind: str, first: date, last: date, report_id: int, actor: Actor
) -> int:
    """Close the open obligations that a released report about the days ``first`` to ``last`` fulfils; return how many.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work: that of the release.
    report_kind : str
        Such as ``remit-t1``.
    first, last : date
        Days that the report is about, both included.
    report_id : int
        The report.
    actor : Actor
        Who released it.
    """
    ids = queries.of_report_kind(work.session, report_kind, first, last)
    at = clock.now()
    taken = queries.steps(work.session, known_at=at + _SECOND, ids=ids)
    still = [number for number in ids if fold(map(_happened, taken.get(number, ()))).is_open]
    writes.add_steps(
        work.session,
        [writes.step(number, Step.DONE.value, actor.username, at, "", report_id) for number in still],
    )
    if still:
        audit.note(work, actor, "obligation.done", "report", str(report_id), {"number": len(still)})
    return len(still)


def _short(key: str) -> str:
    return key if len(key) <= _KEY else hashlib.sha256(key.encode()).hexdigest()


def _row(item: NewObligation) -> dict[str, object]:
    return {
        "key": _short(item.key), "rule": item.rule, "regime": item.regime, "title": item.title,
        "subject": item.subject, "report_kind": item.report_kind, "event_on": item.event_on, "due_at": item.due_at,
        "due_confirmed": item.due_confirmed, "record_id": item.record_id,
    }  # fmt: skip


def _filing(row: FilingRow) -> NewObligation:
    rule = all_rules().get(row.rule)
    kind = "remit-t2" if row.table == "2" else REPORT_KINDS.get(row.rule)
    title = f"{rule.title if rule else row.rule}, {row.as_of}" + (f", Table {row.table}" if row.table else "")
    key = f"{row.rule}|{row.regime}|{row.as_of}|{row.due_at:%Y-%m-%dT%H%M}|{row.table or ''}"
    return NewObligation(
        key, row.rule, row.regime, title, f"findings of {row.as_of}", row.as_of, row.due_at, report_kind=kind,
        record_id=row.first_id,
    )  # fmt: skip


def _standing(duty: Duty) -> NewObligation:
    return NewObligation(
        duty.key, duty.rule, duty.regime, duty.title, duty.subject, duty.event_on, end_of(duty.due, duty.regime),
        duty.is_confirmed, duty.report_kind or None,
    )  # fmt: skip


def _said(step: Step, note: str, report_id: int | None) -> str:
    said = note.strip()
    if len(said) > NOTE_LIMIT:
        raise DomainError(f"The text has {len(said)} characters; write at most {NOTE_LIMIT}.")
    if step in (Step.SKIPPED, Step.REOPENED) and not said:
        raise DomainError("Say why: an obligation is skipped or opened again only with a reason.")
    if step is Step.DONE and not said and report_id is None:
        raise DomainError("Say what was done: name the report, or where the evidence is.")
    return said


def _one(work: UnitOfWork, obligation_id: int, at: datetime) -> ObligationView:
    row = queries.one(work.session, obligation_id)
    if row is None:
        raise NotFound(f"There is no obligation {obligation_id}. Open the calendar again.")
    taken = queries.steps(work.session, known_at=at + _SECOND, ids=[obligation_id])
    return _view(row, taken.get(obligation_id, ()), at, may=True)


def _view(row: ObligationRow, taken: Iterable[StepRow], at: datetime, may: bool) -> ObligationView:
    stands = fold(map(_happened, taken))
    status = status_of(stands, row.due_at, at)
    return ObligationView(row, stands, status, row.due_at - at, allowed(stands) if may else ())


def _happened(row: StepRow) -> Happened:
    return Happened(Step(row.step), row.by, row.recorded_at, row.note, row.report_id)
