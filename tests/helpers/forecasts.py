"""Small trials and versions for tests: a weekly pattern with noise, and a model that knows it better or worse."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from data.session import UnitOfWork
from data.writes import forecast as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.domain.forecast.base import LEVELS, Family, Forecast, ForecastModel, Task
from portal.domain.forecast.errors import MissingInput, NotConverged
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.scoring import scores_of
from portal.domain.forecast.sweep import gain_p as computed_p
from portal.domain.forecast.sweep import naive_error
from portal.services import clocks as clock_service
from portal.services.forecast import experiments, registry
from tests.helpers.market import add_instrument

TRADER = Actor(1, "trader", "Tess", frozenset({Role.TRADER}))
RISK = Actor(2, "risk", "Rhea", frozenset({Role.RISK_OFFICER}))
EXECUTIVE = Actor(3, "executive", "Eve", frozenset({Role.EXECUTIVE}))
READER = Actor(4, "auditor", "Al", frozenset({Role.AUDITOR}))
NOBODY = Actor(5, "admin", "Ada", frozenset({Role.ADMINISTRATOR}))


def small_evaluation(
    origins: int = 15, error: float = 1.0, lead: int = 0, horizon: int = 4
) -> tuple[Evaluation, Any]:
    """An evaluation whose medians are off by about ``error``, the naive by about 2; with the stamps of its cells."""
    rng = np.random.default_rng(5)
    actual = 50.0 + rng.normal(0.0, 5.0, (origins, horizon))
    mean = actual + error * rng.choice([-1.0, 1.0], (origins, horizon)) * rng.uniform(
        0.8, 1.2, (origins, horizon)
    )
    quantiles = np.stack([normal_quantiles(row, np.full(horizon, 0.874 * error)) for row in mean])
    stamp = np.datetime64("2026-06-01T00:00:00") + (
        np.arange(origins)[:, None] + np.arange(horizon)[None, :]
    ) * np.timedelta64(1, "D")
    made = Evaluation(
        origins=np.arange(100, 100 + origins),
        actual=actual,
        mean=mean,
        quantiles=quantiles,
        baseline=actual + 2.0,
        scale=np.full(origins, 2.0),
        lead=lead,
        seconds=0.1,
    )
    assert made.quantiles.shape[2] == len(LEVELS)
    return made, stamp.astype("M8[s]")


def add_trial(
    target: str = "settle.TTF",
    model: str = "theta",
    *,
    error: float = 1.0,
    gain_p: float | None = None,
    origins: int = 15,
    status: str = "finished",
    as_of: date | None = None,
    by: str = "trader",
    params: dict[str, Any] | None = None,
) -> int:
    """Store a trial and return its id."""
    day = as_of or clock_service.latest_day()
    made, stamp = small_evaluation(origins, error)
    metrics = {**scores_of(made), "naive_mae": naive_error(made), "gain_p": gain_p or computed_p(made, 4)}
    with UnitOfWork(write=True) as work:
        trial = writes.insert_trial(
            work.session, job_id=None, target=target, model=model, params=params or {}, sweep="small", trial=1,
            status=status, error=None if status == "finished" else "It did not converge.", as_of=day,
            known_at=clock.now(), train_first=day - timedelta(days=200), train_last=day,
            splits={"first": 100, "step": 4, "count": origins, "lead": 0, "per_day": 1}, origins=origins,
            metrics=metrics if status == "finished" else {}, facts={}, data_hash="d" * 64, feature_set="",
            feature_version=0, code_version="1", fingerprint=f"{target} {model} {error}", simulated=True, seconds=0.1,
            run_by=by,
        )  # fmt: skip
        if status == "finished":
            writes.insert_arrays(work.session, trial, experiments.arrays_of(made, stamp))
    return trial


def add_version(**terms: Any) -> int:
    """Store a trial with a version registered from it, and return the version's id."""
    trial = add_trial(**terms)
    with UnitOfWork(write=True) as work:
        return registry.register_in(work, experiments.trial_in(work, trial))


def add_prices(
    code: str = "OIL",
    *,
    days: int = 420,
    constant: bool = False,
    shift: float = 0.0,
    until: date | None = None,
) -> None:
    """Add an instrument with daily settles: a slow walk with noise that a mean of some days forecasts better."""
    last = until or clock.now().date() - timedelta(days=1)
    stamps = np.busday_offset(np.datetime64(last, "D"), np.arange(-days + 1, 1), roll="backward")
    rng = np.random.default_rng(17)
    values = 70.0 + rng.normal(0.0, 3.0, days) + np.cumsum(rng.normal(0.0, 0.2, days))
    values[-14:] += shift
    if constant:
        values = np.full(days, 70.0)
    add_instrument(
        code, list(zip(stamps.astype(object).tolist(), values.tolist(), strict=True)), simulated=True
    )


def _steady(task: Task, *, days: int = 10) -> Forecast:
    """Go on with the mean of the last days."""
    mean = np.full(task.horizon, task.y[-days:].mean())
    return Forecast(mean, normal_quantiles(mean, np.full(task.horizon, task.y[-60:].std())), {"days": days})


def _never(task: Task) -> Forecast:
    """Refuse."""
    raise NotConverged("It never converges on this series.", model="never", values=len(task.y))


def _needs_wind(task: Task) -> Forecast:
    """Refuse, as a model does whose input has not come."""
    raise MissingInput(
        "The wind forecast of tomorrow has not arrived.", feature="wind_fc", values=len(task.y)
    )


def small_models() -> dict[str, ForecastModel]:
    """Models for tests: ``steady`` is better than the naive, ``never`` and ``needs_wind`` refuse."""

    def made(code: str, function: Callable[..., Forecast], **defaults: int) -> ForecastModel:
        return ForecastModel(
            code, code.title(), Family.STATISTICAL, 5, False, True, True, 0.001, defaults, function
        )

    return {
        "steady": made("steady", _steady, days=10), "never": made("never", _never),
        "needs_wind": made("needs_wind", _needs_wind),
    }  # fmt: skip
