"""Durable jobs: what was asked, by whom, how far it is, and what happened on the way.

``jobs`` is the one table of the schema whose rows change: a job is a state, moved on by the worker that holds it. What
happened is kept in ``job_events``, which is appended only.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Id, Json, Quote, Recorded, Words


class Job(Base):
    """One run of one kind with its parameters.

    ``dedupe`` is the hash of kind, parameters, data version and code version: of one such hash at most one job is
    queued or running, and whoever asks the same joins it. ``result`` is set once, when the state becomes done.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'lost')", name="state"
        ),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
        Index("ix_jobs_state_not_before", "state", "not_before"),
        Index("ix_jobs_requested_at", "requested_at"),
        Index(
            "uq_jobs_dedupe_active", "dedupe", unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    kind: Mapped[Code]
    params: Mapped[Json]
    dedupe: Mapped[Code]
    state: Mapped[Code] = mapped_column(server_default="queued")
    queue: Mapped[Code] = mapped_column(server_default="worker")  # who may take it: 'page' or 'worker'
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # higher is sooner
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    most_attempts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    progress: Mapped[Quote] = mapped_column(server_default="0")
    message: Mapped[Words] = mapped_column(server_default="")
    requested_by: Mapped[Words]
    requested_at: Mapped[Recorded]
    not_before: Mapped[Recorded]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[Words | None]  # host and process that hold it
    cancel_by: Mapped[Words | None]  # who asked it to stop
    result: Mapped[Json | None]
    error: Mapped[Words | None]  # sentence of the error card
    rerun_of: Mapped[int | None] = mapped_column(BigInteger)


class JobAsker(Base):
    """Somebody who asked for a job; the second and third who ask the same share it."""

    __tablename__ = "job_askers"

    job_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("jobs.id"), primary_key=True, autoincrement=False
    )
    username: Mapped[Words] = mapped_column(primary_key=True)
    asked_at: Mapped[Recorded]


class JobEvent(Base):
    """The log of a job: a change of state, a step, a problem."""

    __tablename__ = "job_events"
    __table_args__ = (
        CheckConstraint("level IN ('info', 'warning', 'error')", name="level"),
        Index("ix_job_events_job_id", "job_id"),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("jobs.id"))
    recorded_at: Mapped[Recorded]
    level: Mapped[Code]
    message: Mapped[Words]


class Schedule(Base):
    """When a job is started without anybody asking: a cron line in a time zone; changed by those who manage jobs.

    ``last_fired_at`` is the moment that was due, not the moment of the look that found it; a moment that was missed
    while nothing ran is made up for once.
    """

    __tablename__ = "schedules"

    code: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    params: Mapped[Json]
    cron: Mapped[Code]  # minute hour day-of-month month day-of-week
    timezone: Mapped[Code]
    enabled: Mapped[bool]
    last_fired_at: Mapped[datetime | None]
    last_job_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("jobs.id"))
    changed_by: Mapped[Words]
    changed_at: Mapped[Recorded]
