"""Where an obligation stands: open, done, skipped; late is derived from its deadline and never typed in.

API: ``Step``, ``Status``, ``Happened``, ``Standing``, ``fold(steps)``, ``status_of(standing, due_at, at)``,
``allowed(standing)``, ``timeliness(on_time, due)``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """What people do with an obligation."""

    OWNED = "owned"
    DONE = "done"
    SKIPPED = "skipped"
    REOPENED = "reopened"


class Status(StrEnum):
    """How an obligation reads at a moment."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done late"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Happened:
    """One step that was taken."""

    step: Step
    by: str
    at: datetime
    note: str = ""
    report_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the steps of an obligation come to; ``closed`` is None while it is open."""

    owner: str = ""
    closed: Happened | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.closed is None


def fold(steps: Iterable[Happened]) -> Standing:
    """Return where an obligation stands after its steps, oldest first."""
    now = Standing()
    for item in steps:
        if item.step is Step.OWNED:
            now = replace(now, owner=item.by)
        elif item.step is Step.REOPENED:
            now = replace(now, closed=None)
        else:
            now = replace(now, closed=item)
    return now


def status_of(standing: Standing, due_at: datetime, at: datetime) -> Status:
    """Return how an obligation reads at a moment; the deadline's own second is still in time."""
    closed = standing.closed
    if closed is None:
        return Status.LATE if at > due_at else Status.OPEN
    if closed.step is Step.SKIPPED:
        return Status.SKIPPED
    return Status.DONE_LATE if closed.at > due_at else Status.DONE


def allowed(standing: Standing) -> tuple[Step, ...]:
    """Return the steps that are possible now."""
    return (Step.OWNED, Step.DONE, Step.SKIPPED) if standing.is_open else (Step.REOPENED,)


def timeliness(statuses: Iterable[Status]) -> float | None:
    """Return the share of what was due that was done in time; None when nothing was due.

    What is open and not yet late was not due; what was skipped with a reason does not count.
    """
    counted = [status for status in statuses if status not in (Status.OPEN, Status.SKIPPED)]
    return sum(status is Status.DONE for status in counted) / len(counted) if counted else None
