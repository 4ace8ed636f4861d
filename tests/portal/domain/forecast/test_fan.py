"""What is read off a served forecast."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.fan import block_interval, block_steps, mean_error, quantile_at, share_inside
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.market.errors import BadParameter

QUANTILES = normal_quantiles(np.array([10.0, 20.0]), np.array([1.0, 2.0]))
HOURS = np.datetime64("2026-11-02T00:00:00") + np.arange(24) * np.timedelta64(1, "h")


def test_served_levels_are_exact_and_others_lie_between():
    np.testing.assert_array_equal(quantile_at(QUANTILES, LEVELS, 0.5), [10.0, 20.0])
    np.testing.assert_array_equal(quantile_at(QUANTILES, LEVELS, 0.01), QUANTILES[:, 0])
    np.testing.assert_array_equal(quantile_at(QUANTILES, LEVELS, 0.99), QUANTILES[:, -1])
    between = quantile_at(QUANTILES, LEVELS, 0.25)
    np.testing.assert_allclose(
        between, 0.5 * (QUANTILES[:, LEVELS.index(0.2)] + QUANTILES[:, LEVELS.index(0.3)])
    )
    with pytest.raises(BadParameter, match=r"served from 0.01 to 0.99, not at 0.995"):
        quantile_at(QUANTILES, LEVELS, 0.995)


def test_blocks():
    assert block_steps(HOURS, "base").all()
    assert np.flatnonzero(block_steps(HOURS, "peak")).tolist() == list(range(8, 20))
    assert np.flatnonzero(block_steps(HOURS, "first")).tolist() == [0]
    assert np.flatnonzero(block_steps(HOURS, "last")).tolist() == [23]
    with pytest.raises(BadParameter, match="no block 'night'"):
        block_steps(HOURS, "night")


def test_intervals_of_one_step_and_of_many():
    one, both = np.array([False, True]), np.array([True, True])
    assert block_interval(one, QUANTILES, LEVELS, None, 0.9) == pytest.approx(QUANTILES[1, LEVELS.index(0.9)])
    assert block_interval(both, QUANTILES, LEVELS, None, 0.9) is None
    paths = np.stack([np.arange(101.0), np.arange(101.0)], axis=1)
    assert block_interval(both, QUANTILES, LEVELS, paths, 0.9) == pytest.approx(90.0)


def test_shares_and_errors_of_what_has_arrived():
    actual = np.array([1.0, 5.0, np.nan, 3.0])
    assert share_inside(actual, np.zeros(4), np.full(4, 4.0)) == pytest.approx(2 / 3)
    assert mean_error(actual, np.array([2.0, 5.0, 1.0, np.nan])) == pytest.approx(0.5)
    nothing = np.full(4, np.nan)
    assert share_inside(nothing, actual, actual) is None
    assert mean_error(nothing, actual) is None
