"""Cases: opened by what was found, moved on by people of compliance, decided by two of them; nothing is deleted.

API: ``open_case``, ``open_cases``, ``cases``, ``case``, ``take_step`` and, for single steps, ``assign``, ``comment``,
``add_evidence``, ``link``, ``set_severity``, ``propose``, ``approve``, ``return_``, ``reopen``.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from data.queries import access as access_queries
from data.queries import cases as queries
from data.queries.cases import CaseEventRow, CaseRow, FindingRow, HitRow
from data.session import UnitOfWork
from data.writes import cases as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.domain.compliance.case_workflow import (
    Happened,
    Severity,
    Standing,
    State,
    Step,
    after,
    allowed_steps,
    check,
    due_at,
    fold,
)
from portal.domain.compliance.working_days import WorkingDays
from portal.domain.market.holidays import desk_holidays
from portal.services import audit
from portal.services.compliance import parameters

KINDS = {
    "rule": "Rule",
    "surveillance": "Surveillance",
    "screening": "Screening",
    "privacy": "Privacy",
    "report": "Report",
    "audit": "Audit",
    "manual": "Opened by hand",
}
LINKS = {
    "trade": "Trade", "record": "Record", "report": "Report", "hit": "Hit", "passport": "Number", "case": "Case",
}  # fmt: skip
PERSONAL = frozenset({"person", "owner", "user"})
"""Kinds of subjects whose names only those may read who hold ``personal:read``."""
HIDDEN = "hidden"
SAID = frozenset({"text", "ref", "kind", "owner", "severity", "outcome", "reason"})
"""What a person may say with a step."""
DUE = "due"  # in the body of an event that sets the time to decide
TEXT_LIMIT = 2000
_KEY = 64  # characters of a key
_REACH = timedelta(days=60)  # calendar days within which every deadline falls
_SLA = {
    Severity.CRITICAL: "GL-CASE.critical_hours",
    Severity.HIGH: "GL-CASE.high_days",
    Severity.MEDIUM: "GL-CASE.medium_days",
    Severity.LOW: "GL-CASE.low_days",
}


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is needed to open a case; ``key`` says what it is about, so that it is opened once."""

    key: str
    kind: str
    rule: str | None
    title: str
    subject_kind: str
    subject: str
    severity: str
    trade_id: int | None = None
    record_id: int | None = None
    hit_id: int | None = None
    by: str = "system"
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it stood at a moment; ``steps`` are those that the one who asks may take now."""

    row: CaseRow
    standing: Standing
    due_at: datetime
    is_late: bool
    events: tuple[CaseEventRow, ...]
    steps: tuple[Step, ...]

    @property
    def id(self) -> int:
        """Number of the case."""
        return self.row.id

    @property
    def is_closed(self) -> bool:
        """Whether it is decided."""
        return self.standing.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case with the finding and the hit that it hangs on, and those who may own it by user name."""

    view: CaseView
    finding: FindingRow | None
    hit: HitRow | None
    owners: Mapping[str, str]


