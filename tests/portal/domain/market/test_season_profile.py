"""The seasonal profile on prices whose season the test made."""

import numpy as np
import pytest

from portal.domain.market.decomposition import DecompositionKind
from portal.domain.market.errors import InsufficientHistory, NonPositivePrices
from portal.domain.market.season_profile import Method, monthly_series, season_profile

DAYS = np.arange("2015-03-01", "2025-03-01", dtype="datetime64[D]")
MONTH = DAYS.astype("datetime64[M]").astype(int) % 12
WAVE = np.cos(2 * np.pi * (np.arange(12) - 0.5) / 12)
TREND = 30.0 + 0.002 * np.arange(len(DAYS))
FACTORS = 1.0 + 0.2 * WAVE


@pytest.mark.parametrize("method", list(Method))
def test_multiplicative_season_is_found_again(method):
    found = season_profile(DAYS, TREND * FACTORS[MONTH], DecompositionKind.MULTIPLICATIVE, method)
    assert found.figure == pytest.approx(FACTORS / FACTORS.mean(), abs=0.02)
    assert found.strength > 0.97
    assert (found.low <= found.figure + 1e-3).all()
    assert (found.high >= found.figure - 1e-3).all()


@pytest.mark.parametrize("method", list(Method))
def test_additive_season_of_prices_below_zero_is_found_again(method):
    found = season_profile(DAYS, -5.0 + 10.0 * WAVE[MONTH], "additive", method)
    assert found.figure == pytest.approx(10.0 * WAVE, abs=0.2)


def test_noise_has_little_season():
    noise = 50.0 + np.random.default_rng(6).normal(0.0, 5.0, len(DAYS))
    assert season_profile(DAYS, noise, "additive").strength < 0.5
    assert season_profile(DAYS, np.full(len(DAYS), 50.0), "additive").strength == 0.0


def test_parts_make_up_the_means_and_rows_are_years():
    found = season_profile(DAYS, TREND * FACTORS[MONTH], "multiplicative")
    known = np.isfinite(found.parts.trend)
    product = found.parts.trend * found.parts.seasonal * found.parts.remainder
    assert product[known] == pytest.approx(found.means[known])
    assert found.years.tolist() == list(range(2015, 2026))
    assert found.effects.shape == (11, 12)
    assert found.count.tolist() == np.isfinite(found.effects).sum(axis=0).tolist()


def test_only_the_newest_stretch_without_a_hole_counts():
    keep = DAYS.astype("datetime64[M]") != np.datetime64("2018-06")
    months, means = monthly_series(DAYS[keep], TREND[keep])
    assert months[0] == np.datetime64("2018-07")
    assert len(months) == len(means) == 80
    assert monthly_series(DAYS[:0], TREND[:0])[1].size == 0


def test_refusals():
    with pytest.raises(InsufficientHistory, match="24"):
        season_profile(DAYS[:700], TREND[:700], "additive")
    for method in Method:
        with pytest.raises(NonPositivePrices):
            season_profile(DAYS, TREND - 32.0, "multiplicative", method)
