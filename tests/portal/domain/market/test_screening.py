"""Spikes are judged by the steps of their own year."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.market.quality import find_spikes
from portal.domain.market.screening import STRETCH, screen_spikes

NOISE = np.random.default_rng(12).normal(0.0, 0.01, 1000)
PRICES = 50.0 * np.exp(np.cumsum(NOISE))


def with_price(at: int, factor: float) -> np.ndarray:
    prices = PRICES.copy()
    prices[at] *= factor
    return prices


def test_calm_series_has_none():
    assert screen_spikes(PRICES) == ()


@pytest.mark.parametrize("at", [30, 500, 999 - STRETCH, 1000 - STRETCH, 998])
def test_bad_tick_is_found_once_with_its_neighbours(at):
    (spike,) = screen_spikes(with_price(at, 1.5))
    assert spike.position == at
    assert (spike.before, spike.after) == (PRICES[at - 1], PRICES[at + 1])
    assert spike.price == pytest.approx(1.5 * PRICES[at])
    assert spike.relative


def test_a_way_back_makes_it_a_bad_tick_and_a_stay_a_new_level():
    (tick,) = screen_spikes(with_price(500, 1.5))
    assert tick.reverted
    level = PRICES.copy()
    level[500:] *= 1.5
    (step,) = screen_spikes(level)
    assert not step.reverted


def test_newest_price_has_nothing_after_it():
    (spike,) = screen_spikes(with_price(999, 1.5))
    assert spike.after is None


def test_a_wild_year_does_not_hide_the_spike_of_a_calm_one():
    prices = np.concatenate(
        [50.0 * np.exp(np.cumsum(NOISE[:STRETCH] * 20)), [0.0] * 0, PRICES[: 2 * STRETCH]]
    )
    prices = np.concatenate([prices[:STRETCH], prices[STRETCH:] * prices[STRETCH - 1] / PRICES[0]])
    prices[2 * STRETCH + 40] *= 1.12
    assert 2 * STRETCH + 40 in [spike.position for spike in screen_spikes(prices)]
    assert 2 * STRETCH + 40 not in [spike.position for spike in find_spikes(np.log(prices))]


def test_prices_below_zero_are_judged_in_their_unit():
    levels = np.cumsum(NOISE * 100)
    levels[300] += 60.0
    (spike,) = screen_spikes(levels)
    assert (spike.position, spike.relative) == (300, False)


def test_standing_series_that_jumps_once_is_found():
    prices = np.full(300, 20.0)
    prices[200] = 26.0
    assert [spike.position for spike in screen_spikes(prices)] == [200]


@pytest.mark.parametrize("n", [0, 1, 2, 15])
def test_too_short_has_none(n):
    assert screen_spikes(np.full(n, 5.0)) == ()


def test_threshold_must_be_positive():
    with pytest.raises(BadParameter):
        screen_spikes(PRICES, threshold=-1.0)
