"""Retention: what is old and can be done without goes at night; what a figure is shown from says so when it is gone.

Three things go, each after days of its own (0 keeps it for ever): finished jobs that no run, trial or forecast names;
the scenario arrays of risk runs, except the newest run of each method and month and runs at which a limit was broken;
the arrays of trials that no version of a model stands on. Figures, limits, comments and facts stay. Violations that
browsers report go :data:`REPORT_DAYS` after the last report: anybody may send them, so they are not kept for ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.queries import retention as queries
from data.queries.retention import OldRun, OldTrial
from data.session import UnitOfWork
from data.writes import retention as writes
from portal.core import clock
from portal.core.config import settings
from portal.core.permissions import Permission
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule

AT_ONCE = 500  # jobs in one transaction
NAMED = 40  # runs and trials that the log names
MEGABYTE = 1_000_000
REPORT_DAYS = 90  # longer than any page looks back


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go at ``moment``; a limit of 0 days keeps everything."""

    moment: datetime
    job_days: int
    scenario_days: int
    trial_days: int
    jobs: int
    runs: tuple[OldRun, ...]
    trials: tuple[OldTrial, ...]
    reports: int

    def sentences(self, verb: str) -> list[str]:
        """Return what goes, a sentence for each part; ``verb`` is ``Removed`` or ``Would remove``."""
        found = []
        if self.jobs:
            found.append(
                f"{verb} {self.jobs:,} finished jobs older than {self.job_days} days, with their logs."
            )
        if self.runs:
            size = sum(run.size for run in self.runs) / MEGABYTE
            names = ", ".join(f"{run.id} ({run.method}, {run.as_of})" for run in self.runs[:NAMED])
            found.append(
                f"{verb} the scenarios of {len(self.runs):,} risk runs older than {self.scenario_days} days, "
                f"{size:,.1f} MB; their figures stay: {names}{_more(len(self.runs))}."
            )
        if self.trials:
            size = sum(trial.size for trial in self.trials) / MEGABYTE
            names = ", ".join(f"{one.id} ({one.model} of {one.target})" for one in self.trials[:NAMED])
            found.append(
                f"{verb} the forecasts of {len(self.trials):,} trials older than {self.trial_days} days, "
                f"{size:,.1f} MB; their scores stay: {names}{_more(len(self.trials))}."
            )
        if self.reports:
            found.append(
                f"{verb} {self.reports:,} violations last reported more than {REPORT_DAYS} days ago."
            )
        return found or ["Nothing is old enough to go."]


def _more(count: int) -> str:
    return f" and {count - NAMED:,} more" if count > NAMED else ""


def plan(now: datetime | None = None) -> Plan:
    """Return what would go now by the settings, and remove nothing."""
    config, moment = settings(), now or clock.now()
    jobs, runs, trials = config.keep_jobs_days, config.keep_scenarios_days, config.keep_trials_days
    with UnitOfWork() as work:
        return Plan(
            moment,
            jobs,
            runs,
            trials,
            queries.count_old_jobs(work.session, before=moment - timedelta(days=jobs)) if jobs else 0,
            tuple(queries.old_runs(work.session, before=moment - timedelta(days=runs))) if runs else (),
            tuple(queries.old_trials(work.session, before=moment - timedelta(days=trials))) if trials else (),
            queries.count_old_reports(work.session, before=moment - timedelta(days=REPORT_DAYS)),
        )


def carry_out(found: Plan, report: Callable[[float, str], None]) -> None:
    """Remove what a plan names; what has come to be needed meanwhile stays."""
    report(0.05, "Removing scenarios of old risk runs")
    with UnitOfWork(write=True) as work:
        if found.scenario_days:
            before = found.moment - timedelta(days=found.scenario_days)
            still = {run.id for run in queries.old_runs(work.session, before=before)}
            writes.remove_scenarios(work.session, [run.id for run in found.runs if run.id in still])
        if found.trial_days:
            before = found.moment - timedelta(days=found.trial_days)
            alone = {trial.id for trial in queries.old_trials(work.session, before=before)}
            writes.remove_trials(work.session, [one.id for one in found.trials if one.id in alone])
        if found.reports:
            writes.remove_reports(work.session, before=found.moment - timedelta(days=REPORT_DAYS))
    done = 0
    while found.job_days and done < found.jobs:
        report(0.5 + 0.5 * done / found.jobs, "Removing old jobs")
        with UnitOfWork(write=True) as work:
            before = found.moment - timedelta(days=found.job_days)
            gone = queries.old_jobs(work.session, before=before, limit=AT_ONCE)
            writes.remove_jobs(work.session, gone)
        if not gone:
            return
        done += len(gone)


class RetentionParams(BaseModel):
    """How retention is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dry_run: bool = Field(False, description="Say what would go, and remove nothing.")


def _handle(params: RetentionParams, context: JobContext) -> Mapping[str, Any]:
    found = plan()
    if not params.dry_run:
        carry_out(found, context.report)
    for sentence in found.sentences("Would remove" if params.dry_run else "Removed"):
        context.log("info", sentence)
    return {
        "jobs": found.jobs, "runs": [run.id for run in found.runs], "trials": [one.id for one in found.trials],
        "reports": found.reports, "link": f"/monitoring/jobs?job={context.job_id}",
    }  # fmt: skip


RETENTION = register_kind(
    JobKind(
        code="platform.retention",
        title="Retention",
        params_model=RetentionParams,
        handler=_handle,
        permission=Permission.JOBS_MANAGE,
        expected_seconds=5.0,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="platform.retention",
        title="Old jobs, scenarios of old risk runs, forecasts of old trials and old reports go; figures stay",
        kind="platform.retention",
        cron="40 2 * * *",
    )
)
