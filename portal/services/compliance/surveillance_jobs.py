"""Surveillance as a job: on demand over some days, and every night over the newest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.queries import orders as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services.compliance import parameters, surveillance
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule

NIGHT_DAYS = 5  # looked at again every night, for events that came late


class SurveillanceParams(BaseModel):
    """What a run looks at: ``days`` up to ``day``, which is the newest day of the tape by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date | None = None
    days: int = Field(NIGHT_DAYS, ge=1, le=120, description="Days up to the last one.")
    nightly: bool = False


def _run(params: SurveillanceParams, context: JobContext) -> Mapping[str, Any]:
    context.report(0.05, "Reading orders, fills and quotes")
    clocks = surveillance.now_clocks()
    if params.day is not None:
        clocks = replace(clocks, as_of=params.day)
    kind = "nightly" if params.nightly else "on-demand"
    done = surveillance.run(clocks, days=params.days, kind=kind, job_id=context.job_id)
    context.report(0.95, f"{done.seen} patterns in {done.events:,} events, {done.new} of them new")
    link = f"/compliance/surveillance?as_of={clocks.as_of}"
    return {"run_id": done.run_id, "hits": done.seen, "new": done.new, "link": link}


def _version(work: UnitOfWork, params: SurveillanceParams) -> str:
    at = clock.now()
    last = params.day or queries.last_day(work.session, known_at=at)
    if last is None:
        return "none"
    first = last - surveillance.LOOK_BACK
    limits = parameters.in_force(work, Clocks(last, at)).sha256()[:12]
    return f"{last} {queries.event_count(work.session, first=first, last=last, known_at=at)} {limits}"


SURVEILLANCE = register_kind(
    JobKind(
        code="compliance.surveillance",
        title="Surveillance of orders",
        params_model=SurveillanceParams,
        handler=_run,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=5.0,
        data_version=_version,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="compliance.surveillance",
        title="Detectors over the orders of the last days; new hits open cases",
        kind="compliance.surveillance",
        cron="45 19 * * mon-fri",  # the day's orders are in
        params={"nightly": True},
    )
)
