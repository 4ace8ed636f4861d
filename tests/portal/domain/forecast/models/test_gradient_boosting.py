"""Gradient boosting learns from features and lags, hourly and daily, and sees nothing after its origin."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS, Task, model
from portal.domain.forecast.errors import MissingInput, UnfitSeries
from portal.domain.market.errors import BadParameter, InsufficientHistory
from tests.helpers.power_days import START, power_task

QUICK = {"iterations": 40}


def daily_task(n: int = 300, horizon: int = 5, *, seed: int = 3) -> tuple[Task, np.ndarray]:
    """Return a mean-reverting daily series, and what happens after it."""
    rng = np.random.default_rng(seed)
    values = np.full(n + horizon, 30.0)
    for at in range(1, len(values)):
        values[at] = values[at - 1] + 0.4 * (30.0 - values[at - 1]) + rng.normal(0.0, 2.0)
    stamp = START + np.arange(n + horizon) * np.timedelta64(86_400, "s")
    return Task(values[:n], stamp, horizon, 1, (7,)), values[n:]


def test_beats_the_weekly_naive_where_fundamentals_drive() -> None:
    errors = np.zeros(2)
    for seed in range(3):
        task, actual = power_task(seed=seed)
        found, naive = model("gradient_boosting")(task, **QUICK), model("seasonal_naive")(task)
        errors += np.abs(found.median - actual).mean(), np.abs(naive.median - actual).mean()
    assert errors[0] < 0.8 * errors[1]
    assert set(found.facts["drivers"]) & {"load_fc", "wind_fc", "load_fc less D-7", "wind_fc less D-7"}
    assert sum(found.facts["drivers"].values()) <= 1.0 + 1e-9


def test_reverts_to_the_mean_of_a_daily_series() -> None:
    gains, inside = [], []
    for seed in range(8):
        task, actual = daily_task(seed=seed)
        found = model("gradient_boosting")(task, **QUICK)
        gains.append(np.abs(task.y[-1] - actual).mean() - np.abs(found.median - actual).mean())
        q = found.quantiles
        inside.append((actual >= q[:, LEVELS.index(0.1)]) & (actual <= q[:, LEVELS.index(0.9)]))
    assert np.mean(gains) > 0.0
    assert 0.6 < np.mean(inside) < 0.95


def test_the_same_seed_gives_the_same_forecast() -> None:
    task, _ = daily_task()
    first, again = (model("gradient_boosting")(task, **QUICK) for _ in range(2))
    np.testing.assert_array_equal(first.quantiles, again.quantiles)
    assert first.facts == again.facts


def test_observations_count_as_of_the_origin() -> None:
    task, _ = power_task()
    unknown = replace(task, known=(24, 0))
    unknown.features[-24:, 1] = np.nan
    found = model("gradient_boosting")(unknown, **QUICK)
    assert np.isfinite(found.quantiles).all()


def test_a_missing_feature_is_named() -> None:
    task, _ = power_task()
    task.features[-1, 0] = np.nan
    with pytest.raises(MissingInput, match="'load_fc'"):
        model("gradient_boosting")(task, **QUICK)


def test_gaps_in_past_features_are_no_obstacle() -> None:
    task, _ = power_task()
    task.features[:500, 1] = np.nan
    assert np.isfinite(model("gradient_boosting")(task, **QUICK).quantiles).all()


def test_negative_prices_and_a_shift_of_level_come_back() -> None:
    task, actual = power_task(level=-40.0)
    assert model("gradient_boosting")(task, **QUICK).median.mean() == pytest.approx(actual.mean(), abs=6.0)


def test_refuses_what_is_too_short_constant_or_no_tree() -> None:
    task, _ = daily_task()
    with pytest.raises(InsufficientHistory):
        model("gradient_boosting")(task.last(10))
    hourly, _ = power_task()
    with pytest.raises(InsufficientHistory, match="30 earlier origins"):
        model("gradient_boosting")(hourly.last(24 * 20))
    with pytest.raises(UnfitSeries):
        model("gradient_boosting")(replace(task, y=np.full(300, 5.0)))
    with pytest.raises(BadParameter):
        model("gradient_boosting")(task, iterations=0)
