"""GARCH by stretch of a curve: which factors share a fit, what a fit of one factor is, what happens without one."""

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.scenarios.filtered import Garch, filter_moves, scaled
from portal.domain.risk.scenarios.garch_buckets import bucket_volatility, buckets
from portal.domain.risk.scenarios.market_factors import market_factors
from tests.portal.domain.risk.scenarios.scenario_cases import price_factors, small_market


def clustered(n, k=1, *, seed=3):
    """Moves whose variance follows a GARCH(1,1)."""
    rng, out, variance = np.random.default_rng(seed), np.empty(n), 1.0
    for at in range(n):
        out[at] = np.sqrt(variance) * rng.standard_normal()
        variance = 0.05 + 0.12 * out[at] ** 2 + 0.83 * variance
    return out[:, None] * np.linspace(1.0, 0.5, k)


def test_stretches_of_a_curve_share_a_fit_and_all_else_is_alone():
    assert buckets(price_factors([1, 2], 14)).tolist() == [
        *[0] * 3, *[1] * 9, *[2] * 2, *[3] * 3, *[4] * 9, *[5] * 2,
    ]  # fmt: skip
    found = buckets(market_factors(small_market()))
    assert found.tolist() == [0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8]


def test_a_stretch_of_one_factor_is_filtered_as_that_factor():
    moves = clustered(400)
    found = bucket_volatility(price_factors([1], 1), moves, 1)
    ours, theirs = scaled(moves, found.volatility), filter_moves(moves, Garch())
    np.testing.assert_allclose(ours.ratios, theirs.ratios, rtol=2e-3)  # both climb to the same maximum
    assert found.facts == {"garch_fits": 1, "garch_fallen_back": 0}


def test_months_that_move_as_one_have_the_same_ratios():
    moves = clustered(400, 3)
    found = bucket_volatility(price_factors([1], 3), moves, 1)
    np.testing.assert_array_equal(found.volatility[:, 0], found.volatility[:, 2])
    one = bucket_volatility(price_factors([1], 1), moves[:, :1], 1)
    np.testing.assert_allclose(found.volatility[:, :1], one.volatility, rtol=1e-6)


def test_a_nervous_day_calms_down_over_the_horizon():
    moves = clustered(400)
    moves[-1] = 9.0
    far = bucket_volatility(price_factors([1], 1), moves, 20)
    assert 1.0 < far.horizon_growth[0] < np.sqrt(20.0)
    assert bucket_volatility(price_factors([1], 1), moves, 1).horizon_growth[0] == pytest.approx(1.0)


def test_a_factor_that_never_moves_keeps_still():
    moves = np.hstack([clustered(300), np.zeros((300, 1))])
    found = bucket_volatility(price_factors([1, 2], 1), moves, 5)
    np.testing.assert_array_equal(found.volatility[:, 1], 1.0)
    assert not scaled(moves, found.volatility).moves[:, 1].any()


def test_a_series_without_a_maximum_has_an_ewma_volatility_and_is_said():
    swelling = np.exp(np.linspace(0.0, 60.0, 300))  # no stationary model has that
    moves = (np.random.default_rng(0).standard_normal(300) * swelling)[:, None]
    found = bucket_volatility(price_factors([1], 1), moves, 1)
    assert found.facts["garch_fallen_back"] == 1
    assert "No GARCH model could be fitted to 1 of them, which have an EWMA volatility: C1 +1." in found.notes
    unit = moves / np.sqrt(np.mean(moves**2))
    after = 0.94 * found.volatility[:-1] ** 2 + 0.06 * unit**2
    np.testing.assert_allclose(found.volatility[1:] ** 2, after, rtol=1e-9)


def test_too_few_days_are_refused():
    with pytest.raises(InsufficientHistory, match="at least 100 days of history, but there are 99"):
        bucket_volatility(price_factors([1], 1), clustered(99), 1)
