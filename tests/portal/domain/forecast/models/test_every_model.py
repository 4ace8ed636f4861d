"""What holds for every registered model: nothing after the origin counts, bad input ends in a sentence or a forecast.

A new model is covered by being registered; there is nothing to add here.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from portal.core.errors import DomainError
from portal.domain.forecast.base import LEVELS, Family, all_models
from portal.domain.forecast.series import Ahead, Feature, Series
from portal.domain.forecast.targets import Target, TargetKind
from portal.domain.market.errors import BadParameter

FEATURES = (
    Feature("weekday", "Weekday", "", Ahead.ALWAYS),
    Feature("load_fc", "Load forecast", "MW", Ahead.SERVED),
    Feature("gas", "Gas price", "EUR/MWh", Ahead.NEVER),
)
# tests of the evaluation register models of their own, some of them deadly
OURS = {
    code: found
    for code, found in all_models().items()
    if found.function.__module__.startswith("portal.domain.forecast.models.")
}
HOURLY, DAILY = "hourly", "daily"
AFTER = 72  # rows after the origin
LIGHT = {DAILY: ("theta", "drift", "seasonal_naive"), HOURLY: ("lear", "seasonal_naive")}
"""Members of combinations that answer quickly; the usual ones are asked where the answer itself is looked at."""


def _cases(*families: Family) -> list:
    """Every model on every grid that it is made for."""
    wanted = families or tuple(Family)
    return [
        pytest.param(code, grid, id=f"{code}-{grid}")
        for code, found in sorted(OURS.items())
        for grid in (DAILY, HOURLY)
        if getattr(found, grid) and found.family in wanted
    ]


def _target(grid: str, **changes) -> Target:
    hourly = grid == HOURLY
    plain = Target(
        TargetKind.POWER if hourly else TargetKind.SETTLE, "X", "Test", "EUR/MWh", "UTC",
        per_day=24 if hourly else 1, periods=(24, 168) if hourly else (5,), horizon=24 if hourly else 20,
        business_days=not hourly,
    )  # fmt: skip
    return replace(plain, **changes)


def _values(grid: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Prices with day and week that follow a load, always above zero, and the features."""
    rng = np.random.default_rng(11)
    step = np.arange(n)
    day = step // 24 if grid == HOURLY else step
    weekday = (day % (7 if grid == HOURLY else 5)).astype(float)
    load = 50.0 + 6.0 * (weekday < 4) + 3.0 * rng.standard_normal(n)
    if grid == HOURLY:
        load += 8.0 * np.sin(2.0 * np.pi * (step % 24) / 24.0)
    gas = 30.0 + np.cumsum(0.05 * rng.standard_normal(n))
    wander = np.zeros(n)
    for at in range(1, n):
        wander[at] = 0.9 * wander[at - 1] + rng.standard_normal()
    y = 5.0 + load + 0.5 * gas + wander
    return y, np.column_stack([weekday, load, gas])


