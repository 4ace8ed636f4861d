"""The life of a model version: candidate, champion, retired; read from its events, moved on by two people.

API: ``Stage``, ``Step``, ``Event``, ``Standing``, ``standings(events)``, ``champion(events)``, ``check_step(...)``.

Of one target at most one version is champion. A stage is never stored: it follows from the events of all versions of
the target, oldest first, so that any past moment can be read again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.forecast.errors import IllegalStep


class Stage(StrEnum):
    """Where a version stands."""

    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"


class Step(StrEnum):
    """What happened to a version."""

    REGISTERED = "registered"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"
    ROLLED_BACK = "rolled_back"

    @property
    def label(self) -> str:
        """The step as people write it."""
        return "rolled back to" if self is Step.ROLLED_BACK else self.value


@dataclass(frozen=True)
class Event:
    """One step of one version, by somebody."""

    version: int
    step: Step
    by: str


@dataclass(frozen=True)
class Standing:
    """Where a version stands after its events.

    Attributes
    ----------
    version : int
        Its id.
    stage : Stage
        Its stage.
    proposed_by : str
        Who proposed it as champion, while that waits; empty otherwise.
    was_champion : bool
        Whether it ever was champion, so that it can be rolled back to.
    steps : tuple of Step
        Its events, oldest first.
    """

    version: int
    stage: Stage = Stage.CANDIDATE
    proposed_by: str = ""
    was_champion: bool = False
    steps: tuple[Step, ...] = field(default=())

    @property
    def waits(self) -> bool:
        """Whether a proposal waits for somebody else."""
        return bool(self.proposed_by)


def standings(events: Iterable[Event]) -> dict[int, Standing]:
    """Read where every version of one target stands.

    Parameters
    ----------
    events : iterable of Event
        Events of all versions of the target, oldest first.

    Returns
    -------
    dict of int to Standing
        By version. An approval or a rollback makes the champion, and retires the one before.
    """
    found: dict[int, Standing] = {}
    for event in events:
        before = found.get(event.version, Standing(event.version))
        after = replace(before, steps=(*before.steps, event.step))
        if event.step is Step.PROPOSED:
            after = replace(after, proposed_by=event.by)
        elif event.step in (Step.REJECTED, Step.WITHDRAWN):
            after = replace(after, proposed_by="")
        elif event.step is Step.RETIRED:
            after = replace(after, stage=Stage.RETIRED, proposed_by="")
        elif event.step in (Step.APPROVED, Step.ROLLED_BACK):
            for version, other in found.items():
                if other.stage is Stage.CHAMPION:
                    found[version] = replace(other, stage=Stage.RETIRED)
            after = replace(after, stage=Stage.CHAMPION, proposed_by="", was_champion=True)
        found[event.version] = after
    return found


def champion(events: Iterable[Event]) -> int | None:
    """Return the version that is champion after the events of one target, None without one.

    Parameters
    ----------
    events : iterable of Event
        Events of all versions of the target, oldest first.

    Returns
    -------
    int or None
        Id of the version.
    """
    found = standings(events).values()
    return next((item.version for item in found if item.stage is Stage.CHAMPION), None)


def champions(events: Iterable[Event]) -> tuple[int, ...]:
    """Return the champions of one target in the order of a fallback: the present one, then those before it.

    Parameters
    ----------
    events : iterable of Event
        Events of all versions of the target, oldest first.

    Returns
    -------
    tuple of int
        Ids of versions, each once. A version that was left by a rollback stands behind the one rolled back to.
    """
    order: list[int] = []
    for event in events:
        if event.step in (Step.APPROVED, Step.ROLLED_BACK):
            order = [event.version, *(version for version in order if version != event.version)]
        elif event.step is Step.RETIRED and order and order[0] == event.version:
            order = [*order[1:], event.version]
    return tuple(order)


_RIGHTS: Mapping[Step, Permission] = {
    Step.PROPOSED: Permission.MODEL_PROPOSE,
    Step.WITHDRAWN: Permission.MODEL_PROPOSE,
    Step.APPROVED: Permission.MODEL_APPROVE,
    Step.REJECTED: Permission.MODEL_APPROVE,
    Step.ROLLED_BACK: Permission.MODEL_APPROVE,
}


def check_step(now: Standing, step: Step, actor: Actor, *, comment: str, passed: bool = True) -> None:
    """Refuse a step that this version cannot make now, or not by this person.

    Parameters
    ----------
    now : Standing
        As the version stands.
    step : Step
        Proposed, approved, rejected, withdrawn or rolled back.
    actor : Actor
        Who asks.
    comment : str
        What they say; a rejection and a rollback need a reason.
    passed : bool
        What the gate says; a version that fails is neither proposed nor approved. A rollback asks no gate: it is the
        way out when the present champion fails.

    Raises
    ------
    NotPermitted
        The actor lacks the right to this step.
    IllegalStep
        The step is not possible now, or not theirs; the message says why.
    """
    actor.require(_RIGHTS[step])
    refusal = _refusal(now, step, actor, bool(comment.strip()), passed)
    if refusal:
        raise IllegalStep(refusal, version=now.version, step=step.value, username=actor.username)


def _refusal(now: Standing, step: Step, actor: Actor, says_why: bool, passed: bool) -> str:
    own = now.proposed_by == actor.username
    if step is Step.ROLLED_BACK:
        return _no_rollback(now, says_why)
    if step is Step.PROPOSED:
        if now.stage is Stage.CHAMPION:
            return "This version is the champion already."
        if now.waits:
            return f"A proposal by {now.proposed_by} waits already; it must be decided or withdrawn first."
        return (
            ""
            if passed
            else "This version does not pass the gate, so it cannot be proposed. Train a better one."
        )
    if not now.waits:
        return "Nobody has proposed this version, so there is nothing to decide. Propose it first."
    if step is Step.WITHDRAWN:
        return "" if own else f"Only {now.proposed_by}, who proposed it, may withdraw this proposal."
    if own:
        return (
            "Nobody decides on their own proposal: ask somebody else who may approve models, or withdraw it."
        )
    if step is Step.REJECTED:
        return "" if says_why else "Say why it is rejected, so that the other person knows what to do."
    return "" if passed else "This version does not pass the gate any more; reject it and train a newer one."


def _no_rollback(now: Standing, says_why: bool) -> str:
    if now.stage is Stage.CHAMPION:
        return "This version is the champion already; there is nothing to roll back."
    if not now.was_champion:
        return "This version was never champion. Propose it instead, so that somebody else looks at it."
    return "" if says_why else "Say why the present champion is left; the reason stays with the decision."


def may(now: Standing, actor: Actor, *, passed: bool) -> tuple[Step, ...]:
    """Return the steps that this person may take now, with a reason given where one is needed.

    Parameters
    ----------
    now : Standing
        As the version stands.
    actor : Actor
        Who asks.
    passed : bool
        What the gate says.

    Returns
    -------
    tuple of Step
        In the order of the buttons.
    """
    return tuple(
        step
        for step, right in _RIGHTS.items()
        if actor.can(right) and not _refusal(now, step, actor, True, passed)
    )
