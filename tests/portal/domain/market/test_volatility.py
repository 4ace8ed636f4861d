"""Realised and EWMA volatility, and the cone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, InsufficientHistory, NonPositivePrices, SeriesHasNaN
from portal.domain.market.returns import ReturnKind
from portal.domain.market.volatility import (
    ewma_seed,
    ewma_variance,
    price_volatility,
    realised_volatility,
    rolling_volatility,
    update_ewma_volatility,
    volatility_cone,
)

NOISE = np.random.default_rng(3).normal(0.0, 0.02, 600)


def test_hand_computed():
    assert realised_volatility([0.01, -0.01, 0.02], periods_per_year=1) == pytest.approx(np.sqrt(7e-4 / 3.0))
    assert realised_volatility([3.0, -4.0], periods_per_year=4, zero_mean=True) == pytest.approx(
        np.sqrt(50.0)
    )


def test_scaling_and_shift():
    base = realised_volatility(NOISE)
    assert realised_volatility(3.0 * NOISE + 0.5) == pytest.approx(3.0 * base)
    assert realised_volatility(NOISE, periods_per_year=63) == pytest.approx(base / 2.0)


def test_rolling_equals_the_plain_calculation():
    rolled = rolling_volatility(NOISE, 21)
    assert np.isnan(rolled[:20]).all()
    assert rolled[20:] == pytest.approx([realised_volatility(NOISE[i - 20 : i + 1]) for i in range(20, 600)])
    assert np.isnan(rolling_volatility(NOISE[:5], 21)).all()


def test_prices_choose_the_kind_by_sign():
    negative = price_volatility([18.31, -36.98, 8.91, 13.0])
    assert negative.kind is ReturnKind.ABSOLUTE
    assert not negative.relative
    assert negative.value == pytest.approx(np.std([-55.29, 45.89, 4.09], ddof=1) * np.sqrt(252))
    assert price_volatility([10.0, 11.0, 10.0, 12.0], window=2).n == 2
    with pytest.raises(NonPositivePrices):
        price_volatility([18.31, -36.98, 8.91], kind="log")


def test_refusals():
    with pytest.raises(InsufficientHistory, match="needs at least 2 observations, but there are 1"):
        realised_volatility([0.1])
    with pytest.raises(SeriesHasNaN, match="observation 2"):
        realised_volatility([0.1, np.nan, 0.2])
    with pytest.raises(BadParameter):
        rolling_volatility(NOISE, 1)
    with pytest.raises(BadParameter):
        realised_volatility(NOISE, periods_per_year=0.0)
    with pytest.raises(InsufficientHistory):
        price_volatility([1.0, 2.0, 3.0], window=20)


def test_ewma_by_hand():
    path = ewma_variance([0.02, 0.0], initial_variance=0.0001, lam=0.9)
    assert path == pytest.approx([0.0001, 0.00013, 0.000117])
    assert update_ewma_volatility(0.01, 0.02, 0.9) == pytest.approx(np.sqrt(0.00013))
    assert ewma_seed([0.1, -0.3, 9.0], n=2) == pytest.approx(0.05)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1e-2))
def test_ewma_stays_within_what_it_has_seen(lam, seed):
    path = ewma_variance(NOISE[:50], initial_variance=seed, lam=lam)
    assert path.max() <= max(seed, (NOISE[:50] ** 2).max()) * (1 + 1e-12)
    assert path.min() >= 0.0


def test_ewma_refusals():
    with pytest.raises(BadParameter, match="between 0 and 1"):
        ewma_variance(NOISE, initial_variance=1.0, lam=1.1)
    with pytest.raises(BadParameter, match="starting variance"):
        ewma_variance(NOISE, initial_variance=-1.0)
    with pytest.raises(InsufficientHistory):
        ewma_seed([])


def test_cone_rows_are_ordered_and_end_today():
    cone = volatility_cone(NOISE)
    assert cone.horizons == (10, 21, 42, 63, 126, 252)
    assert np.all(np.diff(cone.table, axis=1) >= 0.0)
    assert cone.windows.tolist() == [600 - h + 1 for h in cone.horizons]
    assert cone.current[1] == pytest.approx(realised_volatility(NOISE[-21:]))
    assert np.all((cone.table[:, 0] <= cone.current) & (cone.current <= cone.table[:, -1]))


def test_cone_leaves_out_what_does_not_fit():
    assert volatility_cone(NOISE[:30]).horizons == (10, 21)
    with pytest.raises(InsufficientHistory, match="volatility cone"):
        volatility_cone(NOISE[:9])
