"""Prices below zero: what has no percentage, and shifted logarithms."""

import numpy as np
import pytest

from portal.domain.market.errors import NonPositivePrices
from portal.domain.market.shifted_returns import shifted_log_returns, shifted_moves, undefined_returns


def test_steps_from_and_to_prices_at_or_below_zero_are_listed_with_what_a_percentage_would_read():
    first, second, third = undefined_returns([18.31, -36.98, np.nan, 8.91, 0.0, 5.0])[:3]
    assert (first.position, second.position, third.position) == (1, 3, 4)
    assert second.move == pytest.approx(45.89)
    assert second.percentage == pytest.approx(-1.24094104921577)
    assert undefined_returns([0.0, 5.0])[0].percentage is None
    assert undefined_returns([1.0, 2.0]) == ()


def test_a_shifted_logarithm_leads_back_to_the_move_at_the_same_price():
    prices = np.array([18.31, -36.98, 8.91])
    shocks = shifted_log_returns(prices, 40.0).values
    assert shifted_moves(shocks[:1], 18.31, 40.0) == pytest.approx([-55.29])


def test_a_shift_that_is_too_small_is_refused_with_the_price_itself():
    with pytest.raises(NonPositivePrices, match=r"observation 2 is -36.98, which a shift of 30") as caught:
        shifted_log_returns([18.31, -36.98, 8.91], 30.0)
    assert caught.value.subject["price"] == pytest.approx(-36.98)
    with pytest.raises(NonPositivePrices, match=r"Today's price is -36\.98"):
        shifted_moves([0.1], -36.98, 30.0)
