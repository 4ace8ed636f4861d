"""What retention takes: jobs with their askers and log, arrays of runs and of trials, old reports of browsers; never
figures or facts.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data.models.forecast import ExperimentArray
from data.models.jobs import Job, JobAsker, JobEvent
from data.models.operations import SecurityEvent
from data.models.risk import RiskRun, ScenarioPnl


def remove_jobs(session: Session, jobs: Sequence[int]) -> int:
    """Delete jobs with their askers and log; return how many lines of log went with them."""
    lines = session.execute(delete(JobEvent).where(JobEvent.job_id.in_(jobs)).returning(JobEvent.id)).all()
    session.execute(delete(JobAsker).where(JobAsker.job_id.in_(jobs)))
    session.execute(delete(Job).where(Job.id.in_(jobs)))
    return len(lines)


def remove_scenarios(session: Session, runs: Sequence[int]) -> None:
    """Delete the arrays of runs; their figures stay.

    Their jobs are not shared any more: who asks the same question again gets a run that can be opened.
    """
    session.execute(delete(ScenarioPnl).where(ScenarioPnl.run_id.in_(runs)))
    made = select(RiskRun.job_id).where(RiskRun.id.in_(runs), RiskRun.job_id.is_not(None))
    own = update(Job).where(Job.id.in_(made), Job.state == "done")
    session.execute(own.values(dedupe=func.concat("pruned ", Job.id)))


def remove_trials(session: Session, trials: Sequence[int]) -> None:
    """Delete the arrays of trials; their scores stay."""
    session.execute(delete(ExperimentArray).where(ExperimentArray.experiment_id.in_(trials)))


def remove_reports(session: Session, *, before: datetime) -> None:
    """Delete violations of the content security policy that were last reported before a moment."""
    session.execute(delete(SecurityEvent).where(SecurityEvent.kind == "csp", SecurityEvent.last_at < before))
