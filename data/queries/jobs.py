"""Reads of jobs, of who asked for them, and of what happened to them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, extract, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from data.models.jobs import Job, JobAsker, JobEvent
from portal.core.table import GridQuery

ACTIVE = ("queued", "running")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands; ``silent_seconds`` is the time since its last sign of life, None unless it runs."""

    id: int
    kind: str
    params: dict[str, Any]
    state: str
    queue: str
    attempt: int
    most_attempts: int
    progress: float
    message: str
    requested_by: str
    requested_at: datetime
    not_before: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    worker: str | None
    cancel_by: str | None
    result: dict[str, Any] | None
    error: str | None
    rerun_of: int | None
    silent_seconds: float | None
    waiting_seconds: float
    askers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the log of a job; ``level`` is info, warning or error."""

    id: int
    recorded_at: datetime
    level: str
    message: str


def _jobs() -> Any:
    now = func.clock_timestamp()
    asked = aggregate_order_by(JobAsker.username, JobAsker.asked_at, JobAsker.username)
    askers = select(func.array_agg(asked)).where(JobAsker.job_id == Job.id).scalar_subquery()
    running = Job.state == "running"
    return select(
        Job.id, Job.kind, Job.params, Job.state, Job.queue, Job.attempt, Job.most_attempts, Job.progress, Job.message,
        Job.requested_by, Job.requested_at, Job.not_before, Job.started_at, Job.heartbeat_at, Job.finished_at,
        Job.worker, Job.cancel_by, Job.result, Job.error, Job.rerun_of,
        case((running, extract("epoch", now - Job.heartbeat_at))).label("silent"),
        extract("epoch", now - func.greatest(Job.requested_at, Job.not_before)).label("waiting"),
        askers.label("askers"),
    )  # fmt: skip


def _row(found: Any) -> JobRow:
    values: Any = dict(found._mapping)  # noqa: SLF001  (SQLAlchemy's name for a row by its columns)
    silent, waiting, askers = (values.pop(name) for name in ("silent", "waiting", "askers"))
    return JobRow(
        **values,
        silent_seconds=None if silent is None else float(silent),
        waiting_seconds=float(waiting),
        askers=tuple(askers or ()),
    )


def by_id(session: Session, job_id: int) -> JobRow | None:
    """Return one job, or None."""
    found = session.execute(_jobs().where(Job.id == job_id)).one_or_none()
    return None if found is None else _row(found)


def newest_with(session: Session, dedupe: str, *, states: Collection[str]) -> int | None:
    """Return the newest job of one hash in one of ``states``, or None."""
    query = select(Job.id).where(Job.dedupe == dedupe, Job.state.in_(list(states)))
    return session.scalar(query.order_by(Job.id.desc()).limit(1))


def _asked_by(username: str) -> Any:
    return exists().where(JobAsker.job_id == Job.id, JobAsker.username == username)


def of_kind(
    session: Session, kind: str, *, asker: str, states: Collection[str], limit: int = 20
) -> list[JobRow]:
    """Return the newest jobs of one kind that ``asker`` asked for or joined, newest first."""
    query = _jobs().where(Job.kind == kind, Job.state.in_(list(states)), _asked_by(asker))
    return [_row(found) for found in session.execute(query.order_by(Job.id.desc()).limit(limit))]


ORDERS = ("id", "kind", "state", "requested_by", "requested_at", "started_at", "finished_at", "progress")


def page(
    session: Session,
    query: GridQuery,
    *,
    asker: str | None,
    states: Collection[str],
    kinds: Collection[str] = (),
) -> tuple[list[JobRow], int]:
    """Return a page of the jobs and how many there are, newest first; ``asker`` None means those of all people."""
    wanted = _jobs().where(Job.state.in_(list(states)))
    if asker is not None:
        wanted = wanted.where(_asked_by(asker))
    if kinds:
        wanted = wanted.where(Job.kind.in_(list(kinds)))
    if query.text:
        found = func.concat_ws(" ", Job.kind, Job.state, Job.requested_by, Job.message, Job.error)
        wanted = wanted.where(found.icontains(query.text, autoescape=True))
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    by = getattr(Job, query.sort) if query.sort in ORDERS else Job.id
    down = query.descending if query.sort in ORDERS else True
    ordered = wanted.order_by(by.desc().nulls_last() if down else by.asc().nulls_last(), Job.id.desc())
    rows = session.execute(ordered.offset(query.offset).limit(query.limit))
    return [_row(found) for found in rows], int(total)


def events(session: Session, job_id: int, *, limit: int = 500) -> list[EventRow]:
    """Return the newest ``limit`` lines of the log of a job, oldest first."""
    newest: Any = select(JobEvent.id, JobEvent.recorded_at, JobEvent.level, JobEvent.message).where(
        JobEvent.job_id == job_id
    )
    rows = session.execute(newest.order_by(JobEvent.id.desc()).limit(limit)).all()
    return [EventRow(*tuple(row)) for row in reversed(rows)]


def due(session: Session, *, limit: int = 100) -> list[int]:
    """Return the jobs that a worker may take now, in the order in which they should be taken."""
    query = select(Job.id).where(
        Job.state == "queued", Job.queue == "worker", Job.not_before <= func.clock_timestamp()
    )
    return list(session.scalars(query.order_by(Job.priority.desc(), Job.id).limit(limit)))


def longest_waiting(session: Session) -> datetime | None:
    """Return since when the job waits that a worker could have taken the longest ago; None when none waits."""
    since = func.greatest(Job.requested_at, Job.not_before)
    query = select(func.min(since)).where(
        Job.state == "queued", Job.queue == "worker", Job.not_before <= func.clock_timestamp()
    )
    found: datetime | None = session.scalar(query)
    return found


@dataclass(frozen=True, slots=True)
class SpanRow:
    """When a job was asked for, began and ended, and its state now."""

    id: int
    kind: str
    state: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def spans(session: Session, *, asker: str | None, moment: datetime, hours: float) -> list[SpanRow]:
    """Return the jobs that were under way at ``moment`` or ended in the ``hours`` before it, by id."""
    begin = moment - timedelta(hours=hours)
    query: Any = select(Job.id, Job.kind, Job.state, Job.requested_at, Job.started_at, Job.finished_at).where(
        Job.requested_at <= moment, or_(Job.finished_at.is_(None), Job.finished_at > begin)
    )
    if asker is not None:
        query = query.where(_asked_by(asker))
    return [SpanRow(*tuple(row)) for row in session.execute(query.order_by(Job.id))]


def timed(
    session: Session, kind: str, *, before: datetime | None = None, limit: int = 20
) -> list[tuple[int, float]]:
    """Return the newest finished runs of one kind with their seconds, newest first."""
    query = select(Job.id, extract("epoch", Job.finished_at - Job.started_at)).where(
        Job.kind == kind, Job.state == "done"
    )
    if before is not None:
        query = query.where(Job.finished_at <= before)
    found = session.execute(query.order_by(Job.finished_at.desc(), Job.id.desc()).limit(limit))
    return [(int(job_id), float(seconds)) for job_id, seconds in found]


def durations(session: Session, kind: str) -> list[float]:
    """Return how long the newest finished runs of one kind took, in seconds, newest first."""
    return [seconds for _, seconds in timed(session, kind)]
