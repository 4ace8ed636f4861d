"""Decompositions: recovery of made-up parts, laws, and refusals. Published figures are among the reference cases."""

import numpy as np
import pytest

from portal.domain.market.decomposition import DecompositionKind, decompose_classically, decompose_stl
from portal.domain.market.errors import BadParameter, InsufficientHistory, NonPositivePrices, SeriesHasNaN

SEASON = np.array([3.0, -1.0, 0.5, -2.5])
TREND = 50.0 + 0.25 * np.arange(40)
ADDED = TREND + np.tile(SEASON, 10)


@pytest.mark.parametrize("period", [4, 5])
def test_a_straight_line_and_a_fixed_season_come_back(period):
    season = np.arange(period) - (period - 1) / 2.0
    parts = decompose_classically(TREND + np.resize(season, 40), period)
    half = period // 2
    assert parts.figure == pytest.approx(season)
    assert parts.trend[half:-half] == pytest.approx(TREND[half:-half])
    assert np.isnan(parts.trend[:half]).all()
    assert np.nanmax(np.abs(parts.remainder)) < 1e-10


def test_multiplicative_factors_come_back_with_mean_one():
    factors = np.array([1.2, 0.9, 1.1, 0.8])
    parts = decompose_classically(80.0 * np.tile(factors, 6), 4, "multiplicative")
    assert parts.kind is DecompositionKind.MULTIPLICATIVE
    assert parts.figure == pytest.approx(factors)
    assert parts.figure.mean() == pytest.approx(1.0)


def test_parts_make_up_the_series():
    y = 100.0 + np.random.default_rng(2).normal(size=60)
    for kind, join in (("additive", np.add), ("multiplicative", np.multiply)):
        parts = decompose_classically(y, 12, kind)
        whole = join(join(parts.trend, parts.seasonal), parts.remainder)
        assert whole[6:-6] == pytest.approx(y[6:-6])


def test_scaling_and_shift():
    y = 100.0 + np.random.default_rng(2).normal(size=60)
    base = decompose_classically(y, 12).figure
    assert decompose_classically(3.0 * y - 1_000.0, 12).figure == pytest.approx(3.0 * base, abs=1e-9)
    assert decompose_classically(3.0 * y, 12, "multiplicative").figure == pytest.approx(
        decompose_classically(y, 12, "multiplicative").figure
    )


def test_stl_is_periodic_and_adds_up():
    y = ADDED + np.random.default_rng(4).normal(scale=0.1, size=40)
    parts = decompose_stl(y, 4)
    assert parts.seasonal[:4] == pytest.approx(parts.seasonal[-4:])
    assert parts.figure == pytest.approx(SEASON, abs=0.15)
    assert parts.trend + parts.seasonal + parts.remainder == pytest.approx(y)
    assert np.all(parts.weights == 1.0)


def test_robust_stl_ignores_a_bad_tick():
    y = np.resize(ADDED, 40) + np.random.default_rng(4).normal(scale=0.05, size=40)
    y[17] += 60.0
    plain, robust = decompose_stl(y, 4), decompose_stl(y, 4, robust=True)
    assert np.abs(robust.figure - SEASON).max() < 0.2 < np.abs(plain.figure - SEASON).max()
    assert robust.weights[17] == 0.0


def test_stl_with_a_moving_season():
    moving = TREND + np.tile(SEASON, 10) * np.linspace(1.0, 3.0, 40)
    parts = decompose_stl(moving, 4, seasonal_window=7)
    assert np.ptp(parts.seasonal[-4:]) > 1.5 * np.ptp(parts.seasonal[:4])


def test_refusals():
    with pytest.raises(
        InsufficientHistory, match="classical decomposition with a cycle of 12 needs at least 24"
    ):
        decompose_classically(np.ones(23), 12)
    with pytest.raises(InsufficientHistory, match="STL with a cycle of 12"):
        decompose_stl(np.ones(23), 12)
    with pytest.raises(NonPositivePrices, match=r"observation 3 is -36.98.*Use the additive one"):
        decompose_classically([1.0, 2.0, -36.98, 4.0], 2, "multiplicative")
    with pytest.raises(BadParameter, match="at least 2 observations, not 1"):
        decompose_classically(ADDED, 1)
    with pytest.raises(BadParameter, match="must be odd and at least 3, not 8"):
        decompose_stl(ADDED, 4, seasonal_window=8)
    with pytest.raises(SeriesHasNaN):
        decompose_stl([*ADDED, np.nan], 4)
