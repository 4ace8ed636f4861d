"""Who may move a breach, and by when: the rules on top of ``breach.py``.

API: ``move(breach, step, actor, at=..., note=...) -> Event``, ``open_breach(...)``, ``allowed_steps(breach, actor)``,
``Deadlines``.

The program opens, worsens and eases. The owner (or, where there is none, anybody who may comment on risk, who then
becomes the owner) acknowledges and explains. Whoever may approve limits approves, but never their own explanation, and
closes, but only once the value is back inside the limit. Nothing is stored here: a move gives the event to store.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.market.business_days import shift_business_days
from portal.domain.risk.errors import IllegalMove
from portal.domain.risk.limits.breach import Breach, Event, State, Step, check_step
from portal.domain.risk.limits.limit import Tier

PROGRAM = frozenset({Step.OPENED, Step.WORSENED, Step.EASED})
NEEDS_NOTE = frozenset({Step.EXPLAINED, Step.REOPENED, Step.NOTED})
_RIGHT = {
    Step.ACKNOWLEDGED: Permission.RISK_COMMENT,
    Step.EXPLAINED: Permission.RISK_COMMENT,
    Step.APPROVED: Permission.LIMIT_APPROVE,
    Step.REOPENED: Permission.LIMIT_APPROVE,
    Step.CLOSED: Permission.LIMIT_APPROVE,
}
_EITHER = (Permission.RISK_COMMENT, Permission.LIMIT_APPROVE)
_STATE_AFTER = {
    Step.OPENED: State.OPEN,
    Step.WORSENED: State.OPEN,
    Step.ACKNOWLEDGED: State.ACKNOWLEDGED,
    Step.EXPLAINED: State.EXPLAINED,
    Step.APPROVED: State.APPROVED,
}


@dataclass(frozen=True)
class Deadlines:
    """Business days until the next step, by state, of one tier.

    Attributes
    ----------
    acknowledge, explain, approve, close : int
        Days from the step before.
    """

    acknowledge: int
    explain: int
    approve: int
    close: int

    def days(self, state: State) -> int | None:
        """Days that a breach may stay in a state.

        Parameters
        ----------
        state : State
            Where it stands.

        Returns
        -------
        int or None
            Business days; None where nothing is due.
        """
        order = (State.OPEN, State.ACKNOWLEDGED, State.EXPLAINED, State.APPROVED)
        found = dict(zip(order, (self.acknowledge, self.explain, self.approve, self.close), strict=True))
        return found.get(state)


DEADLINES = {Tier.SOFT: Deadlines(2, 3, 5, 10), Tier.HARD: Deadlines(1, 1, 1, 5)}
"""A hard breach is to be seen and explained within a day each; a soft one has more time."""


def due_at(
    at: datetime,
    state: State,
    tier: Tier,
    *,
    holidays: Collection[date] = (),
    deadlines: dict[Tier, Deadlines] | None = None,
) -> datetime | None:
    """Until when a breach must have left a state.

    Parameters
    ----------
    at : datetime
        When it came into the state, with time zone.
    state : State
        The state.
    tier : Tier
        Tier that is broken.
    holidays : collection of date
        Days off.
    deadlines : dict of Tier to Deadlines, optional
        The house's own; those above by default.

    Returns
    -------
    datetime or None
        The same time of day so many business days later; None where nothing is due.

    Examples
    --------
    >>> from datetime import UTC
    >>> due_at(datetime(2026, 5, 8, 18, tzinfo=UTC), State.OPEN, Tier.HARD).isoformat()
    '2026-05-11T18:00:00+00:00'
    """
    days = (deadlines or DEADLINES)[tier].days(state)
    if days is None:
        return None
    return datetime.combine(shift_business_days(at.date(), days, holidays), at.timetz())


def open_breach(
    tier: Tier,
    used: float,
    *,
    at: datetime,
    owner: str | None = None,
    note: str = "",
    holidays: Collection[date] = (),
    deadlines: dict[Tier, Deadlines] | None = None,
) -> Event:
    """Make the event that opens a breach.

    Parameters
    ----------
    tier : Tier
        Tier that is broken.
    used : float
        Share of the hard tier.
    at : datetime
        Now, with time zone.
    owner : str, optional
        Who has to act.
    note : str
        How the limit was found, in words.
    holidays : collection of date
        Days off.
    deadlines : dict of Tier to Deadlines, optional
        The house's own.

    Returns
    -------
    Event
        To be stored.
    """
    due = due_at(at, State.OPEN, tier, holidays=holidays, deadlines=deadlines)
    return Event(Step.OPENED, "system", at, tier, used, owner, due, note)


def move(
    breach: Breach,
    step: Step,
    actor: Actor,
    *,
    at: datetime,
    note: str = "",
    owner: str | None = None,
    tier: Tier | None = None,
    used: float | None = None,
    holidays: Collection[date] = (),
    deadlines: dict[Tier, Deadlines] | None = None,
) -> Event:
    """Make the event of one step, if this person may take it now.

    Parameters
    ----------
    breach : Breach
        As it stands.
    step : Step
        What is to happen.
    actor : Actor
        Who asks.
    at : datetime
        Now, with time zone.
    note : str
        Words; needed to explain, to reopen and to comment.
    owner : str, optional
        New owner, needed to assign.
    tier, used : optional
        Tier and share of the limit, of steps of the program.
    holidays : collection of date
        Days off.
    deadlines : dict of Tier to Deadlines, optional
        The house's own.

    Returns
    -------
    Event
        To be stored; with the time until which the next step is due.

    Raises
    ------
    IllegalMove
        The step is not possible now, or not by this person, or lacks its words; the message says why.
    """
    refusal = why_not(breach, step, actor)
    if refusal:
        raise IllegalMove(refusal, step=step.value, state=breach.state.value, username=actor.username)
    if step in NEEDS_NOTE and not note.strip():
        raise IllegalMove(f"To {step.verb} a breach, say why: the note is empty.", step=step.value)
    if step is Step.ASSIGNED and not owner:
        raise IllegalMove("To assign a breach, name its new owner.", step=step.value)
    if step is Step.ACKNOWLEDGED and breach.owner is None:
        owner = actor.username
    due = None
    state = _next_state(breach, step, tier)
    if state is not None:
        broken = tier if tier is Tier.HARD else breach.tier
        due = due_at(at, state, broken, holidays=holidays, deadlines=deadlines)
    by = "system" if actor.user_id is None else actor.username
    return Event(step, by, at, tier, used, owner, due, note.strip())


def _next_state(breach: Breach, step: Step, tier: Tier | None) -> State | None:
    """The state in which a new deadline runs after a step; None when the old one goes on."""
    if step is Step.WORSENED and not (tier is Tier.HARD and breach.tier is Tier.SOFT):
        return None
    if step is Step.REOPENED:
        return State.ACKNOWLEDGED if breach.state is State.EXPLAINED else State.OPEN
    return _STATE_AFTER.get(step)


def allowed_steps(breach: Breach, actor: Actor) -> tuple[Step, ...]:
    """Steps that a person may take now.

    Parameters
    ----------
    breach : Breach
        As it stands.
    actor : Actor
        Who asks.

    Returns
    -------
    tuple of Step
        In the order of a breach's life.
    """
    return tuple(step for step in Step if step is not Step.OPENED and why_not(breach, step, actor) == "")


def why_not(breach: Breach, step: Step, actor: Actor) -> str:
    """Why a person may not take a step now.

    Parameters
    ----------
    breach : Breach
        As it stands.
    step : Step
        What is to happen.
    actor : Actor
        Who asks.

    Returns
    -------
    str
        A sentence; empty when they may.
    """
    try:
        check_step(breach, step)
    except IllegalMove as refused:
        return refused.message
    return _not_by(breach, step, actor)


def _not_by(breach: Breach, step: Step, actor: Actor) -> str:
    if step in PROGRAM:
        return "" if actor.user_id is None else f"Only the program itself may {step.verb} a breach."
    rights = (_RIGHT[step],) if step in _RIGHT else _EITHER
    if not any(actor.can(right) for right in rights):
        needed = " or ".join(f"'{right}'" for right in rights)
        return f"{actor.name} may not {step.verb} a breach: it needs the right {needed}."
    if step in {Step.ACKNOWLEDGED, Step.EXPLAINED} and not _acts_for(breach, actor):
        return f"This breach belongs to {breach.owner}, who has to {step.verb} it; assign it to somebody else first."
    if step is Step.APPROVED and breach.explained_by == actor.username:
        return "Nobody approves their own explanation: ask somebody else who may approve limits."
    if step is Step.CLOSED and not breach.is_over:
        return "The limit is still broken: the breach can be closed once the value is back inside the limit."
    return ""


def _acts_for(breach: Breach, actor: Actor) -> bool:
    """The owner, anybody where there is none, and those who answer for limits."""
    return breach.owner in (None, actor.username) or actor.can(Permission.LIMIT_APPROVE)
