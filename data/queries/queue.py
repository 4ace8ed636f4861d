"""How much work waits: jobs by state, how long the oldest has waited, and the outbox of messages."""

from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from data.models.jobs import Job
from data.models.operations import Delivery, ProcessBeat
from data.queries.process_list import SILENT
from portal.domain.monitoring.samples import Measurement


def measured(session: Session) -> list[Measurement]:
    """Return how many jobs are queued and run, the wait of the oldest that is due, workers, and messages to send."""
    moment = func.clock_timestamp()
    due = (Job.state == "queued") & (Job.not_before <= moment)
    since = func.min(func.greatest(Job.requested_at, Job.not_before)).filter(due)
    jobs: Any = select(
        func.count().filter(Job.state == "queued"), func.count().filter(Job.state == "running"),
        extract("epoch", moment - since),
    ).where(Job.state.in_(["queued", "running"]))  # fmt: skip
    queued, running, oldest = session.execute(jobs).one()
    unsent = session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.state.in_(["waiting", "sending"]))
    )
    alive = (ProcessBeat.beat_at > moment - SILENT) & ProcessBeat.ended_at.is_(None)
    workers = session.scalar(
        select(func.count()).select_from(ProcessBeat).where(ProcessBeat.kind == "worker", alive)
    )
    return [
        ("enerscope_jobs", {"state": "queued"}, float(queued)),
        ("enerscope_jobs", {"state": "running"}, float(running)),
        ("enerscope_jobs_oldest_wait_seconds", {}, max(0.0, float(oldest or 0.0))),
        ("enerscope_messages_unsent", {}, float(unsent or 0)),
        ("enerscope_workers", {}, float(workers or 0)),
    ]
