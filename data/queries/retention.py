"""What retention may take: old jobs that nothing refers to, arrays of old runs and trials that are not to be kept, and
reports of browsers that nobody has sent for long.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, exists, func, select
from sqlalchemy.orm import Session

from data import models
from data.base import Base
from data.models.forecast import Experiment, ExperimentArray, ModelVersion
from data.models.jobs import Job, JobAsker, JobEvent
from data.models.operations import SecurityEvent
from data.models.risk import LimitEvent, RiskRun, ScenarioPnl
from portal.core.job import OVER

_ALL = models  # imported for what it declares: every table is known, so every reference to a job is
_WITH_JOB = {JobAsker.__tablename__, JobEvent.__tablename__}  # these go with their job


@dataclass(frozen=True, slots=True)
class OldRun:
    """A run whose arrays may go; ``size`` is what they take, in bytes."""

    id: int
    method: str
    as_of: date
    size: int


@dataclass(frozen=True, slots=True)
class OldTrial:
    """A trial whose arrays may go; ``size`` is what they take, in bytes."""

    id: int
    target: str
    model: str
    size: int


def _references() -> list[Any]:
    """Return the columns of other tables that name a job."""
    job: Table = Job.__table__  # type: ignore[assignment]  # a mapped class has a Table here
    return [
        key.parent
        for table in Base.metadata.tables.values()
        if table.name not in _WITH_JOB
        for key in table.foreign_keys
        if key.references(job)
    ]


def _free(before: datetime) -> list[Any]:
    names = [
        exists(select(column).where(column == Job.id).correlate(Job.__table__)) for column in _references()
    ]
    return [Job.state.in_(list(OVER)), Job.finished_at < before, *(~named for named in names)]


def old_jobs(session: Session, *, before: datetime, limit: int) -> list[int]:
    """Return finished jobs of before a moment that no row refers to, the oldest first."""
    return list(session.scalars(select(Job.id).where(*_free(before)).order_by(Job.id).limit(limit)))


def count_old_jobs(session: Session, *, before: datetime) -> int:
    """Return how many such jobs there are."""
    return int(session.scalar(select(func.count(Job.id)).where(*_free(before))) or 0)


def old_runs(session: Session, *, before: datetime) -> list[OldRun]:
    """Return the runs recorded before a moment whose arrays are there and are not kept for longer.

    Kept are those of the newest run of each method and month, and of runs at which a limit was judged to be broken.
    """
    month = func.date_trunc("month", RiskRun.as_of)
    rank = func.row_number().over(
        partition_by=(RiskRun.method, month), order_by=(RiskRun.as_of.desc(), RiskRun.id.desc())
    )
    ranked = select(RiskRun.id, rank.label("rank")).subquery()
    sizes = (
        select(ScenarioPnl.run_id, func.sum(func.length(ScenarioPnl.data)).label("size"))
        .group_by(ScenarioPnl.run_id)
        .subquery()
    )
    judged = exists().where(LimitEvent.run_id == RiskRun.id)
    statement: Any = (
        select(RiskRun.id, RiskRun.method, RiskRun.as_of, sizes.c.size)
        .join(ranked, ranked.c.id == RiskRun.id)
        .join(sizes, sizes.c.run_id == RiskRun.id)
        .where(RiskRun.recorded_at < before, ranked.c.rank > 1, ~judged)
        .order_by(RiskRun.id)
    )
    return [OldRun(row[0], row[1], row[2], int(row[3])) for row in session.execute(statement)]


def old_trials(session: Session, *, before: datetime) -> list[OldTrial]:
    """Return the trials recorded before a moment whose arrays are there and that no version of a model stands on."""
    sizes = (
        select(ExperimentArray.experiment_id, func.sum(func.length(ExperimentArray.data)).label("size"))
        .group_by(ExperimentArray.experiment_id)
        .subquery()
    )
    evidence = exists().where(ModelVersion.experiment_id == Experiment.id)
    statement: Any = (
        select(Experiment.id, Experiment.target, Experiment.model, sizes.c.size)
        .join(sizes, sizes.c.experiment_id == Experiment.id)
        .where(Experiment.recorded_at < before, ~evidence)
        .order_by(Experiment.id)
    )
    return [OldTrial(row[0], row[1], row[2], int(row[3])) for row in session.execute(statement)]


def count_old_reports(session: Session, *, before: datetime) -> int:
    """Return how many violations of the content security policy were last reported before a moment."""
    old = SecurityEvent.kind == "csp", SecurityEvent.last_at < before
    return int(session.scalar(select(func.count(SecurityEvent.id)).where(*old)) or 0)
