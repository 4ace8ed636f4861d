"""The kinds of jobs of Forecast: train a sweep, serve, and what is done every night."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data.queries.marks import stamp
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.canonical import digest
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.services.forecast import mlflow_export
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule

MOST_TARGETS, MOST_ORIGINS = 200, 400


class _Clocked(BaseModel):
    """``as_of`` None is the newest day of the data when the job starts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = None
    known_at: datetime | None = None

    def clocks(self) -> Clocks:
        """Return the clocks that the job stands under."""
        day = self.as_of or clock_service.latest_day()
        return Clocks(day, self.known_at or clock.now(), live=self.known_at is None)


def _listed(given: Any) -> Any:
    """Read 'a,b' of a command line as two names."""
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


class TrainParams(_Clocked):
    """What a training is asked with."""

    targets: tuple[str, ...] = Field(
        min_length=1, max_length=MOST_TARGETS, description="Codes such as power.DE_LU."
    )
    models: tuple[str, ...] = Field(min_length=1, max_length=40, description="Codes of models.")
    grid: dict[str, dict[str, list[Any]]] = Field(
        default_factory=dict,
        description="Values to try by model and parameter; every combination is a trial.",
    )
    origins: int = Field(20, ge=2, le=MOST_ORIGINS, description="Origins that each trial is scored at.")
    step: int | None = Field(None, ge=1, le=100_000, description="Values between origins.")
    note: str = Field("", max_length=1000)

    _split = field_validator("targets", "models", mode="before")(_listed)


def _train(params: TrainParams, context: JobContext) -> Mapping[str, Any]:
    from portal.services.forecast import (
        training,
    )  # with the models and their libraries, which only a run needs

    ask = training.Ask(
        params.targets,
        params.models,
        f"job {context.job_id}",
        params.grid,
        params.origins,
        params.step,
        params.note,
    )
    made = training.train(
        ask, params.clocks(), report=context.report, job_id=context.job_id, run_by=context.actor_name
    )
    if made.failed:
        context.log(
            "warning", f"{made.failed} of {len(made.trials)} trials failed; their sentences are on Models."
        )
    if made.trials and made.failed == len(made.trials):
        raise DomainError(
            f"All {made.failed} trials failed, so nothing was registered. Forecast > Models has the reason of each."
        )
    _export(made.trials, context)
    one = f"?target={params.targets[0]}" if len(params.targets) == 1 else ""
    return {"trials": made.trials, "versions": made.versions, "link": f"/forecast/models{one}"}


def _export(trials: list[int], context: JobContext) -> None:
    """Tell an MLflow server, when there is one, of new trials; one that does not answer stops nothing."""
    problem = mlflow_export.export(trials)
    if problem:
        context.log("warning", problem)


def _data_version(work: UnitOfWork, params: _Clocked) -> str:
    return f"{params.as_of or clock_service.latest_day()} {stamp(work.session)}"


FORECAST_TRAIN = register_kind(
    JobKind(
        code="forecast.train",
        title="Forecast training",
        params_model=TrainParams,
        handler=_train,
        permission=Permission.FORECAST_RUN,
        expected_seconds=120.0,
        data_version=_data_version,
    )
)


class ServeParams(_Clocked):
    """The targets to forecast; none for all that have a champion."""

    targets: tuple[str, ...] = Field((), max_length=MOST_TARGETS)

    _split = field_validator("targets", mode="before")(_listed)


def _serve(params: ServeParams, context: JobContext) -> Mapping[str, Any]:
    from portal.services.forecast import making

    found = making.serve_all(params.targets, params.clocks(), report=context.report, job_id=context.job_id)
    for code, reason in found.fallbacks.items():
        context.log("warning", f"{code}: {reason}")
    for code, reason in found.refused.items():
        context.log("error", f"{code} has no forecast: {reason}")
    if found.refused and not found.runs:
        raise DomainError(next(iter(found.refused.values())))
    one = f"?target={params.targets[0]}" if len(params.targets) == 1 else ""
    return {
        "runs": found.runs, "fallbacks": sorted(found.fallbacks), "refused": sorted(found.refused),
        "link": f"/forecast{one}",
    }  # fmt: skip


def _served_from(work: UnitOfWork, params: ServeParams) -> str:
    from portal.services.forecast import registry

    clocks = params.clocks()
    steps = [view.decisions[-1].id for view in registry.versions_in(work, None, clocks) if view.decisions]
    return digest([_data_version(work, params), max(steps, default=0)])


FORECAST_SERVE = register_kind(
    JobKind(
        code="forecast.serve",
        title="Forecasts",
        params_model=ServeParams,
        handler=_serve,
        permission=Permission.FORECAST_RUN,
        expected_seconds=30.0,
        data_version=_served_from,
        priority=1,
    )
)


def serve_anew(target: str) -> int:
    """Ask the workers to forecast a target whose champion has changed, and return the job."""
    return jobs.submit("forecast.serve", {"targets": [target]}, SYSTEM)


class NightlyParams(_Clocked):
    """What is done every night: hold what was served against what has arrived, then serve anew."""


def _nightly(params: NightlyParams, context: JobContext) -> Mapping[str, Any]:
    from portal.services.forecast import making, monitoring

    clocks = params.clocks()
    checked = monitoring.check(clocks, report=lambda share, words: context.report(0.4 * share, words))
    for code in checked.drifting:
        context.log("warning", f"{code} drifts: {checked.drifting[code]}")
    found = making.serve_all(
        (),
        clocks,
        report=lambda share, words: context.report(0.4 + 0.6 * share, words),
        job_id=context.job_id,
    )
    for code, reason in (found.fallbacks | found.refused).items():
        context.log("warning", f"{code}: {reason}")
    problem = mlflow_export.export_champions(clocks)
    if problem:
        context.log("warning", problem)
    return {"runs": found.runs, "drifting": sorted(checked.drifting), "link": "/forecast"}


FORECAST_NIGHTLY = register_kind(
    JobKind(
        code="forecast.nightly",
        title="Forecasts of the night",
        params_model=NightlyParams,
        handler=_nightly,
        permission=Permission.FORECAST_RUN,
        expected_seconds=60.0,
    )
)

NIGHTLY = register_schedule(
    Schedule(
        code="forecast.nightly",
        title="Forecasts of the night",
        kind="forecast.nightly",
        cron="40 19 * * *",  # after the settles of the day; power is delivered on every day
        timezone="UTC",
    )
)
