"""Reads of schedules: what people changed of them, what was fired last, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.jobs import Job, Schedule


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule as stored; ``changed_by`` is empty while nobody changed what the code declares."""

    code: str
    kind: str
    params: dict[str, Any]
    cron: str
    timezone: str
    enabled: bool
    last_fired_at: datetime | None
    last_job_id: int | None
    changed_by: str
    changed_at: datetime
    last_state: str | None  # of the job


_COLUMNS: Sequence[Any] = (
    *(getattr(Schedule, name) for name in ScheduleRow.__dataclass_fields__ if name != "last_state"),
    Job.state,
)


def schedules(session: Session) -> dict[str, ScheduleRow]:
    """Return all rows by code."""
    statement: Any = select(*_COLUMNS).outerjoin(Job, Job.id == Schedule.last_job_id)
    return {row.code: row for row in (ScheduleRow(*found) for found in session.execute(statement))}


def held(session: Session, code: str, *, wait: bool = False) -> ScheduleRow | None:
    """Return one row and keep others from it until the end; None when another has it (unless waited for) or it is not.

    ``wait`` True waits for the other.
    """
    statement: Any = select(*_COLUMNS).outerjoin(Job, Job.id == Schedule.last_job_id)
    lock = statement.where(Schedule.code == code).with_for_update(of=Schedule, skip_locked=not wait)
    row = session.execute(lock).one_or_none()
    return ScheduleRow(*row) if row else None


def of_kind(session: Session, kind: str) -> list[str]:
    """Return the codes of the schedules of one kind of job."""
    return list(session.scalars(select(Schedule.code).where(Schedule.kind == kind).order_by(Schedule.code)))
