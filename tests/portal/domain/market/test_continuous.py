"""Continuous futures: steps are those of the contract that was held."""

import numpy as np
import pytest

from portal.domain.market.continuous import splice
from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN

NAN = float("nan")


def test_two_rolls_keep_the_money_and_the_relative_returns():
    prices = np.array([[10.0, 11.0, NAN], [12.0, 14.0, NAN], [NAN, 15.0, 18.0], [NAN, NAN, 17.0]])
    found = splice(prices, [0, 0, 1, 2])
    assert found.rolls.tolist() == [1, 2]
    assert found.gaps.tolist() == [2.0, 3.0]
    assert found.pnl.tolist() == [2.0, 1.0, -1.0]
    assert found.false_steps.tolist() == [3.0, 2.0]
    assert found.ratio_adjusted is not None
    np.testing.assert_allclose(
        found.ratio_adjusted[1:] / found.ratio_adjusted[:-1], [12 / 10, 15 / 14, 17 / 18], rtol=1e-14
    )


def test_without_a_roll_all_series_are_the_prices():
    found = splice([[1.0], [2.0]], [0, 0])
    assert found.unadjusted.tolist() == found.difference_adjusted.tolist() == [1.0, 2.0]
    assert found.rolls.size == 0


def test_ratios_do_not_exist_below_zero_but_differences_do():
    found = splice([[-5.0, 1.0], [2.0, 3.0]], [0, 1])
    assert found.ratio_adjusted is None
    assert found.pnl.tolist() == [2.0]


@pytest.mark.parametrize(
    ("prices", "held", "error"),
    [
        ([[1.0, NAN], [2.0, 3.0]], [0, 1], SeriesHasNaN),
        ([[1.0, 2.0], [2.0, 3.0]], [0, 2], BadParameter),
        ([[1.0, 2.0], [2.0, 3.0]], [0], LengthMismatch),
    ],
    ids=["no price on the day of the roll", "no such contract", "lengths"],
)
def test_what_cannot_be_spliced_is_refused(prices, held, error):
    with pytest.raises(error):
        splice(prices, held)
