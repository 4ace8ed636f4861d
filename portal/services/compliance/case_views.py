"""Cases as somebody sees them at a moment: where they stand, what happened, what they hang on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from data.queries import access as access_queries
from data.queries import cases as queries
from data.queries.cases import CaseEventRow, CaseRow, FindingRow, HitRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.domain.compliance.case_workflow import (
    Happened,
    Severity,
    Standing,
    State,
    Step,
    allowed_steps,
    fold,
)

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
DUE = "due"  # in the body of an event that sets the time to decide


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
        return one_in(work, case_id, clocks.known_at, actor)


def detail(case_id: int, clocks: Clocks, actor: Actor) -> CaseDetail:
    """Return one case with what it hangs on.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there was no such case.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        view = one_in(work, case_id, clocks.known_at, actor)
        row = view.row
        return CaseDetail(
            view,
            queries.finding(work.session, row.record_id) if row.record_id else None,
            queries.hit(work.session, row.hit_id) if row.hit_id and row.kind == "surveillance" else None,
            owners_in(work),
        )


def owners(actor: Actor) -> dict[str, str]:
    """Return user name and name of everybody who may own a case.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return owners_in(work)


def _as_seen(
    row: CaseRow, events: Sequence[CaseEventRow], actor: Actor
) -> tuple[CaseRow, Sequence[CaseEventRow]]:
    """Hide who a case is about from those who may not read personal data; decisions stay readable."""
    if row.subject_kind not in PERSONAL or actor.can(Permission.PERSONAL_READ):
        return row, events
    kept = {"severity", "outcome", "owner", "kind", DUE}
    hidden = [replace(e, body={key: value for key, value in e.body.items() if key in kept}) for e in events]
    return replace(row, title="A case about a person", subject=HIDDEN), hidden


def _view(row: CaseRow, events: Sequence[CaseEventRow], known_at: datetime, actor: Actor) -> CaseView:
    row, events = _as_seen(row, events, actor)
    first = Severity(events[0].body.get("severity", row.severity))
    standing = fold(first, (Happened(Step(e.step), e.by, e.recorded_at, e.body) for e in events))
    due = datetime.fromisoformat(next(e.body[DUE] for e in reversed(events) if DUE in e.body))
    late = due < (standing.closed_at or known_at)
    steps = allowed_steps(standing, actor) if actor.user_id is not None else ()
    return CaseView(row, standing, due, late, tuple(events), steps)


def one_in(work: UnitOfWork, case_id: int, known_at: datetime, actor: Actor) -> CaseView:
    """Return one case as it stood at a moment, within a transaction; raise :class:`NotFound` when there was none."""
    row = queries.one(work.session, case_id)
    events = queries.events(work.session, known_at=known_at, case_id=case_id).get(case_id)
    if row is None or not events:
        raise no_case(case_id)
    return _view(row, events, min(known_at, clock.now()), actor)


def no_case(case_id: int) -> NotFound:
    """Return the error for a case that is not there."""
    return NotFound(f"There is no case {case_id}.", case=case_id)


def _order(view: CaseView) -> tuple[bool, float, int]:
    """Undecided before decided; those by deadline, these the newest first."""
    if view.standing.closed_at is not None:
        return True, -view.standing.closed_at.timestamp(), view.id
    return False, view.due_at.timestamp(), view.id


def owners_in(work: UnitOfWork) -> dict[str, str]:
    """Return user name and name of everybody who may own a case, within a transaction."""
    return {
        user.username: user.name
        for user in access_queries.list_users(work.session)
        if user.is_active
        and any(Permission.COMPLIANCE_DECIDE in ROLE_PERMISSIONS[Role(role)] for role in user.roles)
    }
