"""Standing, rolling percentiles and z-scores: by hand, and no look ahead."""

import numpy as np
import pytest
from scipy import stats

from portal.domain.market.errors import BadParameter, SeriesHasNaN
from portal.domain.market.spread_statistics import rolling_percentiles, rolling_zscore, standing


def test_standing_by_hand():
    found = standing([9.0, 1.0, 2.0, 3.0, 2.0], 4)
    assert (found.latest, found.change, found.mean, found.n) == (2.0, -1.0, 2.0, 4)
    assert (found.low, found.high, found.zscore) == (1.0, 3.0, 0.0)
    assert found.deviation == pytest.approx(np.sqrt(2 / 3))
    assert found.percentile == pytest.approx((1 + 0.5 * 2) / 4)


def test_percentile_is_scipys_mean_rank():
    values = np.random.default_rng(1).normal(size=200).round(1)
    expected = stats.percentileofscore(values, values[-1], kind="mean") / 100
    assert standing(values, 500).percentile == pytest.approx(expected)


def test_a_flat_window_has_no_zscore():
    assert standing([1.0, 1.0], 2).zscore is None
    assert np.isnan(rolling_zscore([1.0, 1.0, 1.0], 2)).all()


def test_a_single_value_has_no_change():
    found = standing([3.0], 250)
    assert (found.change, found.n, found.percentile) == (None, 1, 0.5)


def test_refusals():
    with pytest.raises(BadParameter):
        standing([], 5)
    with pytest.raises(SeriesHasNaN):
        standing([1.0, np.nan], 5)


def test_rolling_ends_equal_the_standing_and_look_back_only():
    values = np.random.default_rng(2).normal(size=100).cumsum()
    assert rolling_zscore(values, 20)[-1] == pytest.approx(standing(values, 20).zscore)
    bands = rolling_percentiles(values, 20, (5, 50, 95))
    assert bands.shape == (3, 100)
    assert np.isnan(bands[:, :19]).all()
    assert bands[1, 50] == pytest.approx(np.median(values[31:51]))
    changed = np.concatenate([values[:60], values[60:] + 99])
    np.testing.assert_array_equal(rolling_percentiles(changed, 20, (5, 50, 95))[:, :60], bands[:, :60])
    np.testing.assert_array_equal(rolling_zscore(changed, 20)[:60], rolling_zscore(values, 20)[:60])


def test_short_series_has_no_bands():
    assert np.isnan(rolling_percentiles([1.0, 2.0], 3, (50,))).all()