def _series(code: str, grid: str, **changes) -> tuple[Series, int]:
    """A series long enough for the model, and an origin with rows after it."""
    least = OURS[code].least
    size = max(70 * 24, -(-least // 24) * 24 + 240) if grid == HOURLY else max(320, least + 40)
    y, table = _values(grid, size + AFTER)
    step = np.timedelta64(3600 if grid == HOURLY else 86_400, "s")
    stamp = np.datetime64("2024-01-01", "s") + np.arange(len(y)) * step
    return Series(_target(grid, **changes), y, stamp, FEATURES, table), size


def _ask(code: str, task, **params):
    """The forecast of a model; a combination asks members that answer quickly."""
    if OURS[code].family is Family.COMBINATION:
        params = {"members": LIGHT[HOURLY if task.per_day > 1 else DAILY], **params}
    return OURS[code](task, **params)


def _same(first, second) -> None:
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.quantiles, second.quantiles)


def _outcome(code: str, task):
    """The forecast, checked, or None where the model refused with a sentence."""
    try:
        found = _ask(code, task)
    except DomainError as refused:
        sentence = str(refused)
        assert len(sentence) > 30
        assert sentence.rstrip().endswith(".")
        assert sentence[0].isupper()
        return None
    assert found.mean.shape == (task.horizon,)
    assert np.isfinite(found.mean).all()
    assert (np.diff(found.quantiles, axis=1) >= 0.0).all()
    return found


@pytest.mark.parametrize("code", sorted(OURS))
def test_the_entry_is_complete(code):
    found = OURS[code]
    assert found.code == code == found.function.__module__.rpartition(".")[2]
    assert found.title
    assert found.summary.endswith((".", "AICc."))
    assert found.least >= 2
    assert found.daily or found.hourly
    json.dumps(dict(found.defaults))  # a sweep stores them


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_an_answer_has_its_shape_and_tells_plain_facts(code, grid):
    series, origin = _series(code, grid)
    task = series.task(origin)
    found = OURS[code](task)
    assert found.quantiles.shape == (task.horizon, len(LEVELS))
    assert (np.diff(found.quantiles, axis=1) >= 0.0).all()
    assert (found.quantiles[:, -1] > found.quantiles[:, 0]).all()
    json.dumps(dict(found.facts))
    assert all(note.endswith(".") for note in found.notes)
    # between a tenth and ten times of where the series lives: no unit was lost on the way
    assert 0.1 * np.median(task.y) < np.median(found.median) < 10.0 * np.median(task.y)


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_nothing_after_the_origin_counts(code, grid):
    series, origin = _series(code, grid)
    known = {
        Ahead.ALWAYS: series.target.horizon,
        Ahead.SERVED: series.target.lead + series.target.per_day,
        Ahead.NEVER: 0,
    }
    y, values = series.y.copy(), series.values.copy()
    y[origin:] = 1e6 * np.random.default_rng(1).standard_normal(len(y) - origin)
    for column, feature in enumerate(FEATURES):
        values[origin + known[feature.ahead] :, column] = -1e6
    later = replace(series, y=y, values=values)
    _same(_ask(code, series.task(origin)), _ask(code, later.task(origin)))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_a_truncated_series_gives_the_same_forecast(code, grid):
    """The rows after the horizon need not exist at all."""
    series, origin = _series(code, grid)
    end = origin + series.target.horizon
    short = replace(
        series, y=series.y[:origin].copy(), stamp=series.stamp[:end], values=series.values[:end].copy()
    )
    _same(_ask(code, series.task(origin)), _ask(code, short.task(origin)))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_the_newest_week_counts(code, grid):
    series, origin = _series(code, grid)
    y = series.y.copy()
    y[origin - series.target.periods[-1] : origin] += 15.0
    before = _ask(code, series.task(origin))
    after = _ask(code, replace(series, y=y).task(origin))
    assert not np.array_equal(before.mean, after.mean)


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_the_same_seed_gives_the_same_forecast(code, grid):
    series, origin = _series(code, grid)
    task = series.task(origin)
    kept = task.y.copy()
    _same(_ask(code, task), _ask(code, task))
    np.testing.assert_array_equal(task.y, kept)  # and the question is left as it was


@pytest.mark.parametrize(("code", "grid"), _cases(Family.BASELINE, Family.STATISTICAL))
def test_another_unit_gives_the_same_forecast_in_that_unit(code, grid):
    series, origin = _series(code, grid)
    plain = _ask(code, series.task(origin))
    scaled = _ask(code, replace(series, y=1024.0 * series.y).task(origin))
    np.testing.assert_allclose(scaled.mean, 1024.0 * plain.mean, rtol=1e-4)
    np.testing.assert_allclose(scaled.quantiles, 1024.0 * plain.quantiles, rtol=1e-3)


@pytest.mark.parametrize(("code", "grid"), _cases(Family.BASELINE, Family.STATISTICAL))
def test_a_constant_on_top_is_on_top_of_the_forecast(code, grid):
    series, origin = _series(code, grid)
    params = {"additive": True} if "additive" in OURS[code].defaults else {}
    plain = _ask(code, series.task(origin), **params)
    raised = _ask(code, replace(series, y=series.y + 64.0).task(origin), **params)
    np.testing.assert_allclose(raised.median, plain.median + 64.0, rtol=2e-3)


@pytest.mark.parametrize("code", [code for code, found in OURS.items() if found.hourly])
def test_a_day_that_is_past_but_not_known_is_part_of_the_horizon(code):
    series, origin = _series(code, HOURLY, horizon=48, lead=24, positive=True)
    found = _ask(code, series.task(origin))
    assert found.mean.shape == (48,)
    assert found.quantiles.min() >= 0.0


# Bad input: a forecast or a sentence, never a crash


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_ten_observations(code, grid):
    series, origin = _series(code, grid)
    _outcome(code, series.task(origin).last(10))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_the_least_history_is_enough(code, grid):
    series, origin = _series(code, grid)
    _outcome(code, series.task(origin).last(OURS[code].least))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_a_constant_series_is_refused(code, grid):
    series, origin = _series(code, grid)
    flat = replace(series, y=np.full_like(series.y, 42.0)).task(origin)
    assert _outcome(code, flat) is None


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_a_source_that_has_stopped(code, grid):
    series, origin = _series(code, grid)
    y = series.y.copy()
    y[len(y) // 10 :] = 42.0
    _outcome(code, replace(series, y=y).task(origin))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_missing_values_are_refused(code, grid):
    series, origin = _series(code, grid)
    y = series.y.copy()
    y[origin // 2] = np.nan
    assert _outcome(code, replace(series, y=y).task(origin)) is None


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_a_level_shift(code, grid):
    series, origin = _series(code, grid)
    y = series.y.copy()
    y[origin - 10 * series.target.per_day :] += 500.0
    found = _outcome(code, replace(series, y=y).task(origin))
    assert found is not None


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_negative_prices(code, grid):
    """Answered by all but models of volatilities, which say that they are not for prices."""
    series, origin = _series(code, grid)
    found = _outcome(code, replace(series, y=series.y - 75.0).task(origin))
    assert (found is None) == (OURS[code].family is Family.VOLATILITY)


@pytest.mark.parametrize("code", [code for code, found in OURS.items() if found.hourly])
def test_hours_that_are_always_zero(code):
    """The sun does not shine at night."""
    series, origin = _series(code, HOURLY, horizon=48, lead=24, positive=True)
    night = np.arange(len(series.y)) % 24 < 8
    found = _outcome(code, replace(series, y=np.where(night, 0.0, series.y)).task(origin))
    assert found is not None
    by_day = found.median.reshape(2, 24)
    assert by_day[:, :6].mean() < 0.5 * by_day[:, 10:].mean()


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_an_outlier_of_a_thousand_deviations(code, grid):
    series, origin = _series(code, grid)
    y = series.y.copy()
    y[origin - 40] = 1e5
    _outcome(code, replace(series, y=y).task(origin))


@pytest.mark.parametrize(("code", "grid"), _cases())
def test_no_features_at_all(code, grid):
    series, origin = _series(code, grid)
    found = _outcome(code, series.task(origin, features=False))
    assert found is not None or OURS[code].uses_features


@pytest.mark.parametrize("code", sorted(OURS))
def test_a_parameter_that_there_is_not(code):
    series, origin = _series(code, DAILY if OURS[code].daily else HOURLY)
    with pytest.raises(BadParameter, match="has no parameter 'tea_leaves'"):
        _ask(code, series.task(origin), tea_leaves=3)
