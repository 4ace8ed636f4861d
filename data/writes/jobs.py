"""Moves of a job from state to state; each is one statement that only changes what it expects to find.

Times are the database's own, so that machines whose clocks differ agree on who is silent. Whoever holds a job is told
by ``worker`` and ``attempt``: a worker that was given up and comes back finds that nothing is its own any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.jobs import Job, JobAsker, JobEvent

_ACTIVE = text("state IN ('queued', 'running')")
_now = func.clock_timestamp


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of one worker, for one attempt."""

    id: int
    kind: str
    params: dict[str, Any]
    requested_by: str
    worker: str
    attempt: int
    most_attempts: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A running job whose worker gave no sign of life for too long."""

    id: int
    kind: str
    worker: str
    attempt: int
    most_attempts: int
    heartbeat_at: datetime
    cancel_by: str | None


def insert(
    session: Session, *, kind: str, params: Mapping[str, Any], dedupe: str, queue: str, priority: int,
    most_attempts: int, requested_by: str, not_before: datetime | None, rerun_of: int | None,
) -> int | None:  # fmt: skip
    """Store a queued job and return its id; None when one of the same hash is queued or running already."""
    values = {
        "kind": kind, "params": dict(params), "dedupe": dedupe, "queue": queue, "priority": priority,
        "most_attempts": most_attempts, "requested_by": requested_by, "rerun_of": rerun_of,
    }  # fmt: skip
    if not_before is not None:
        values["not_before"] = not_before
    statement = upsert(Job).values(**values)
    nothing = statement.on_conflict_do_nothing(index_elements=["dedupe"], index_where=_ACTIVE)
    return session.scalar(nothing.returning(Job.id))


def add_asker(session: Session, job_id: int, username: str) -> bool:
    """Let ``username`` share a job; return whether they did not already."""
    row = upsert(JobAsker).values(job_id=job_id, username=username).on_conflict_do_nothing()
    return session.scalar(row.returning(JobAsker.job_id)) is not None


def log(session: Session, job_id: int, level: str, message: str) -> None:
    """Append a line to the log of a job."""
    session.execute(upsert(JobEvent).values(job_id=job_id, level=level, message=message))


def take(session: Session, job_id: int, worker: str) -> Held | None:
    """Start an attempt at one queued job; None when it is not there to be taken."""
    statement: Any = (
        update(Job)
        .where(Job.id == job_id, Job.state == "queued", Job.not_before <= _now())
        .values(
            state="running", attempt=Job.attempt + 1, progress=0.0, message="", started_at=_now(),
            heartbeat_at=_now(), finished_at=None, worker=worker, cancel_by=None, error=None,
        )
        .returning(Job.id, Job.kind, Job.params, Job.requested_by, Job.worker, Job.attempt, Job.most_attempts)
    )  # fmt: skip
    found = session.execute(statement).one_or_none()
    return None if found is None else Held(*tuple(found))


def take_next(session: Session, worker: str) -> Held | None:
    """Start an attempt at the next job that a worker may take; others that look at the same time get others."""
    free = (
        select(Job.id)
        .where(Job.state == "queued", Job.queue == "worker", Job.not_before <= _now())
        .order_by(Job.priority.desc(), Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job_id = session.scalar(free)
    return None if job_id is None else take(session, job_id, worker)


def _held(held: Held) -> Any:
    return update(Job).where(
        Job.id == held.id, Job.state == "running", Job.worker == held.worker, Job.attempt == held.attempt
    )


def beat(session: Session, held: Held, *, progress: float, message: str) -> tuple[bool, str | None]:
    """Give a sign of life; return whether the job is still held, and who wants it stopped."""
    statement = _held(held).values(heartbeat_at=_now(), progress=progress, message=message)
    found = session.execute(statement.returning(Job.cancel_by)).one_or_none()
    return (False, None) if found is None else (True, found[0])


def finish(
    session: Session,
    held: Held,
    state: str,
    *,
    result: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """End the attempt in a final state; False when the job is no longer held, and nothing was changed.

    A result is written here alone, together with the state done, and never again.
    """
    values: dict[str, Any] = {"state": state, "finished_at": _now(), "error": error}
    if state == "done":
        values |= {"progress": 1.0, "result": dict(result or {})}
    return session.scalar(_held(held).values(**values).returning(Job.id)) is not None


def put_back(session: Session, held: Held | Silent, *, after_seconds: float, spent: bool = True) -> bool:
    """Queue a held job for another attempt by a worker; False when it is no longer held.

    ``spent`` False gives the attempt back: its worker was stopped on purpose.
    """
    statement = (
        update(Job)
        .where(
            Job.id == held.id, Job.state == "running", Job.worker == held.worker, Job.attempt == held.attempt
        )
        .values(
            state="queued", queue="worker", worker=None, progress=0.0, message="",
            attempt=Job.attempt - (0 if spent else 1), not_before=_now() + timedelta(seconds=after_seconds),
        )
    )  # fmt: skip
    return session.scalar(statement.returning(Job.id)) is not None


def end_silent(session: Session, silent: Silent, state: str, error: str | None) -> None:
    """End a job whose worker is silent."""
    session.execute(
        update(Job)
        .where(Job.id == silent.id, Job.state == "running", Job.attempt == silent.attempt)
        .values(state=state, finished_at=_now(), error=error)
    )


def silent(
    session: Session, *, seconds: float, job_id: int | None = None, is_dead: bool = False
) -> list[Silent]:
    """Return, and lock, the running jobs without a sign of life for ``seconds``; those locked by others are left.

    ``is_dead`` says that the worker of ``job_id`` is known to be dead. Then a lock is that of its last heartbeat, which
    the database gives back in a moment, so it is waited for.
    """
    query: Any = select(
        Job.id, Job.kind, Job.worker, Job.attempt, Job.most_attempts, Job.heartbeat_at, Job.cancel_by
    ).where(Job.state == "running", Job.heartbeat_at < _now() - timedelta(seconds=seconds))
    if job_id is not None:
        query = query.where(Job.id == job_id)
    return [Silent(*tuple(row)) for row in session.execute(query.with_for_update(skip_locked=not is_dead))]


def hand_over(session: Session, *, seconds: float) -> list[int]:
    """Give to the workers what a page queued for itself and did not start within ``seconds``; return the jobs."""
    late = _now() - timedelta(seconds=seconds)
    statement = (
        update(Job)
        .where(Job.state == "queued", Job.queue == "page", Job.requested_at < late, Job.not_before < late)
        .values(queue="worker")
    )
    return list(session.scalars(statement.returning(Job.id)))


def cancel(session: Session, job_id: int, username: str) -> str | None:
    """Stop a job: at once when it is queued, else by telling its worker; return the state then, None if it was over."""
    queued = (
        update(Job)
        .where(Job.id == job_id, Job.state == "queued")
        .values(state="cancelled", cancel_by=username, finished_at=_now())
    )
    if session.scalar(queued.returning(Job.id)) is not None:
        return "cancelled"
    running = update(Job).where(Job.id == job_id, Job.state == "running")
    told = running.values(cancel_by=func.coalesce(Job.cancel_by, username))
    return "running" if session.scalar(told.returning(Job.id)) is not None else None
