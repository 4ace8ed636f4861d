"""Exposures: exact for what is linear, the slope of everything else, and nothing for what has no value."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.portfolio.trade import LINEAR, Kind, VolModel
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk.revaluation.exposures import exposures
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.scenarios.factors import FactorKind
from portal.domain.risk.scenarios.market_moves import moved_market
from tests.helpers.books import book_of
from tests.portal.domain.risk.revaluation import revaluation_cases as cases

STRAIGHT = tuple(kind for kind in Kind if kind in LINEAR)


def test_linear_books_are_exact_in_prices_and_exchange_rates():
    market = cases.market()
    factors = cases.factors(market)
    moves = cases.moves(factors, 20)
    moves[:, factors.of_kind(FactorKind.RATE)] = 0.0
    book = cases.book(2, 60, STRAIGHT)
    valuation = value_book(book, market)
    outcome = revalue(book, market, valuation, factors, moves)
    assert outcome.rest.shape == (0, 20)
    assert len(outcome.trade_id) == len(book)
    direct = np.array(
        [
            value_book(book, moved_market(market, factors, move)).total_eur - valuation.total_eur
            for move in moves
        ]
    )
    found = outcome.trade_pnl(np.arange(len(book)))
    assert np.abs(found - direct).max() < 1e-9 * np.abs(direct).max()


def test_rates_are_first_order_for_linear_books():
    market = cases.market()
    factors = cases.factors(market)
    book = cases.book(3, 40, STRAIGHT)
    valuation = value_book(book, market)
    move = np.zeros(len(factors))
    move[factors.of_kind(FactorKind.RATE)] = 1e-4  # a basis point
    outcome = revalue(book, market, valuation, factors, move[None, :])
    direct = value_book(book, moved_market(market, factors, move)).total_eur - valuation.total_eur
    found = outcome.trade_pnl(np.arange(len(book)))[0]
    np.testing.assert_allclose(found, direct, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("kind", list(FactorKind))
def test_exposures_are_the_slope_of_the_value(kind):
    # a smile, or a volatility turned into that of another model, moves with the price: the rest has what delta lacks
    market = cases.market(smile=0.0, normal_power=False)
    factors = cases.factors(market)
    book = cases.book(4, 15, vol_model=VolModel.BLACK76, shift=0.0)
    valuation = value_book(book, market)
    found = exposures(book, market, valuation, factors)
    columns = factors.of_kind(kind)
    step = 1e-5 * np.where(kind == FactorKind.PRICE, np.abs(factors.level), 1.0)
    two_currencies = (book.kind == Kind.SPREAD_OPTION) & (book.curve2 >= cases.OIL)
    for at in columns[:: 4 if kind == FactorKind.PRICE else 1].tolist():
        move = np.zeros(len(factors))
        move[at] = step[at]
        up, down = (
            value_book(book, moved_market(market, factors, sign * move), greeks=False).total_eur
            for sign in (1.0, -1.0)
        )
        slope = (up - down) / (2.0 * step[at])
        mine = np.zeros(len(book))
        own = found.column == at
        mine[found.row[own]] = found.exposure[own]
        flexible = (book.kind == Kind.STORAGE) | (book.kind == Kind.SWING)
        looked = ~(two_currencies & (kind == FactorKind.FX)) & ~flexible
        room = 2e-3 * np.abs(slope) + 1e-6 * np.abs(slope).max() + 1e-5
        wrong = looked & (np.abs(mine - slope) > room)
        assert not wrong.any(), (factors.label[at], mine[wrong], slope[wrong], book.kind[wrong])


def test_each_pair_of_trade_and_factor_is_there_once():
    market = cases.market()
    factors = cases.factors(market)  # twelve months: longer deliveries meet on the twelfth
    book = cases.book(5, 30)
    found = exposures(book, market, value_book(book, market), factors)
    keys = found.row * len(factors) + found.column
    assert (np.diff(keys) > 0).all()
    assert np.isfinite(found.exposure).all()
    assert (found.exposure != 0.0).all()


def test_a_delivery_under_way_moves_with_the_first_month_ahead():
    market = cases.market()
    factors = cases.factors(market)
    book = book_of({"price": 30.0, "delivery_start": cases._month(1), "delivery_end": cases._month(2)})
    found = exposures(book, market, value_book(book, market), factors)
    price = found.column[factors.kind[found.column] == FactorKind.PRICE]
    assert [factors.label[at] for at in price.tolist()] == ["C1 +1"]
    assert found.exposure[0] == pytest.approx(0.5, rel=0.01)  # half of September is fixed


def test_trades_without_a_value_have_no_exposure():
    market = cases.market()
    factors = cases.factors(market)
    book = book_of({"price": 30.0}, {"price": 60.0, "curve": cases.OIL})
    blind = replace(market, fx={"EUR": 1.0, "GBP": 1.2})
    found = exposures(book, blind, value_book(book, blind), factors)
    assert set(found.row.tolist()) == {0}


def test_an_empty_book_has_none():
    market = cases.market()
    factors = cases.factors(market)
    book = cases.book(1, 1).take(np.zeros(0, np.int64))
    assert len(exposures(book, market, value_book(book, market), factors)) == 0
    outcome = revalue(book, market, value_book(book, market), factors, cases.moves(factors, 3))
    assert outcome.by_group(np.zeros(0, np.int64), 1).shape == (3, 1)
