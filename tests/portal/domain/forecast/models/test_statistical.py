"""What each statistical model does beyond what holds for every model."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.forecast.base import Task, model
from portal.domain.forecast.errors import MissingInput, UnfitSeries
from portal.domain.market.errors import BadParameter, InsufficientHistory


def _daily(n=300, horizon=10, periods=(5,), level=80.0):
    rng = np.random.default_rng(13)
    y = level + np.cumsum(0.4 * rng.standard_normal(n)) + np.tile([0.0, 2.0, 5.0, 1.0, -3.0], n // 5)
    stamp = np.datetime64("2024-01-01", "s") + np.arange(n + horizon) * np.timedelta64(86_400, "s")
    return Task(y, stamp, horizon, periods=periods)


def _hourly(days=60, horizon=24):
    rng = np.random.default_rng(13)
    step = np.arange(days * 24)
    y = (
        50.0
        + 10.0 * np.sin(2.0 * np.pi * step / 24)
        - 8.0 * ((step // 24) % 7 > 4)
        + rng.standard_normal(len(step))
    )
    stamp = np.datetime64("2024-01-01", "s") + np.arange(len(y) + horizon) * np.timedelta64(3600, "s")
    return Task(y, stamp, horizon, per_day=24, periods=(24, 168))


def test_drift_draws_the_line_through_first_and_last():
    task = _daily(periods=())
    slope = (task.y[-1] - task.y[0]) / (len(task.y) - 1)
    np.testing.assert_allclose(model("drift")(task).mean, task.y[-1] + slope * np.arange(1, 11))


def test_drift_of_hours_goes_on_from_the_same_hour():
    task = _hourly(horizon=48)
    found = model("drift")(task).mean
    slope = (task.y[-24:] - task.y[:24]) / 59
    np.testing.assert_allclose(found[:24], task.y[-24:] + slope)
    np.testing.assert_allclose(found[24:], task.y[-24:] + 2.0 * slope)


@pytest.mark.parametrize("code", ["theta", "ets", "sarimax", "mstl", "seasonal_naive"])
def test_day_and_week_are_seen(code):
    """Four days after a Friday the weekend of the made series is eight lower, and noon differs from midnight."""
    task = _hourly(days=61)  # ends with a Friday
    found = model(code)(task).mean
    hour = np.arange(24)
    expected = 50.0 + 10.0 * np.sin(2.0 * np.pi * hour / 24) - 8.0
    np.testing.assert_allclose(found, expected, atol=3.5)


def test_a_model_that_multiplies_turns_additive_for_negative_prices_and_says_so():
    task = _daily(level=0.0)
    assert task.y.min() < 0.0
    for code, params in (("ets", {"spec": "MAM"}), ("sarimax", {"log": True}), ("theta", {})):
        found = model(code)(task, **params)
        assert any("at or below zero" in note for note in found.notes), code
    assert model("ets")(task, spec="MAM").facts["spec"] == "AAA"


def test_a_logarithm_keeps_forecasts_above_zero():
    task = _daily(level=80.0)
    found = model("sarimax")(task, log=True)
    assert found.facts["log"]
    assert not found.notes
    assert found.quantiles.min() > 0.0
    assert (found.mean > found.median).all()


def test_multiplicative_smoothing_is_simulated_with_the_seed_of_the_task():
    found = model("ets")(_daily(), spec="MAdM")
    assert found.facts["spec"] == "MAdM"
    assert (np.diff(found.quantiles, axis=1) > 0.0).all()


def test_orders_come_from_json():
    found = model("sarimax")(_daily(), order=[2, 0, 0], seasonal_order=[1, 0, 0])
    assert found.facts["order"] == [2, 0, 0]
    assert len(found.facts["ar"]) == 2
    assert len(found.facts["seasonal_ar"]) == 1


def test_parameters_out_of_range_are_refused():
    for params in ({"order": [1, 1]}, {"order": [-1, 0, 0]}, {"window": -5}):
        with pytest.raises(BadParameter):
            model("sarimax")(_daily(), **params)
    with pytest.raises(BadParameter, match="names no ETS model"):
        model("ets")(_daily(), spec="best")
    with pytest.raises(BadParameter, match="search"):
        model("ets")(_daily(), search="luck")


def test_mstl_needs_a_season_twice():
    with pytest.raises(UnfitSeries, match="use Theta or ETS"):
        model("mstl")(_daily(periods=()))
    with pytest.raises(InsufficientHistory, match="two turns of a season"):
        model("mstl")(_hourly().last(40))
    assert "168 steps less than twice" in model("mstl")(_hourly().last(200)).notes[0]


def _driven(days=40, horizon=24, strength=-0.3):
    """Hours that fall with wind, of which the forecast is known a day ahead."""
    plain = _hourly(days, horizon)
    rng = np.random.default_rng(17)
    wind = 30.0 + 10.0 * rng.standard_normal(len(plain.stamp))
    return replace(
        plain,
        y=plain.y + strength * wind[: len(plain.y)],
        names=("wind_fc", "gas"),
        features=np.column_stack([wind, np.full(len(wind), np.nan)]),
        known=(horizon, 0),
    )


def test_sarimax_regresses_on_forecasts_that_are_known():
    task = _driven()
    found = model("sarimax")(task)
    assert found.facts["drivers"] == {"wind_fc": 1.0}
    calm = task.features.copy()
    calm[len(task.y) :, 0] -= 10.0
    gain = model("sarimax")(replace(task, features=calm)).mean - found.mean
    np.testing.assert_allclose(gain, 3.0, atol=0.3)
    without = model("sarimax")(task, regressors=[])
    assert not without.facts["drivers"]
    assert without.facts["sigma"] > 2.0 * found.facts["sigma"]


def test_sarimax_does_not_guess_a_missing_forecast():
    task = _driven()
    task.features[-3, 0] = np.nan
    with pytest.raises(MissingInput, match="'wind_fc' has no value for 2024-02-10 21:00"):
        model("sarimax")(task)
    assert np.isfinite(model("sarimax")(task, regressors=[]).mean).all()


def test_sarimax_refuses_regressors_that_are_not_known_ahead():
    for name, sentence in (("gas", "known for the whole horizon"), ("tea_leaves", "the target has")):
        with pytest.raises(BadParameter, match=sentence):
            model("sarimax")(_driven(), regressors=[name])


def test_sarimax_leaves_a_forecast_with_gaps_out_and_says_so():
    task = _driven()
    task.features[len(task.y) - 100, 0] = np.nan
    found = model("sarimax")(task)
    assert not found.facts["drivers"]
    assert "'wind_fc' has gaps" in found.notes[0]
