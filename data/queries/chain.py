"""Reads of the end-of-day chain: the jobs that were run of its kinds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.jobs import Job


@dataclass(frozen=True, slots=True)
class JobRun:
    """One job with the moments of its last attempt."""

    id: int
    kind: str
    state: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def job_runs(session: Session, *, kinds: Collection[str], begin: datetime, until: datetime) -> list[JobRun]:
    """Return the jobs of some kinds that were asked for within a span, oldest first."""
    query: Any = select(Job.id, Job.kind, Job.state, Job.requested_at, Job.started_at, Job.finished_at).where(
        Job.kind.in_(list(kinds)), Job.requested_at >= begin, Job.requested_at <= until
    )
    return [JobRun(*found) for found in session.execute(query.order_by(Job.requested_at, Job.id))]
