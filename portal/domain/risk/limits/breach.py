"""The life of a breach, read from its events: where it stands, who owns it, and until when something is due.

API: ``Step``, ``State``, ``Event``, ``Breach``, ``read(events) -> Breach``, ``is_overdue(breach, now)``.

A breach is opened, acknowledged, explained, approved and closed. The program itself opens it, says when it has worsened
(a higher tier: it then starts again) or eased (back inside the limit); people do the rest. Nothing is ever changed:
the state is what the events add up to. Who may do what, and by when, is in ``workflow.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from portal.domain.risk.errors import IllegalMove
from portal.domain.risk.limits.limit import Tier


class State(StrEnum):
    """Where a breach stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    APPROVED = "approved"
    CLOSED = "closed"


class Step(StrEnum):
    """What may happen to a breach."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    EXPLAINED = "explained"
    APPROVED = "approved"
    REOPENED = "reopened"
    CLOSED = "closed"
    NOTED = "noted"

    @property
    def verb(self) -> str:
        """The step as an order, for messages."""
        return _VERBS[self]


_VERBS = {
    Step.OPENED: "open",
    Step.WORSENED: "worsen",
    Step.EASED: "ease",
    Step.ACKNOWLEDGED: "acknowledge",
    Step.ASSIGNED: "assign",
    Step.EXPLAINED: "explain",
    Step.APPROVED: "approve",
    Step.REOPENED: "reopen",
    Step.CLOSED: "close",
    Step.NOTED: "comment on",
}

NOT_CLOSED = frozenset(State) - {State.CLOSED}
FROM: dict[Step, frozenset[State]] = {
    Step.WORSENED: NOT_CLOSED,
    Step.EASED: NOT_CLOSED,
    Step.ACKNOWLEDGED: frozenset({State.OPEN}),
    Step.ASSIGNED: NOT_CLOSED,
    Step.EXPLAINED: frozenset({State.ACKNOWLEDGED}),
    Step.APPROVED: frozenset({State.EXPLAINED}),
    Step.REOPENED: frozenset({State.EXPLAINED, State.APPROVED, State.CLOSED}),
    Step.CLOSED: frozenset({State.APPROVED}),
    Step.NOTED: frozenset(State),
}
"""States in which each step can be taken."""


@dataclass(frozen=True)
class Event:
    """One step, as it is stored.

    Attributes
    ----------
    step : Step
        What happened.
    by : str
        User name; ``system`` for the program.
    at : datetime
        When, with time zone.
    tier : Tier or None
        Tier that is broken, of steps of the program.
    used : float or None
        Share of the hard tier, of steps of the program.
    owner : str or None
        Who owns the breach from here on; None leaves the owner.
    due : datetime or None
        Until when the next step is due; None leaves it.
    note : str
        What was said.
    """

    step: Step
    by: str
    at: datetime
    tier: Tier | None = None
    used: float | None = None
    owner: str | None = None
    due: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Breach:
    """What the events of one breach add up to.

    Attributes
    ----------
    state : State
        Where it stands.
    tier : Tier
        Highest tier that was broken.
    used, worst_used : float
        Share of the hard tier now and at its worst.
    is_over : bool
        Whether the value is back inside the limit.
    owner : str or None
        Who has to act.
    due : datetime or None
        Until when; None once nothing is due.
    opened_at, last_at : datetime
        First and latest event.
    explained_by, explanation : str or None
        Who explained it last, and how; None after it was sent back.
    approved_by : str or None
        Who approved that.
    reopened : int
        How often it was sent back or reopened.
    """

    state: State
    tier: Tier
    used: float
    worst_used: float
    is_over: bool
    owner: str | None
    due: datetime | None
    opened_at: datetime
    last_at: datetime
    explained_by: str | None = None
    explanation: str | None = None
    approved_by: str | None = None
    reopened: int = 0


def read(events: Iterable[Event]) -> Breach:
    """Add up the events of one breach.

    Parameters
    ----------
    events : iterable of Event
        Oldest first; the first one opens it.

    Returns
    -------
    Breach
        Where it stands after the last one.

    Raises
    ------
    IllegalMove
        The first event does not open a breach, or a later one is not possible in the state that it meets.
    """
    order = list(events)
    if not order or order[0].step is not Step.OPENED:
        raise IllegalMove("The history of a breach must begin with its opening.", step=None)
    first = order[0]
    used = first.used if first.used is not None else float("nan")
    found = Breach(
        State.OPEN, first.tier or Tier.HARD, used, used, False, first.owner, first.due, first.at, first.at
    )
    for event in order[1:]:
        found = after(found, event)
    return found


def after(breach: Breach, event: Event) -> Breach:
    """The breach after one more event.

    Parameters
    ----------
    breach : Breach
        As it stands.
    event : Event
        What happens next.

    Returns
    -------
    Breach
        As it stands then.

    Raises
    ------
    IllegalMove
        The step is not possible in this state, or is older than what has happened.
    """
    check_step(breach, event.step)
    if event.at < breach.last_at:
        raise IllegalMove(
            f"The breach cannot be moved at {event.at:%Y-%m-%d %H:%M}: the step before it is of "
            f"{breach.last_at:%Y-%m-%d %H:%M}.",
            step=event.step.value,
        )
    moved = replace(
        breach,
        last_at=event.at,
        owner=event.owner if event.owner is not None else breach.owner,
        due=event.due if event.due is not None else breach.due,
    )
    if event.used is not None:
        moved = replace(moved, used=event.used, worst_used=_worst(moved.worst_used, event.used))
    return _moved(moved, event)


def check_step(breach: Breach, step: Step) -> None:
    """Refuse a step that is not possible in the state of a breach.

    Parameters
    ----------
    breach : Breach
        As it stands.
    step : Step
        What is to happen.

    Raises
    ------
    IllegalMove
        The step is not possible; the message says which are.
    """
    if breach.state in FROM.get(step, frozenset()):
        return
    states = sorted(state.value for state in FROM.get(step, frozenset()))
    need = f"it must be {' or '.join(states)} for that" if states else "it is open already"
    raise IllegalMove(
        f"One cannot {step.verb} a breach that is {breach.state.value}: {need}.",
        step=step.value,
        state=breach.state.value,
    )


def _worst(worst: float, used: float) -> float:
    return used if not worst >= used else worst  # also when nothing was known


def _moved(breach: Breach, event: Event) -> Breach:
    match event.step:
        case Step.WORSENED:
            higher = event.tier is Tier.HARD and breach.tier is Tier.SOFT
            again = replace(_unexplained(breach), state=State.OPEN, tier=Tier.HARD) if higher else breach
            return replace(again, is_over=False)
        case Step.EASED:
            return replace(breach, is_over=True)
        case Step.ACKNOWLEDGED:
            return replace(breach, state=State.ACKNOWLEDGED)
        case Step.EXPLAINED:
            return replace(breach, state=State.EXPLAINED, explained_by=event.by, explanation=event.note)
        case Step.APPROVED:
            return replace(breach, state=State.APPROVED, approved_by=event.by)
        case Step.CLOSED:
            return replace(breach, state=State.CLOSED, due=None)
        case Step.REOPENED:
            # an explanation is sent back to be written again; what was settled starts from the beginning
            state = State.ACKNOWLEDGED if breach.state is State.EXPLAINED else State.OPEN
            return replace(_unexplained(breach), state=state, reopened=breach.reopened + 1)
        case _:
            return breach


def _unexplained(breach: Breach) -> Breach:
    return replace(breach, explained_by=None, explanation=None, approved_by=None)


def is_overdue(breach: Breach, now: datetime) -> bool:
    """Whether the next step should have been made already.

    Parameters
    ----------
    breach : Breach
        As it stands.
    now : datetime
        The present instant, with time zone.

    Returns
    -------
    bool
        True when a due time has passed.
    """
    return breach.due is not None and now > breach.due
