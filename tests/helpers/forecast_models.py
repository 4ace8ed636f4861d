"""Forecast models for tests of the evaluation, and series to run them on; import this to register them."""

import os
import signal
from pathlib import Path

import numpy as np

from portal.domain.forecast.base import MODELS, Family, Forecast, ForecastModel, Task
from portal.domain.forecast.errors import NotConverged
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.series import Ahead, Feature, Series
from portal.domain.forecast.targets import Target, TargetKind


def daily_series(
    n: int = 200, *, seed: int = 7, horizon: int = 10, code: str = "TTF", season: int = 5
) -> Series:
    """A daily series with a weekly pattern and noise, in EUR/MWh."""
    rng = np.random.default_rng(seed)
    y = 30.0 + 5.0 * np.sin(2.0 * np.pi * np.arange(n) / season) + rng.normal(0.0, 1.0, n)
    target = Target(TargetKind.SETTLE, code, code, "EUR/MWh", "UTC", 1, (season,), horizon)
    return Series(target, y, _stamps(n + horizon, 86_400))


def hourly_series(days: int = 60, *, seed: int = 7, lead: int = 0) -> Series:
    """An hourly price with a feature that drives it, known a day ahead, in EUR/MWh."""
    rng = np.random.default_rng(seed)
    n, horizon = 24 * days, 24 + lead
    wind = rng.normal(0.0, 1.0, n + horizon)
    hours = np.arange(n) % 24
    y = 50.0 + 10.0 * np.sin(2.0 * np.pi * hours / 24.0) - 8.0 * wind[:n] + rng.normal(0.0, 2.0, n)
    target = Target(
        TargetKind.POWER, "DE_LU", "Germany", "EUR/MWh", "Europe/Berlin", 24, (24, 168), horizon, lead=lead
    )
    features = (Feature("wind_fc", "Wind", "MW", Ahead.SERVED),)
    return Series(target, y, _stamps(n + horizon, 3600), features, wind[:, None])


def _stamps(n: int, seconds: int) -> np.ndarray:
    return np.datetime64("2026-01-05", "s") + np.arange(n) * np.timedelta64(seconds, "s")


def _register(code: str, function: object, *, uses_features: bool = False, fit_seconds: float = 0.01) -> None:
    MODELS[code] = ForecastModel(
        code, code, Family.STATISTICAL, 2, uses_features, True, True, fit_seconds, {"marker": ""}, function
    )


def _driven(task: Task, *, marker: str = "") -> Forecast:
    """Regress on the feature and the hour; refuse when the feature is not known."""
    hours = (np.arange(len(task.stamp)) % task.per_day)[:, None] == np.arange(task.per_day)
    table = np.column_stack([hours, np.nan_to_num(task.features[:, 0])])
    n = len(task.y)
    weights = np.linalg.lstsq(table[:n], task.y, rcond=None)[0]
    sd = float(np.std(task.y - table[:n] @ weights))
    mean = table[n:] @ weights
    return Forecast(mean, normal_quantiles(mean, np.full(task.horizon, sd)), {"driver": float(weights[-1])})


def _drawn(task: Task, *, marker: str = "") -> Forecast:
    """Draw from the seed of the task."""
    draws = np.random.default_rng(task.seed + len(task.y)).normal(task.y.mean(), 1.0, task.horizon)
    return Forecast(
        draws, normal_quantiles(draws, np.ones(task.horizon)), {"last": float(draws[-1])}, ("a note",)
    )


def _moody(task: Task, *, marker: str = "") -> Forecast:
    """Fail at every other origin: with a refusal, and with whatever a library raises."""
    if len(task.y) % 4 == 0:
        raise NotConverged("The fit went nowhere. Use another model.", model="moody")
    if len(task.y) % 4 == 2:
        raise FloatingPointError("divide by zero")
    return _drawn(task)


def _deadly(task: Task, *, marker: str = "") -> Forecast:
    """End its own process: always, or once when there is a file to remember it by."""
    if not marker or not Path(marker).exists():
        if marker:
            Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return _drawn(task)


_register("driven", _driven, uses_features=True)
_register("drawn", _drawn)
_register("moody", _moody)
_register("deadly", _deadly, fit_seconds=0.6)
