"""The steps of a sign-off: prepared, reviewed and approved by three different people; reopened with a reason.

API: ``read_round(steps) -> Round``, ``check_step(found, step, actor)``, ``steps_open(found, actor)``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.core.actor import Actor
from portal.core.errors import Conflict, NotPermitted
from portal.core.permissions import Permission


class Step(StrEnum):
    """What somebody does to the sign-off of a portfolio and a day."""

    PREPARED = "prepared"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REOPENED = "reopened"


ORDER = (Step.PREPARED, Step.REVIEWED, Step.APPROVED)
NEEDS = {
    Step.PREPARED: Permission.SIGN_PREPARE,
    Step.REVIEWED: Permission.SIGN_REVIEW,
    Step.APPROVED: Permission.SIGN_APPROVE,
}
REOPENS = (Permission.SIGN_REVIEW, Permission.SIGN_APPROVE)
"""Any of these takes a signature back, and so does the own right of who prepared it until others have signed."""


class Taken(Protocol):
    """A step that was taken, as it is stored."""

    @property
    def step(self) -> str:
        """Which one."""

    @property
    def by(self) -> str:
        """User name of who took it."""


@dataclass(frozen=True, slots=True)
class Round:
    """The steps since a sign-off was begun or reopened last.

    Attributes
    ----------
    state : str
        ``due``, or the step that was taken last; ``reopened`` until it is prepared again.
    by : tuple of str
        User names of those who signed in this round, in the order of the steps.
    count : int
        Steps taken in this round.
    """

    state: str
    by: tuple[str, ...]
    count: int

    @property
    def next(self) -> Step | None:
        """The step that is due; None when all three were taken."""
        return ORDER[self.count] if self.count < len(ORDER) else None

    @property
    def is_approved(self) -> bool:
        """Whether all three have signed."""
        return self.count == len(ORDER)


OneStep = TypeVar("OneStep", bound=Taken)


def current(steps: Sequence[OneStep]) -> list[OneStep]:
    """Return the steps of the newest round.

    Parameters
    ----------
    steps : sequence of Taken
        All steps of a portfolio and a day, oldest first.

    Returns
    -------
    list of Taken
        Those after the last time it was reopened.
    """
    last = max((at for at, one in enumerate(steps) if one.step == Step.REOPENED), default=-1)
    return list(steps[last + 1 :])


def read_round(steps: Iterable[Taken]) -> Round:
    """Tell where a sign-off stands.

    Parameters
    ----------
    steps : iterable of Taken
        All steps of a portfolio and a day, oldest first.

    Returns
    -------
    Round
        The newest round.
    """
    every = list(steps)
    mine = current(every)
    state = mine[-1].step if mine else Step.REOPENED.value if every else "due"
    return Round(state, tuple(one.by for one in mine), len(mine))


def check_step(found: Round, step: Step, actor: Actor) -> None:
    """Refuse a step that is not possible now, or not the actor's to take.

    Parameters
    ----------
    found : Round
        Where the sign-off stands.
    step : Step
        What the actor wants to do.
    actor : Actor
        Who it is.

    Raises
    ------
    NotPermitted
        The actor lacks the right, or signed before in this round.
    Conflict
        Another step comes first, or somebody was faster.
    """
    if step is Step.REOPENED:
        _check_reopening(found, actor)
        return
    actor.require(NEEDS[step])
    if actor.username in found.by:
        raise NotPermitted(
            f"You signed as the one who {ORDER[found.by.index(actor.username)]} it. Preparing, reviewing and approving "
            "are for three different people.",
            step=step.value,
        )
    if found.next is not step:
        raise Conflict(_not_now(found, step), step=step.value)


def steps_open(found: Round, actor: Actor) -> tuple[Step, ...]:
    """Return the steps that the actor may take now.

    Parameters
    ----------
    found : Round
        Where the sign-off stands.
    actor : Actor
        Who asks.

    Returns
    -------
    tuple of Step
        The step that is due, and reopening, as far as they are theirs.
    """
    wanted = [step for step in (found.next, Step.REOPENED) if step is not None]
    return tuple(step for step in wanted if _is_open(found, step, actor))


def _is_open(found: Round, step: Step, actor: Actor) -> bool:
    try:
        check_step(found, step, actor)
    except (Conflict, NotPermitted):
        return False
    return True


def _check_reopening(found: Round, actor: Actor) -> None:
    own = found.count == 1 and found.by == (actor.username,)
    if not own and not any(actor.can(right) for right in REOPENS):
        actor.require(REOPENS[0])
    if not found.count:
        raise Conflict("Nobody has signed, so there is nothing to reopen.", step=Step.REOPENED.value)


def _not_now(found: Round, step: Step) -> str:
    if found.next is None:
        return "It is approved already. Reopen it with a reason if it must be signed anew."
    if ORDER.index(step) < found.count:
        return f"Somebody has {step} it already; the next step is that it is {found.next}."
    return f"It must be {found.next} before it can be {step}."
