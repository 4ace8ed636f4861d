"""How a case moves: who may take which step when, what state follows, and by when it must be decided.

API: ``Severity``, ``State``, ``Step``, ``Outcome``, ``Standing``, ``fold(events)``, ``why_not(...)``,
``allowed_steps(...)``, ``check(...)``, ``due_at(...)``.

A case is open until somebody who may decide proposes an outcome with a reason; a second person approves it, which
closes the case, or returns it. A closed case can be opened again. Nothing is taken away: each step is an event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.compliance.errors import CaseStepError
from portal.domain.compliance.working_days import WorkingDays


class Severity(StrEnum):
    """How much hurry a case has, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low, 3 for critical."""
        return list(Severity).index(self)


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    PROPOSED = "proposed"
    CLOSED = "closed"


class Step(StrEnum):
    """What can happen to a case."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    SEVERITY = "severity"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    LINKED = "linked"
    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"
    REOPENED = "reopened"

    @property
    def verb(self) -> str:
        """What somebody does who takes it, as in "to <verb> this case"."""
        return _VERBS[self]


class Outcome(StrEnum):
    """What a case turned out to be."""

    CONFIRMED = "confirmed"
    FALSE_POSITIVE = "false-positive"
    ACCEPTED = "accepted"
    REPORTED = "reported"

    @property
    def label(self) -> str:
        """In words."""
        return _OUTCOMES[self]


