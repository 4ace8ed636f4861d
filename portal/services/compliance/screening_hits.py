"""Hits of screening as people see and decide them: cleared by two, confirmed by one, which stops trading at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.queries import cases as case_queries
from data.queries import parties as party_queries
from data.queries import screening as queries
from data.queries.parties import masked_name
from data.queries.screening import DecisionRow, HitRow
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance import onboarding
from portal.domain.compliance.base import Case, all_rules
from portal.domain.compliance.case_workflow import Step
from portal.domain.compliance.engine import evaluate
from portal.domain.compliance.errors import CaseStepError
from portal.domain.compliance.working_days import WorkingDays
from portal.services import audit
from portal.services.compliance import cases, parameters
from portal.services.compliance.kyc import happened

STATES = {
    "open": "Open",
    "proposed": "Proposed to clear",
    "cleared": "Cleared",
    "confirmed": "Confirmed",
}
REASON_LIMIT = 2000
_STATE_OF = {"proposed-clear": "proposed", "returned": "open", "cleared": "cleared", "confirmed": "confirmed"}


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit with where it stands; names of people are masked without the right to see them."""

    row: HitRow
    state: str
    decisions: tuple[DecisionRow, ...]
    case_id: int | None
    may_clear: bool

    @property
    def differences(self) -> tuple[str, ...]:
        """In what we and the list differ strongly."""
        return tuple(self.row.detail.get("differences", ()))

    @property
    def proposed_by(self) -> str:
        """Who proposed to clear it; "" when nobody does now."""
        return self.decisions[-1].by if self.state == "proposed" else ""


def hits(clocks: Clocks, actor: Actor, counterparty_id: int | None = None) -> tuple[HitView, ...]:
    """Return the hits, undecided ones first, then by score.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        rows = queries.hits(work.session, known_at=clocks.known_at, counterparty_id=counterparty_id)
        return _views(work, rows, clocks, actor)


def hit(hit_id: int, clocks: Clocks, actor: Actor) -> HitView:
    """Return one hit.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such hit.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return _one(work, hit_id, clocks, actor)


def decide(hit_id: int, decision: str, reason: str, actor: Actor) -> HitView:
    """Say what a hit is, with a reason.

    Parameters
    ----------
    hit_id : int
        The hit.
    decision : str
        ``proposed-clear`` and ``confirmed`` by who may decide; ``cleared`` and ``returned`` by a second person who
        may approve. A confirmed hit suspends the counterparty at once.
    reason : str
        In writing; needed but for ``cleared``, which stands on the proposal's.
    actor : Actor
        Who decides.

    Raises
    ------
    NotPermitted, NotFound, Conflict, DomainError
        Who asks may not, there is no such hit, it is decided already, or the rule GL-SN-03 does not let it be cleared.
    """
    approves = decision in ("cleared", "returned")
    actor.require(Permission.COMPLIANCE_APPROVE if approves else Permission.COMPLIANCE_DECIDE)
    said = reason.strip()
    if len(said) > REASON_LIMIT:
        raise DomainError(f"The reason is longer than {REASON_LIMIT} characters. Shorten it.")
    with UnitOfWork(write=True) as work:
        if not writes.lock_hit(work.session, hit_id):
            raise NotFound(f"There is no hit {hit_id}.", hit=hit_id)
        at = clock.now()
        clocks = Clocks(at.date(), at)
        before = _one(work, hit_id, clocks, actor)
        _check(work, before, decision, said, actor, clocks)
        writes.add_decision(
            work.session, hit_id=hit_id, decision=decision, reason=said or before.decisions[-1].reason,
            by=actor.username, recorded_at=at,
        )  # fmt: skip
        if decision == "confirmed":
            _suspend(work, before.row, actor, at)
        _move_case(work, before, decision, said, actor)
        audit.note(
            work, actor, f"screening.{decision}", "screening_hit", str(hit_id), {"score": before.row.score}
        )
        return _one(work, hit_id, clocks, actor)


