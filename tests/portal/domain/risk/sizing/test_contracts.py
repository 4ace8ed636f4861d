"""Whole lots, buffers and hedges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.sizing.caps import Cap
from portal.domain.risk.sizing.contracts import whole_contracts
from portal.domain.risk.sizing.hedge import hedge_contracts, hedge_from_pnl, hedge_ratio
from portal.domain.risk.sizing.volatility_target import target_contracts

TARGET = {"price": 71.4, "annual_volatility": 0.35, "multiplier": 1000.0}


@given(st.floats(-1e6, 1e6), st.integers(-1000, 1000), st.floats(0.0, 1.0), st.floats(0.0, 1e6))
def test_lots_are_whole_never_more_than_wanted_nor_allowed(exact, current, buffer, most):
    found = whole_contracts(exact, current=current, buffer=buffer, caps=[Cap("VaR", most)])
    assert abs(found.whole) <= min(abs(exact), most) + 1e-8
    assert found.whole * exact >= 0.0
    assert found.trade == (found.whole - current if found.trade_needed else 0)
    if abs(current) > most:
        assert found.trade_needed


@pytest.mark.parametrize(
    ("exact", "current", "buffer", "trade"),
    [
        (9.6, 9, 0.1, 0),
        (9.6, 8, 0.1, 1),
        (9.6, 9, 0.0, 0),
        (9.6, 11, 0.1, -2),
        (0.4, 0, 0.1, 0),
        (-9.6, 0, 0.1, -9),
    ],
)
def test_buffers(exact, current, buffer, trade):
    assert whole_contracts(exact, current=current, buffer=buffer).trade == trade


def test_rounding_does_not_lose_a_whole_lot():
    assert whole_contracts(0.1 * 3 / 0.1).whole == 3
    assert whole_contracts(-(1.1 - 0.1) * 3).whole == -3


def test_words():
    assert whole_contracts(9.6, current=9, buffer=0.1).sentence.startswith("Keep 9 contracts: close enough")
    assert "VaR 99 % allows 4" in whole_contracts(9.6, caps=[Cap("VaR 99 %", 4.0)]).sentence


def test_the_volatility_of_the_lots_is_the_target():
    found = target_contracts(2e6, 0.12, **TARGET)
    assert found.contracts.exact * found.contract_volatility == pytest.approx(2e6 * 0.12)
    assert found.daily_cash_volatility * math.sqrt(252) == pytest.approx(2e6 * 0.12)
    short = target_contracts(2e6, 0.12, direction=-1, caps=[Cap("Lots", 5.0)], **TARGET)
    assert (short.contracts.whole, short.contracts.binding) == (-5, "Lots")
    below_zero = target_contracts(2e6, 0.12, **{**TARGET, "price": -71.4})
    assert below_zero.contracts.whole == 9


def test_a_hedge_by_series_is_the_one_by_moments():
    rng = np.random.default_rng(3)
    futures = rng.normal(0.0, 2.0, 500)
    spot = 0.8 * futures + rng.normal(0.0, 0.5, 500)
    correlation = float(np.corrcoef(spot, futures)[0, 1])
    ratio = hedge_ratio(float(spot.std(ddof=1)), float(futures.std(ddof=1)), correlation)
    found = hedge_from_pnl(1000.0 * spot, futures)
    assert found.lots[0] == pytest.approx(-1000.0 * ratio.ratio)
    assert 1.0 - (found.volatility_exact / found.volatility_before) ** 2 == pytest.approx(ratio.effectiveness)
    assert found.effectiveness <= ratio.effectiveness + 1e-12


def test_two_instruments_hedge_better_than_one_and_copies_are_no_trouble():
    rng = np.random.default_rng(4)
    units = rng.normal(size=(300, 2))
    pnl = units @ [40.0, -25.0] + rng.normal(size=300)
    both, one = hedge_from_pnl(pnl, units), hedge_from_pnl(pnl, units[:, 0])
    assert both.whole.tolist() == [-40, 25]
    assert both.effectiveness > one.effectiveness
    copies = hedge_from_pnl(pnl, np.column_stack([units[:, 0], units[:, 0]]))
    assert copies.lots == pytest.approx(np.full(2, one.lots[0] / 2.0))
    capped = hedge_from_pnl(pnl, units, caps=[Cap("Lots", 10.5), None])
    assert capped.whole.tolist() == [-10, 25]


def test_a_book_without_risk_needs_no_hedge():
    found = hedge_from_pnl(np.zeros(10), np.random.default_rng(0).normal(size=10))
    assert (found.whole.tolist(), found.effectiveness, found.volatility_before) == ([0], 0.0, 0.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: whole_contracts(1.0, buffer=-0.1), BadParameter, "buffer must be 0 or more"),
        (lambda: whole_contracts(math.inf), BadParameter, "finite number"),
        (lambda: target_contracts(0.0, 0.1, **TARGET), BadParameter, "capital must be above 0"),
        (lambda: target_contracts(1.0, 0.1, **{**TARGET, "price": 0.0}), BadParameter, "size of the price"),
        (
            lambda: target_contracts(1.0, 0.1, direction=0, **TARGET),
            BadParameter,
            "1 for long or -1 for short",
        ),
        (lambda: hedge_ratio(1.0, 0.0, 0.5), BadParameter, "that of the instrument above 0"),
        (lambda: hedge_ratio(1.0, 1.0, 1.5), BadParameter, "between -1 and 1"),
        (lambda: hedge_contracts(1.0, 1.0, 0.0), BadParameter, "contract size must be above 0"),
        (lambda: hedge_from_pnl(np.ones(5), np.ones(4)), LengthMismatch, "P&L of 5 scenarios"),
        (lambda: hedge_from_pnl(np.ones(2), np.ones(2)), InsufficientHistory, "at least 3"),
        (lambda: hedge_from_pnl([1, 2, math.nan, 4], np.ones(4)), SeriesHasNaN, "observation 3"),
        (lambda: hedge_from_pnl(np.ones(4), [1, 2, 3, math.inf]), SeriesHasNaN, "instrument 1"),
    ],
)
def test_refusals_are_sentences(call, error, words):
    with pytest.raises(error, match=words):
        call()
