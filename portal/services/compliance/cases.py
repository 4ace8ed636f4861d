"""Cases: opened by what was found, moved on by people of compliance, decided by two of them; nothing is deleted.

API: ``open_case``, ``open_cases``, ``cases``, ``case``, ``take_step`` and, for single steps, ``assign``, ``comment``,
``add_evidence``, ``link``, ``set_severity``, ``propose``, ``approve``, ``return_``, ``reopen``.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from data.queries import cases as queries
from data.session import UnitOfWork
from data.writes import cases as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.compliance.case_workflow import (
    Happened,
    Severity,
    Standing,
    State,
    Step,
    after,
    check,
    due_at,
)
from portal.domain.compliance.working_days import WorkingDays
from portal.domain.market.holidays import desk_holidays
from portal.services import audit
from portal.services.compliance import parameters
from portal.services.compliance.case_views import (
    DUE,
    KINDS,
    LINKS,
    CaseDetail,
    CaseView,
    case,
    cases,
    detail,
    no_case,
    one_in,
    owners,
    owners_in,
    views_in,
)

__all__ = [
    "KINDS", "LINKS", "CaseDetail", "CaseView", "NewCase", "add_evidence", "approve", "assign", "case", "cases",
    "comment", "detail", "link", "open_by_hand", "open_case", "open_cases", "owners", "propose", "reopen", "return_",
    "set_severity", "step_within", "take_step", "views_in",
]  # fmt: skip

SAID = frozenset({"text", "ref", "kind", "owner", "severity", "outcome", "reason"})
"""What a person may say with a step."""
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
    with UnitOfWork(write=True) as work:
        return step_within(work, case_id, step, actor, body)


def step_within(
    work: UnitOfWork, case_id: int, step: Step, actor: Actor, body: Mapping[str, Any] | None = None
) -> CaseView:
    """Take one step of a case in a transaction that does more; as :func:`take_step`."""
    actor.require(Permission.COMPLIANCE_READ)
    said = _cleaned(step, body or {})
    if not writes.lock(work.session, case_id):
        raise no_case(case_id)
    at = clock.now()
    before = one_in(work, case_id, at + timedelta(hours=1), actor)
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
    return one_in(work, case_id, at + timedelta(hours=1), actor)


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
    if owner not in owners_in(work):
        raise DomainError(
            f"'{owner[:40]}' cannot own this case: choose an active user who may decide in compliance.",
            owner=owner[:40],
        )