def _check(work: UnitOfWork, view: HitView, decision: str, reason: str, actor: Actor, clocks: Clocks) -> None:
    wanted = {"proposed-clear": ("open",), "confirmed": ("open", "proposed")}.get(decision, ("proposed",))
    if decision not in _STATE_OF:
        raise DomainError(f"'{decision}' is no decision about a hit.")
    if view.state not in wanted:
        raise Conflict(f"The hit is {STATES[view.state].lower()}; this cannot be done now. Load it again.")
    if not reason and decision != "cleared":
        raise DomainError("A reason is needed, in writing. Say what was compared.")
    if decision in ("cleared", "returned") and view.proposed_by == actor.username:
        raise DomainError("Who proposed to clear a hit does not decide it. A second person must.")
    if decision not in ("proposed-clear", "cleared"):
        return
    facts = {
        "kind": "party",
        "hit": {
            "name_score": view.row.score, "differences": list(view.differences),
            "reason": reason or view.decisions[-1].reason, "second_reviewer": "second person",
        },
    }  # fmt: skip
    case = Case(facts, clocks.as_of, parameters.in_force(work, clocks), WorkingDays())
    for fired in evaluate(case, rules=[all_rules()["GL-SN-03"]]).fired:
        raise DomainError(f"{fired.finding.message} Confirm it, or complete what is known of the party.")


def _suspend(work: UnitOfWork, row: HitRow, actor: Actor, at: datetime) -> None:
    """Take the approval from a party whose hit is true."""
    writes.lock_party(work.session, row.counterparty_id)
    events = party_queries.events(work.session, known_at=at, counterparty_id=row.counterparty_id)
    rows = events.get(row.counterparty_id, [])
    if not rows:
        return
    newest = [event for event in rows if event.case_id == rows[-1].case_id]
    if onboarding.may_follow(onboarding.fold(happened(newest)), "suspended", actor.username):
        writes.add_event(
            work.session, case_id=rows[-1].case_id, step="suspended", by=actor.username,
            body={"reason": f"Screening hit {row.id} is confirmed."}, recorded_at=at,
        )  # fmt: skip
        audit.note(work, actor, "kyc.suspended", "party", row.party.partition("/")[0], {"hit": row.id})


def _move_case(work: UnitOfWork, view: HitView, decision: str, reason: str, actor: Actor) -> None:
    """Take the step of the hit's case that goes with a decision; a case that somebody moved elsewhere stays there."""
    if view.case_id is None:
        return
    step, body = {
        "proposed-clear": (Step.PROPOSED, {"outcome": "false-positive", "reason": reason}),
        "confirmed": (Step.PROPOSED, {"outcome": "confirmed", "reason": reason}),
        "cleared": (Step.APPROVED, {"reason": reason}),
        "returned": (Step.RETURNED, {"reason": reason}),
    }[decision]
    try:
        cases.step_within(work, view.case_id, step, actor, body)
    except CaseStepError as other:
        text = f"Screening: the hit is {_STATE_OF[decision]}. The case was not moved: {other.message}"
        cases.step_within(work, view.case_id, Step.COMMENT, actor, {"text": text})


def _one(work: UnitOfWork, hit_id: int, clocks: Clocks, actor: Actor) -> HitView:
    row = queries.hit(work.session, hit_id)
    if row is None or row.recorded_at > clocks.known_at:
        raise NotFound(f"There is no hit {hit_id}.", hit=hit_id)
    return _views(work, [row], clocks, actor)[0]


def _views(work: UnitOfWork, rows: Sequence[HitRow], clocks: Clocks, actor: Actor) -> tuple[HitView, ...]:
    decided = queries.decisions(work.session, known_at=clocks.known_at, hit_ids=[row.id for row in rows])
    case_of = case_queries.of_hits(work.session, [row.id for row in rows], "screening")
    wanted = parameters.in_force(work, clocks).in_force("GL-SN-03.strong_differences", clocks.as_of).value
    reveal = actor.can(Permission.PERSONAL_READ)
    views = [
        HitView(
            row if reveal else masked(row),
            _STATE_OF[decided[row.id][-1].decision] if row.id in decided else "open",
            tuple(decided.get(row.id, ())), case_of.get(row.id),
            len(set(row.detail.get("differences", ()))) >= wanted,
        )
        for row in rows
    ]  # fmt: skip
    order = list(STATES)
    return tuple(sorted(views, key=lambda view: (order.index(view.state), -view.row.score, view.row.id)))


def masked(row: HitRow) -> HitRow:
    """Return a hit of a person without what tells who it is; names on published lists stay."""
    if not row.detail.get("is_person"):
        return row
    compared: Mapping[str, Any] = row.detail.get("compared", {})
    hidden = {key: [None, pair[1]] if key == "birth_year" else list(pair) for key, pair in compared.items()}
    return replace(
        row, detail={**row.detail, "ours": masked_name(str(row.detail.get("ours", ""))), "compared": hidden}
    )
