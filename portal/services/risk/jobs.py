"""The kinds of jobs of Risk: a run over all books, and the days of the backtest."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.queries import risk as risk_queries
from data.queries.marks import stamp
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.risk.scenarios.ask import ScenarioAsk
from portal.services import clocks as clock_service
from portal.services.jobs import JobContext, JobKind, register_kind
from portal.services.risk import alerting, history
from portal.services.risk.limit_breaches import check_limits
from portal.services.risk.making import make_run


class RunParams(BaseModel):
    """What a run is asked with; ``as_of`` None is the newest day of the data when it starts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str = "historical"
    as_of: date | None = None
    known_at: datetime | None = None
    window: int = Field(500, description="Days of history.")
    horizon_days: int = Field(1, description="Business days that a scenario spans.")
    scenarios: int = Field(5000, description="Paths of a simulation.")
    seed: int = Field(20_260_101, description="Of everything that is drawn.")

    def ask(self) -> ScenarioAsk:
        """Return the question to the scenarios; a bad parameter is refused with its sentence."""
        return ScenarioAsk(
            method=self.method,  # type: ignore[arg-type]  # turned into its member, or refused
            window=self.window,
            horizon_days=self.horizon_days,
            scenarios=self.scenarios,
            seed=self.seed,
        )

    def clocks(self) -> Clocks:
        """Return the clocks that the run stands under."""
        day = self.as_of or clock_service.latest_day()
        return Clocks(day, self.known_at or clock.now(), live=self.known_at is None)


def _run(params: RunParams, context: JobContext) -> Mapping[str, Any]:
    begun = clock.now()
    run_id = make_run(
        params.clocks(), params.ask(), report=context.report, job_id=context.job_id, run_by=context.actor_name
    )
    check_limits(params.clocks())  # without progress: what is stored is not to be cancelled any more
    alerting.tell(params.clocks(), before=begun)
    return {"run_id": run_id, "link": f"/risk/drill?method={params.method}&run={run_id}"}


def _data_version(work: UnitOfWork, params: RunParams) -> str:
    return f"{params.as_of or clock_service.latest_day()} {stamp(work.session)}"


RISK_RUN = register_kind(
    JobKind(
        code="risk.run",
        title="Risk run",
        params_model=RunParams,
        handler=_run,
        permission=Permission.RISK_RUN,
        expected_seconds=15.0,
        data_version=_data_version,
    )
)


class HistoryParams(BaseModel):
    """The days of the backtest to compute, both ends included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> "HistoryParams":
        if self.last < self.first:
            raise ValueError(f"{self.last} lies before {self.first}")
        return self


def _fill(params: HistoryParams, context: JobContext) -> Mapping[str, Any]:
    with UnitOfWork() as work:  # ten days before, so that the first one has a day to forecast on
        days = risk_queries.quoted_days(
            work.session, known_at=clock.now(), first=params.first - timedelta(days=10), last=params.last
        )
    begin = max(0, sum(day < params.first for day in days) - 1)
    rows = history.fill_days(days[begin:], report=context.report)
    return {"rows": rows, "link": "/risk/backtests"}


def _stamp(work: UnitOfWork, _params: HistoryParams) -> str:
    return str(stamp(work.session))


RISK_HISTORY = register_kind(
    JobKind(
        code="risk.history",
        title="Backtest days",
        params_model=HistoryParams,
        handler=_fill,
        permission=Permission.RISK_RUN,
        expected_seconds=60.0,
        data_version=_stamp,
    )
)
