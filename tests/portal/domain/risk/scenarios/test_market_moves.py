"""Markets after a move, by hand and in batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.risk.scenarios.market_factors import market_factors
from portal.domain.risk.scenarios.market_moves import moved_market, moved_markets, price_cells
from tests.portal.domain.risk.scenarios.scenario_cases import GAS, small_market

MARKET = small_market()
FACTORS = market_factors(MARKET)


def move_of(**moves):
    names = {label.replace(" ", "_").replace("+", ""): at for at, label in enumerate(FACTORS.label)}
    out = np.zeros(len(FACTORS))
    for name, value in moves.items():
        out[names[name]] = value
    return out


def test_each_part_of_the_market_moves_as_its_factor_says():
    moves = move_of(
        TTF_1=2.0,
        TTF_2=-3.0,
        BRENT_2=5.0,
        BRENT_3=1.0,
        TTF_volatility=0.5,
        EUR_per_USD=-0.1,
        USD_zero_rate=0.01,
    )
    found = moved_market(MARKET, FACTORS, moves)
    np.testing.assert_allclose(found.marks.price[0], [20.0, 23.0, 24.0, 20.0, 24.0, 25.0])  # the past stays
    np.testing.assert_allclose(found.marks.price[1], MARKET.marks.price[1])
    np.testing.assert_allclose(found.marks.price[2], [60.0, 66.0, 67.0, 68.0, 65.0, np.nan])
    np.testing.assert_allclose(found.vols[GAS].vol, MARKET.vols[GAS].vol * 1.5)
    assert found.fx == {"EUR": 1.0, "USD": pytest.approx(0.81)}
    np.testing.assert_allclose(found.rates["USD"].rate, [0.05])
    np.testing.assert_allclose(found.rates["EUR"].rate, [0.02, 0.03])
    assert found.fixings is MARKET.fixings
    assert found.correlations == MARKET.correlations
    assert found.as_of == MARKET.as_of


def test_no_move_changes_nothing():
    found = moved_market(MARKET, FACTORS, np.zeros(len(FACTORS)))
    np.testing.assert_array_equal(found.marks.price, MARKET.marks.price)
    assert found.fx == MARKET.fx
    np.testing.assert_array_equal(found.vols[GAS].vol, MARKET.vols[GAS].vol)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 5))
def test_a_batch_equals_its_markets_one_by_one(seed, count):
    moves = np.random.default_rng(seed).normal(0.0, 0.1, (count, len(FACTORS)))
    batch = moved_markets(MARKET, FACTORS, moves)
    assert batch.price.shape == (count, 3, 6)
    assert batch.currency == ("EUR", "USD")
    for at in range(count):
        one = moved_market(MARKET, FACTORS, moves[at])
        np.testing.assert_array_equal(batch.price[at], one.marks.price)
        np.testing.assert_array_equal(MARKET.vols[GAS].vol * batch.vol_factor[at, 0], one.vols[GAS].vol)
        assert [one.fx[name] for name in batch.currency] == batch.fx[at].tolist()
        for column, name in enumerate(batch.currency):
            np.testing.assert_array_equal(
                MARKET.rates[name].rate + batch.rate_shift[at, column], one.rates[name].rate
            )


def test_cells_without_a_factor_are_said():
    cells = price_cells(MARKET, market_factors(MARKET, curve_ids=[GAS]))
    assert cells.tolist() == [[-1, 0, 0, 1, 2, 3], [-1] * 6, [-1] * 6]


def test_moves_that_are_no_moves_are_refused_by_name():
    with pytest.raises(SeriesHasNaN, match=r"moves of BRENT \+2"):
        moved_market(MARKET, FACTORS, move_of(BRENT_2=np.nan))
    with pytest.raises(SeriesHasNaN, match="EUR per USD"):
        moved_market(MARKET, FACTORS, move_of(EUR_per_USD=np.inf))
    with pytest.raises(BadParameter, match="TTF volatility would fall by 100%"):
        moved_market(MARKET, FACTORS, move_of(TTF_volatility=-1.0))
    with pytest.raises(LengthMismatch, match="one column for each"):
        moved_markets(MARKET, FACTORS, np.zeros((2, 3)))
