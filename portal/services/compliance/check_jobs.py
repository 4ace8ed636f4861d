"""The rules over the book as a job: every night, and when somebody of compliance asks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.queries.marks import stamp
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import checks
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule


class CheckParams(BaseModel):
    """What the rules are asked about; without a day the newest one of the data, without trades all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = Field(None, description="Day of the run.")
    trades: tuple[int, ...] = Field((), description="Numbers of trades; empty for the whole book.")
    kind: str = Field("on-demand", pattern="^(nightly|on-demand)$")


def _check(params: CheckParams, context: JobContext) -> Mapping[str, Any]:
    clocks = Clocks(params.as_of or clock_service.latest_day(), clock.now())
    done = checks.run(
        clocks, kind=params.kind, trades=params.trades or None, run_by=context.actor_name, job_id=context.job_id,
        report=context.report,
    )  # fmt: skip
    return {"run_id": done.run_id, "records": done.stored, "cases": done.cases, "link": "/compliance/checks"}


def _version(work: UnitOfWork, _params: CheckParams) -> str:
    return f"{clock_service.latest_day()} {stamp(work.session)} {clock.now():%Y-%m-%dT%H:%M}"


COMPLIANCE_CHECK = register_kind(
    JobKind(
        code="compliance.check",
        title="Rules over the book",
        params_model=CheckParams,
        handler=_check,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=10.0,
        data_version=_version,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="compliance.check",
        title="All rules over the trades and positions of the newest day",
        kind="compliance.check",
        params={"kind": "nightly"},
        cron="30 19 * * mon-fri",  # after the nightly run of risk has begun: settles and trades of the day are in
    )
)