_VERBS = {
    Step.OPENED: "open",
    Step.ASSIGNED: "assign",
    Step.SEVERITY: "change the severity of",
    Step.COMMENT: "comment on",
    Step.EVIDENCE: "add evidence to",
    Step.LINKED: "link something to",
    Step.PROPOSED: "propose a decision of",
    Step.APPROVED: "approve the decision of",
    Step.RETURNED: "return",
    Step.REOPENED: "reopen",
}
_OUTCOMES = {
    Outcome.CONFIRMED: "Confirmed: it is a breach",
    Outcome.FALSE_POSITIVE: "False positive: nothing was wrong",
    Outcome.ACCEPTED: "Accepted: a breach that is tolerated",
    Outcome.REPORTED: "Reported to the authority",
}
_BY_SECOND = frozenset({Step.APPROVED, Step.RETURNED})
_STATES = {
    Step.PROPOSED: (State.OPEN,),
    Step.APPROVED: (State.PROPOSED,),
    Step.RETURNED: (State.PROPOSED,),
    Step.REOPENED: (State.CLOSED,),
    Step.ASSIGNED: (State.OPEN, State.PROPOSED),
    Step.SEVERITY: (State.OPEN,),
}
"""States in which a step is possible; a step that is not here is possible in all of them."""
_NEEDS = {
    Step.COMMENT: ("text", "write the comment"),
    Step.EVIDENCE: ("text", "say what the evidence shows"),
    Step.LINKED: ("ref", "say what to link"),
    Step.PROPOSED: ("reason", "give the reason"),
    Step.RETURNED: ("reason", "say what is missing"),
    Step.REOPENED: ("reason", "give the reason"),
    Step.ASSIGNED: ("owner", "name the owner"),
    Step.SEVERITY: ("severity", "name the severity"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after its events.

    Attributes
    ----------
    state : State
        Open, proposed or closed.
    severity : Severity
        Its hurry.
    owner : str or None
        User name of who has to act.
    outcome : Outcome or None
        What was proposed, or decided once it is closed.
    proposed_by : str or None
        User name of who proposed it.
    clock_from : datetime
        When the time to decide began: the opening, or the last reopening.
    closed_at : datetime or None
        When it was closed.
    """

    state: State
    severity: Severity
    owner: str | None
    outcome: Outcome | None
    proposed_by: str | None
    clock_from: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a case."""

    step: Step
    by: str
    at: datetime
    body: Mapping[str, Any]


def fold(severity: Severity, events: Iterable[Happened]) -> Standing:
    """Work out where a case stands.

    Parameters
    ----------
    severity : Severity
        With which it was opened.
    events : iterable of Happened
        Oldest first; the first is its opening.

    Returns
    -------
    Standing
        After the last of them.

    Raises
    ------
    CaseStepError
        There is no event.
    """
    standing: Standing | None = None
    for event in events:
        standing = after(standing, event, severity)
    if standing is None:
        raise CaseStepError("A case without its opening cannot be read.")
    return standing


def after(standing: Standing | None, event: Happened, severity: Severity = Severity.MEDIUM) -> Standing:
    """Work out where a case stands after one more event.

    Parameters
    ----------
    standing : Standing or None
        Before; None before its opening.
    event : Happened
        What happened.
    severity : Severity
        Of the opening.

    Returns
    -------
    Standing
        After it.
    """
    if standing is None:
        return Standing(State.OPEN, severity, None, None, None, event.at, None)
    match event.step:
        case Step.ASSIGNED:
            return replace(standing, owner=event.body["owner"])
        case Step.SEVERITY:
            return replace(standing, severity=Severity(event.body["severity"]))
        case Step.PROPOSED:
            outcome = Outcome(event.body["outcome"])
            return replace(standing, state=State.PROPOSED, outcome=outcome, proposed_by=event.by)
        case Step.APPROVED:
            return replace(standing, state=State.CLOSED, closed_at=event.at)
        case Step.RETURNED:
            return replace(standing, state=State.OPEN, outcome=None, proposed_by=None)
        case Step.REOPENED:
            return replace(
                standing,
                state=State.OPEN,
                outcome=None,
                proposed_by=None,
                clock_from=event.at,
                closed_at=None,
            )
        case _:
            return standing


def why_not(standing: Standing, step: Step, actor: Actor) -> str:
    """Say why a person may not take a step now.

    Parameters
    ----------
    standing : Standing
        Where the case stands.
    step : Step
        What is to happen.
    actor : Actor
        Who asks.

    Returns
    -------
    str
        A sentence; empty when they may.
    """
    right = Permission.COMPLIANCE_APPROVE if step in _BY_SECOND else Permission.COMPLIANCE_DECIDE
    if not actor.can(right):
        return f"{actor.name} may not {step.verb} this case: it needs the right '{right}'."
    if step is Step.OPENED or standing.state not in _STATES.get(step, tuple(State)):
        return f"This case is {standing.state.value}; to {step.verb} it is not possible now."
    if step in _BY_SECOND and standing.proposed_by == actor.username:
        return "Nobody decides on their own proposal: ask a second person who may approve."
    return ""


def allowed_steps(standing: Standing, actor: Actor) -> tuple[Step, ...]:
    """List the steps that a person may take now.

    Parameters
    ----------
    standing : Standing
        Where the case stands.
    actor : Actor
        Who asks.

    Returns
    -------
    tuple of Step
        In the order of a case's life.
    """
    return tuple(step for step in Step if not why_not(standing, step, actor))


def check(standing: Standing, step: Step, actor: Actor, body: Mapping[str, Any]) -> None:
    """Refuse a step that is not possible now, not theirs, or lacks its words.

    Parameters
    ----------
    standing : Standing
        Where the case stands.
    step : Step
        What is to happen.
    actor : Actor
        Who asks.
    body : mapping
        What goes with it: text, reason, outcome, owner, severity, kind and ref.

    Raises
    ------
    CaseStepError
        The message says why.
    """
    refusal = why_not(standing, step, actor)
    if refusal:
        raise CaseStepError(refusal, step=step.value, state=standing.state.value, username=actor.username)
    key, wanted = _NEEDS.get(step, ("", ""))
    if key and not str(body.get(key) or "").strip():
        raise CaseStepError(f"To {step.verb} this case, {wanted}: nothing was written.", step=step.value)
    if step is Step.PROPOSED and body.get("outcome") not in set(Outcome):
        known = ", ".join(Outcome)
        raise CaseStepError(f"'{body.get('outcome')}' is no outcome of a case. Choose one of {known}.")
    if step is Step.SEVERITY and body.get("severity") not in set(Severity):
        known = ", ".join(Severity)
        raise CaseStepError(f"'{body.get('severity')}' is no severity. Choose one of {known}.")


def due_at(at: datetime, severity: Severity, allowed: float, days: WorkingDays) -> datetime:
    """Work out by when a case must be decided.

    Parameters
    ----------
    at : datetime
        When its clock began, with its zone.
    severity : Severity
        Its hurry.
    allowed : float
        Hours (critical) or working days (all others).
    days : WorkingDays
        Days that count.

    Returns
    -------
    datetime
        So many hours later, or the same time of day so many working days later.

    Examples
    --------
    >>> from datetime import UTC
    >>> friday = datetime(2026, 5, 8, 18, tzinfo=UTC)
    >>> due_at(friday, Severity.HIGH, 1, WorkingDays()).isoformat()
    '2026-05-11T18:00:00+00:00'
    """
    if severity is Severity.CRITICAL:
        return at + timedelta(hours=allowed)
    return datetime.combine(days.after(at.date(), int(allowed)), at.timetz())