def open_case(
    work: UnitOfWork, *, key: str, kind: str, rule: str | None, title: str, subject_kind: str, subject: str,
    severity: str, trade_id: int | None = None, record_id: int | None = None, hit_id: int | None = None,
    by: str = "system", body: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Open a case in this transaction, or find the one that was opened before with the same ``key``.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work.
    key : str
        What the case is about: the fingerprint of a finding. One key has one case, also when it is closed.
    kind : str
        Key of :data:`KINDS`.
    rule : str or None
        Code of the rule that found it.
    title : str
        One plain sentence.
    subject_kind, subject : str
        What it is about: ``trade`` and ``T-1041``.
    severity : str
        low, medium, high or critical; from it comes the time to decide.
    trade_id, record_id, hit_id : int, optional
        What it hangs on.
    by : str
        User name, or ``system``.
    body : mapping, optional
        Evidence that belongs to the opening; JSON values.

    Returns
    -------
    int
        Number of the case.
    """
    new = NewCase(
        key, kind, rule, title, subject_kind, subject, severity, trade_id, record_id, hit_id, by, body or {}
    )
    return open_cases(work, [new])[key]


def open_cases(work: UnitOfWork, wanted: Sequence[NewCase], actor: Actor = SYSTEM) -> dict[str, int]:
    """Open many cases at once and return their numbers by key, also of those that were there before."""
    if not wanted:
        return {}
    at = clock.now()
    deadlines = _Deadlines(work, at)
    rows = {_short(item.key): _row(item, at, deadlines) for item in wanted}
    made = writes.open_new(work.session, list(rows.values()))
    for key, case_id in made.items():
        row = rows[key]
        detail = {"kind": row["kind"], "rule": row["rule"], "severity": row["severity"]}
        audit.note(work, actor, "case.opened", "case", str(case_id), detail)
    found = queries.ids_of(work.session, list(rows))
    return {item.key: found[_short(item.key)] for item in wanted}


def cases(clocks: Clocks, actor: Actor) -> tuple[CaseView, ...]:
    """Return all cases as they stood at ``clocks.known_at``: the undecided first, by their deadline.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return tuple(views_in(work, clocks.known_at, actor))


def views_in(work: UnitOfWork, known_at: datetime, actor: Actor) -> list[CaseView]:
    """Return the same within a transaction."""
    rows = queries.listed(work.session, known_at=known_at)
    happened = queries.events(work.session, known_at=known_at)
    views = [_view(row, happened[row.id], known_at, actor) for row in rows if row.id in happened]
    return sorted(views, key=_order)


def case(case_id: int, clocks: Clocks, actor: Actor) -> CaseView:
    """Return one case as it stood at ``clocks.known_at``.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there was no such case.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return _one(work, case_id, clocks.known_at, actor)


def detail(case_id: int, clocks: Clocks, actor: Actor) -> CaseDetail:
    """Return one case with what it hangs on.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there was no such case.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        view = _one(work, case_id, clocks.known_at, actor)
        row = view.row
        return CaseDetail(
            view,
            queries.finding(work.session, row.record_id) if row.record_id else None,
            queries.hit(work.session, row.hit_id) if row.hit_id else None,
            _owners_in(work),
        )


def take_step(case_id: int, step: Step, actor: Actor, body: Mapping[str, Any] | None = None) -> CaseView:
    """Take one step of a case and return it as it stands then.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such case.
    CaseStepError
        The step is not possible now, not theirs, or lacks its words.
    DomainError
        A text is too long, a link is of no known kind, or the new owner cannot own a case.
    """
    actor.require(Permission.COMPLIANCE_READ)
    said = _cleaned(step, body or {})
    with UnitOfWork(write=True) as work:
        if not writes.lock(work.session, case_id):
            raise _no_case(case_id)
        at = clock.now()
        before = _one(work, case_id, at + timedelta(hours=1), actor)
        check(before.standing, step, actor, said)
        if step is Step.ASSIGNED:
            _check_owner(work, said["owner"])
        now = after(before.standing, Happened(step, actor.username, at, said))
        if step in (Step.SEVERITY, Step.REOPENED):
            said[DUE] = _Deadlines(work, at).of(now.clock_from, now.severity).isoformat()
        writes.add_event(
            work.session, case_id=case_id, step=step.value, by=actor.username, body=said, recorded_at=at
        )
        due = datetime.fromisoformat(said[DUE]) if DUE in said else before.due_at
        writes.move(work.session, case_id, due_at=due, **_columns(now))
        audit.note(work, actor, f"case.{step.value}", "case", str(case_id), _noted(step, said))
        return _one(work, case_id, at + timedelta(hours=1), actor)


def open_by_hand(actor: Actor, title: str, subject: str, severity: str, text: str) -> int:
    """Open a case that no rule found and return its number.

    Raises
    ------
    NotPermitted
        The actor may not decide in compliance.
    DomainError
        Title or subject are empty or too long, or there is no such severity.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    title, subject = title.strip(), subject.strip()
    if not title or not subject:
        raise DomainError("To open a case, say what it is and what it is about.")
    if max(len(title), len(subject), len(text)) > TEXT_LIMIT:
        raise DomainError(f"The text is longer than {TEXT_LIMIT} characters. Shorten it.")
    key = hashlib.sha256(f"{actor.username} {clock.now().isoformat()} {title}".encode()).hexdigest()
    new = NewCase(
        key,
        "manual",
        None,
        title,
        "matter",
        subject,
        severity,
        by=actor.username,
        body={"text": text.strip()},
    )
    with UnitOfWork(write=True) as work:
        return open_cases(work, [new], actor)[key]


def assign(case_id: int, actor: Actor, owner: str) -> CaseView:
    """Give a case to somebody of compliance; see :func:`take_step` for what can be wrong."""
    return take_step(case_id, Step.ASSIGNED, actor, {"owner": owner})


def comment(case_id: int, actor: Actor, text: str) -> CaseView:
    """Say something about a case."""
    return take_step(case_id, Step.COMMENT, actor, {"text": text})


def add_evidence(case_id: int, actor: Actor, text: str, ref: str = "") -> CaseView:
    """Add what was seen, and where (``ref``: a message number, an address, a file's hash)."""
    return take_step(case_id, Step.EVIDENCE, actor, {"text": text, "ref": ref})


def link(case_id: int, actor: Actor, kind: str, ref: str, text: str = "") -> CaseView:
    """Link a trade, record, report, hit, number or other case; ``kind`` is a key of :data:`LINKS`."""
    return take_step(case_id, Step.LINKED, actor, {"kind": kind, "ref": ref, "text": text})


def set_severity(case_id: int, actor: Actor, severity: str, reason: str = "") -> CaseView:
    """Change the hurry of a case; its deadline is counted again from when its clock began."""
    return take_step(case_id, Step.SEVERITY, actor, {"severity": severity, "reason": reason})


def propose(case_id: int, actor: Actor, outcome: str, reason: str) -> CaseView:
    """Propose what the case turned out to be; a second person decides."""
    return take_step(case_id, Step.PROPOSED, actor, {"outcome": outcome, "reason": reason})


def approve(case_id: int, actor: Actor, reason: str = "") -> CaseView:
    """Approve what somebody else proposed; the case is closed."""
    return take_step(case_id, Step.APPROVED, actor, {"reason": reason})


def return_(case_id: int, actor: Actor, reason: str) -> CaseView:
    """Give a case back to who proposed its decision, and say what is missing."""
    return take_step(case_id, Step.RETURNED, actor, {"reason": reason})


def reopen(case_id: int, actor: Actor, reason: str) -> CaseView:
    """Open a decided case again; its time to decide begins anew."""
    return take_step(case_id, Step.REOPENED, actor, {"reason": reason})


def owners(actor: Actor) -> dict[str, str]:
    """Return user name and name of everybody who may own a case.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return _owners_in(work)


class _Deadlines:
    """Deadlines by severity, with the parameters in force and the holidays around a moment."""

    def __init__(self, work: UnitOfWork, at: datetime) -> None:
        day = at.date()
        self.parameters = parameters.in_force(work, Clocks(day, at))
        self.days = WorkingDays(holidays=desk_holidays(date(day.year - 10, 1, 1), day + _REACH))

    def of(self, at: datetime, severity: Severity) -> datetime:
        """When a case whose clock began at a moment must be decided."""
        allowed = self.parameters.in_force(_SLA[severity], at.date()).value
        return due_at(at, severity, float(allowed), self.days)


def _short(key: str) -> str:
    return key if len(key) <= _KEY else hashlib.sha256(key.encode()).hexdigest()


def _row(new: NewCase, at: datetime, deadlines: _Deadlines) -> dict[str, Any]:
    if new.kind not in KINDS:
        raise DomainError(f"'{new.kind}' is no kind of case. Use one of {', '.join(KINDS)}.", kind=new.kind)
    if new.severity not in set(Severity):
        raise DomainError(f"'{new.severity}' is no severity of a case. Use one of {', '.join(Severity)}.")
    due = deadlines.of(at, Severity(new.severity))
    return {
        "key": _short(new.key), "kind": new.kind, "rule": new.rule, "title": new.title,
        "subject_kind": new.subject_kind, "subject": new.subject, "trade_id": new.trade_id,
        "record_id": new.record_id, "hit_id": new.hit_id, "severity": new.severity, "state": State.OPEN.value,
        "opened_by": new.by, "opened_at": at, "due_at": due,
        "body": {**new.body, "severity": new.severity, DUE: due.isoformat()},
    }  # fmt: skip


def _columns(standing: Standing) -> dict[str, Any]:
    """Columns of the row that follow from where the case stands."""
    return {
        "state": standing.state.value, "severity": standing.severity.value, "owner": standing.owner,
        "outcome": standing.outcome.value if standing.outcome else None, "closed_at": standing.closed_at,
    }  # fmt: skip


def _view(row: CaseRow, events: Sequence[CaseEventRow], known_at: datetime, actor: Actor) -> CaseView:
    row, events = _as_seen(row, events, actor)
    first = Severity(events[0].body.get("severity", row.severity))
    standing = fold(first, (Happened(Step(e.step), e.by, e.recorded_at, e.body) for e in events))
    due = datetime.fromisoformat(next(e.body[DUE] for e in reversed(events) if DUE in e.body))
    late = due < (standing.closed_at or known_at)
    steps = allowed_steps(standing, actor) if actor.user_id is not None else ()
    return CaseView(row, standing, due, late, tuple(events), steps)


def _as_seen(
    row: CaseRow, events: Sequence[CaseEventRow], actor: Actor
) -> tuple[CaseRow, Sequence[CaseEventRow]]:
    """Hide who a case is about from those who may not read personal data; decisions stay readable."""
    if row.subject_kind not in PERSONAL or actor.can(Permission.PERSONAL_READ):
        return row, events
    kept = {"severity", "outcome", "owner", "kind", DUE}
    hidden = [replace(e, body={key: value for key, value in e.body.items() if key in kept}) for e in events]
    return replace(row, title="A case about a person", subject=HIDDEN), hidden


def _one(work: UnitOfWork, case_id: int, known_at: datetime, actor: Actor) -> CaseView:
    row = queries.one(work.session, case_id)
    events = queries.events(work.session, known_at=known_at, case_id=case_id).get(case_id)
    if row is None or not events:
        raise _no_case(case_id)
    return _view(row, events, min(known_at, clock.now()), actor)


def _no_case(case_id: int) -> NotFound:
    return NotFound(f"There is no case {case_id}.", case=case_id)


def _order(view: CaseView) -> tuple[bool, float, int]:
    """Undecided before decided; those by deadline, these the newest first."""
    if view.standing.closed_at is not None:
        return True, -view.standing.closed_at.timestamp(), view.id
    return False, view.due_at.timestamp(), view.id


def _cleaned(step: Step, body: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        key: value.strip() if isinstance(value, str) else value for key, value in body.items() if key in SAID
    }
    for value in said.values():
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            raise DomainError(f"The text is longer than {TEXT_LIMIT} characters. Shorten it.")
    if step is Step.LINKED and said.get("kind") not in LINKS:
        raise DomainError(f"'{said.get('kind')}' is nothing to link. Choose one of {', '.join(LINKS)}.")
    return said


def _noted(step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of a step: no free text and no names."""
    kept: Collection[str] = {"outcome", "severity", "kind", "ref"} if step is not Step.EVIDENCE else ()
    return {key: value for key, value in said.items() if key in kept}


def _check_owner(work: UnitOfWork, owner: str) -> None:
    if owner not in _owners_in(work):
        raise DomainError(
            f"'{owner[:40]}' cannot own this case: choose an active user who may decide in compliance.",
            owner=owner[:40],
        )


def _owners_in(work: UnitOfWork) -> dict[str, str]:
    return {
        user.username: user.name
        for user in access_queries.list_users(work.session)
        if user.is_active
        and any(Permission.COMPLIANCE_DECIDE in ROLE_PERMISSIONS[Role(role)] for role in user.roles)
    }
