"""Conformal quantiles cover what they say in finite samples, keep their order, and see no value before its time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.forecast.base import LEVELS, MEDIAN, Forecast
from portal.domain.forecast.conformal import PastErrors, calibrate, calibrate_evaluation, past_errors
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.market.errors import BadParameter, LengthMismatch

LOW, HIGH = LEVELS.index(0.1), LEVELS.index(0.9)


def _too_narrow(rng: np.random.Generator, n: int, h: int) -> tuple[np.ndarray, np.ndarray]:
    """Return values with heavy tails, and quantiles of normal distributions of half their width."""
    centre = rng.normal(50.0, 10.0, (n, h))
    wide = rng.uniform(1.0, 5.0, (n, h))
    actual = centre + wide * rng.standard_t(4, (n, h))
    flat = normal_quantiles(centre.ravel(), 0.5 * wide.ravel())
    return actual, flat.reshape(n, h, len(LEVELS))


def _one(quantiles: np.ndarray) -> Forecast:
    return Forecast(quantiles[:, MEDIAN], quantiles)


def test_coverage_is_at_least_what_is_said_for_any_model() -> None:
    rng = np.random.default_rng(1)
    below = np.zeros(len(LEVELS))
    rounds, h = 400, 5
    for _ in range(rounds):
        actual, q = _too_narrow(rng, 61, h)
        found = calibrate(_one(q[-1]), past_errors(actual[:-1], q[:-1])).quantiles
        below += (actual[-1][:, None] <= found).sum(axis=0)
    share, level = below / (rounds * h), np.array(LEVELS)
    spare = 3.0 * np.sqrt(level * (1.0 - level) / (rounds * h))
    held = np.minimum(level, 1.0 - level) * 61 >= 1.0 - 1e-9  # 60 errors have a rank for these levels
    upper, lower = held & (level > 0.5), held & (level < 0.5)
    assert (share[upper] >= level[upper] - spare[upper]).all()
    assert (share[lower] <= level[lower] + spare[lower]).all()
    assert (np.abs(share - level)[held] < 1 / 61 + spare[held]).all()  # and not much more


def test_a_good_forecast_hardly_moves_and_the_median_never() -> None:
    rng = np.random.default_rng(2)
    centre = rng.normal(50.0, 10.0, (2000, 1))
    q = normal_quantiles(centre.ravel(), np.full(2000, 3.0)).reshape(2000, 1, -1)
    actual = centre + rng.normal(0.0, 3.0, (2000, 1))
    found = calibrate(_one(q[-1]), past_errors(actual[:-1], q[:-1])).quantiles
    np.testing.assert_allclose(found, q[-1], atol=0.9)
    assert found[0, MEDIAN] == q[-1, 0, MEDIAN]


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.03]))
def test_quantiles_stay_in_order(seed: int, gamma: float) -> None:
    rng = np.random.default_rng(seed)
    actual, q = _too_narrow(rng, 40, 3)
    actual[rng.random(actual.shape) < 0.1] = np.nan
    found = calibrate(_one(q[-1]), past_errors(actual[:-1], q[:-1]), gamma=gamma)
    assert (np.diff(found.quantiles, axis=1) >= 0.0).all()
    assert np.isfinite(found.quantiles).all()


def test_following_misses_restores_coverage_after_a_change() -> None:
    rng = np.random.default_rng(3)
    centre, n = 50.0, 700
    wide = np.where(np.arange(n) < 400, 1.0, 4.0)  # the market became rougher; the model did not see it
    q = np.repeat(normal_quantiles(np.array([centre]), np.ones(1))[None], n, axis=0)
    actual = (centre + wide * rng.normal(size=n))[:, None]
    kinds = {}
    for gamma in (0.0, 0.05):
        inside = []
        for at in range(450, n):
            errors = past_errors(actual[at - 200 : at], q[at - 200 : at])
            served = calibrate(_one(q[at]), errors, gamma=gamma).quantiles[0]
            inside.append(served[LOW] <= actual[at, 0] <= served[HIGH])
        kinds[gamma] = np.mean(inside)
    assert abs(kinds[0.05] - 0.8) < abs(kinds[0.0] - 0.8)
    assert abs(kinds[0.05] - 0.8) < 0.06


def test_too_few_errors_move_nothing_and_some_are_named() -> None:
    rng = np.random.default_rng(4)
    actual, q = _too_narrow(rng, 60, 2)
    few = calibrate(_one(q[-1]), past_errors(actual[:10], q[:10]))
    np.testing.assert_array_equal(few.quantiles, q[-1])
    some = calibrate(_one(q[-1]), past_errors(actual[:50], q[:50]))
    assert some.facts["calibration"] == {"errors": 50, "gamma": 0.0}
    assert some.notes == ("With 50 past errors a step, coverage is guaranteed up to the 95% interval.",)
    pooled = calibrate(_one(q[-1]), past_errors(actual[:10], q[:10]).pooled())
    assert pooled.facts["calibration"]["errors"] == 20


def test_a_rolling_evaluation_uses_a_value_only_when_it_is_history() -> None:
    rng = np.random.default_rng(5)
    actual, q = _too_narrow(rng, 80, 24)
    origins = 1000 + 12 * np.arange(80)  # horizons overlap by half
    evaluation = Evaluation(origins, actual, q[:, :, MEDIAN], q, actual, np.ones(80))
    found = calibrate_evaluation(evaluation).quantiles
    later = actual.copy()
    later[60:] += 1000.0
    later[59, 12:] += 1000.0  # not history at origin 60 either
    other = Evaluation(origins, later, q[:, :, MEDIAN], q, actual, np.ones(80))
    np.testing.assert_array_equal(calibrate_evaluation(other).quantiles[:61], found[:61])
    assert not np.array_equal(calibrate_evaluation(other).quantiles[62], found[62])


def test_refuses_what_does_not_fit() -> None:
    _, q = _too_narrow(np.random.default_rng(6), 30, 2)
    with pytest.raises(LengthMismatch):
        past_errors(np.zeros((30, 3)), q)
    with pytest.raises(LengthMismatch, match="past errors of 5 steps"):
        calibrate(_one(q[-1]), PastErrors(np.zeros((30, 5, len(LEVELS)))))
    with pytest.raises(BadParameter):
        calibrate(_one(q[-1]), PastErrors(np.zeros((30, 2, len(LEVELS)))), gamma=1.0)
