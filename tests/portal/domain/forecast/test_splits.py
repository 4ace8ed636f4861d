"""Origins of a rolling evaluation."""

import numpy as np
import pytest

from portal.domain.forecast.evaluation import Splits
from portal.domain.forecast.series import Series
from portal.domain.forecast.splits import make_splits, split_within
from portal.domain.market.errors import BadParameter, InsufficientHistory
from tests.helpers.forecast_models import daily_series, hourly_series


def test_the_last_origin_is_the_newest_whose_horizon_has_happened():
    splits = make_splits(daily_series(200, horizon=10), 12)
    assert splits.origins[-1] == 190
    assert (splits.step, splits.count) == (5, 12)
    assert splits.origins[0] == 190 - 11 * 5


def test_hourly_origins_stand_at_midnight():
    series = hourly_series(40)
    late = Series(series.target, series.y[:-7], series.stamp[:-7], series.features, series.values[:-7])
    for one in (series, late):
        splits = make_splits(one, 10)
        assert splits.step == 24
        assert all(str(one.stamp[origin]).endswith("T00:00:00") for origin in splits.origins)
        assert splits.origins[-1] + one.target.horizon <= len(one.y)


def test_a_short_history_has_fewer_origins_and_one_that_is_too_short_says_so():
    assert make_splits(daily_series(50, horizon=10), 12).count == 5
    with pytest.raises(InsufficientHistory, match="has 10 values, too few"):
        make_splits(daily_series(10, horizon=5), 3)


def test_steps_are_whole_days_and_an_origin_is_wanted():
    with pytest.raises(BadParameter, match="multiple of 24, not 30"):
        make_splits(hourly_series(40), 3, step=30)
    with pytest.raises(BadParameter, match="at least one origin"):
        make_splits(hourly_series(40), 0)


def test_expensive_models_have_fewer_origins_over_the_same_time():
    wanted = Splits(100, 5, 41)
    cheap = split_within(wanted, ["seasonal_naive"], seconds=10.0)
    assert cheap == wanted
    few = split_within(wanted, ["seasonal_naive"] * 10, seconds=0.1, workers=1)
    assert few.count <= 10
    assert few.origins[-1] == wanted.origins[-1]
    assert set(few.origins) <= set(wanted.origins)
    assert np.diff(few.origins).min() == np.diff(few.origins).max()
    assert split_within(wanted, ["seasonal_naive"] * 10, seconds=1e-6).count == 2
