"""Seasonal adjustment of many series against the decomposition of one."""

import numpy as np
import pytest

from portal.domain.forecast.seasonal_adjustment import adjust, is_seasonal
from portal.domain.market.decomposition import decompose_classically
from portal.domain.market.errors import InsufficientHistory


def _series(n=131, period=7):
    rng = np.random.default_rng(3)
    season = np.tile(5.0 * np.sin(2.0 * np.pi * np.arange(period) / period), n // period + 1)[:n]
    return 60.0 + np.cumsum(0.3 * rng.standard_normal((3, n)), axis=1) + season


@pytest.mark.parametrize("period", [7, 12])
@pytest.mark.parametrize("additive", [True, False])
def test_effects_are_those_of_the_classical_decomposition(period, additive):
    y = _series(period=period)
    found = adjust(y, period, np.ones(3, bool), additive=additive)
    for row, series in enumerate(y):
        parts = decompose_classically(series, period, "additive" if additive else "multiplicative")
        expected = series - parts.seasonal if additive else series / parts.seasonal
        np.testing.assert_allclose(found.y[row], expected, rtol=1e-12)
        np.testing.assert_allclose(
            found.season[row], np.roll(parts.figure, -(len(series) % period)), rtol=1e-12
        )


def test_one_series_below_zero_adds_while_the_others_multiply():
    y = _series()
    y[1] -= 70.0
    assert adjust(y, 7).multiplicative.tolist() == [True, False, True]


def test_a_season_is_found_where_there_is_one():
    rng = np.random.default_rng(9)
    y = np.vstack([_series()[0], rng.standard_normal(131)])
    assert is_seasonal(y, 7).tolist() == [True, False]
    assert not is_seasonal(y[:, :14], 7).any()  # two seasons are not enough to tell
    assert not is_seasonal(y, 1).any()


def test_what_has_no_season_stays_as_it_is():
    y = np.random.default_rng(9).standard_normal((2, 100))
    found = adjust(y, 7)
    np.testing.assert_array_equal(found.y, y)
    mean, sd = found.put_back(np.ones((2, 9)), np.ones((2, 9)))
    np.testing.assert_array_equal(mean, 1.0)
    np.testing.assert_array_equal(sd, 1.0)


def test_effects_are_put_back_where_they_belong():
    y = np.tile([1.0, 2.0, 3.0, 6.0], 10)[None] * 2.0
    found = adjust(y[:, :38], 4)
    mean, _ = found.put_back(np.full((1, 5), 6.0), np.ones((1, 5)))
    np.testing.assert_allclose(mean[0], [6.0, 12.0, 2.0, 4.0, 6.0], rtol=1e-12)


def test_an_effect_of_nothing_is_not_divided_by():
    """Hours that are almost zero in every season would be blown up; the series stays as it is."""
    y = np.tile([1e-6, 10.0, 12.0, 14.0], 12)[None]
    found = adjust(y, 4)
    assert not found.seasonal.any()
    np.testing.assert_array_equal(found.y, y)


def test_less_than_two_seasons_are_refused():
    with pytest.raises(InsufficientHistory, match="14 values, but there are 10"):
        adjust(_series()[:, :10], 7, np.ones(3, bool))
