"""The nightly run of risk: the methods that everybody looks at, the days of the backtest, limits, alerts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.queries import risk as queries
from data.queries.marks import stamp
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.risk.scenarios.ask import ScenarioAsk
from portal.services import clocks as clock_service
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule
from portal.services.risk import alerting, history
from portal.services.risk.limit_breaches import check_limits
from portal.services.risk.making import make_run

MOST_DAYS = 30  # calendar days of the backtest that one night makes up for
RUNS_SHARE = 0.8  # of the progress


class NightlyParams(BaseModel):
    """What the night is asked with; the day is the newest one of the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    methods: tuple[str, ...] = ("historical", "parametric")
    window: int = Field(500, description="Days of history.")


def _night(params: NightlyParams, context: JobContext) -> Mapping[str, Any]:
    begun, day = clock.now(), clock_service.latest_day()
    clocks = Clocks(day, begun)
    made, part = [], RUNS_SHARE / max(len(params.methods), 1)
    for at, method in enumerate(params.methods):
        ask = ScenarioAsk(method=method, window=params.window)  # type: ignore[arg-type]  # becomes its member, or is refused

        def report(share: float, words: str, done: float = part * at, method: str = method) -> None:
            context.report(done + part * share, f"{method}: {words}")

        made.append(make_run(clocks, ask, report=report, job_id=context.job_id, run_by=context.actor_name))
    rows = _fill(day, context)
    check_limits(clocks)
    alerting.tell(clocks, before=begun)
    return {"run_id": made[0] if made else None, "runs": made, "days": rows, "link": "/risk"}


def _fill(day: date, context: JobContext) -> int:
    """Compute the days of the backtest that are missing up to ``day``; return the rows."""
    with UnitOfWork() as work:
        _, last = queries.days_known(work.session)
        first = max(day - timedelta(days=MOST_DAYS), day - timedelta(days=1) if last is None else last)
        days = queries.quoted_days(
            work.session, known_at=clock.now(), first=first - timedelta(days=10), last=day
        )
    begin = max(0, sum(one <= first for one in days) - 1)  # the day before the first one, to forecast on
    if len(days) - begin < 2:
        return 0
    return history.fill_days(
        days[begin:], report=lambda share, words: context.report(RUNS_SHARE + 0.19 * share, words)
    )


def _version(work: UnitOfWork, _params: NightlyParams) -> str:
    return f"{clock_service.latest_day()} {stamp(work.session)}"


RISK_NIGHTLY = register_kind(
    JobKind(
        code="risk.nightly",
        title="Nightly risk run",
        params_model=NightlyParams,
        handler=_night,
        permission=Permission.JOBS_MANAGE,
        expected_seconds=30.0,
        data_version=_version,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="risk.nightly",
        title="Historical and parametric run of the newest day, its day of the backtest, limits and alerts",
        kind="risk.nightly",
        cron="15 19 * * mon-fri",  # exchanges have settled, and the files of the day are in
    )
)
