"""Storage and swing in many scenarios: the totals of as many valuations, whatever was decided, lacking or cancelled."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.domain.market.errors import LengthMismatch
from portal.domain.portfolio.flexible_scenarios import flexible_scenarios
from portal.domain.portfolio.trade import Event, Kind
from portal.domain.portfolio.valuation import value_book
from tests.helpers.books import book_of, flat_rates, market_of, terms_of

DAY = date(2026, 10, 15)
CURVES = terms_of({}, {"currency": "GBP", "money": 0.01})
OCT_DEC = {"delivery_start": date(2026, 10, 1), "delivery_end": date(2027, 1, 1)}
STORAGE = {
    "capacity": 100.0, "injection_rate": 50.0, "withdrawal_rate": 50.0, "injection_cost": 0.1, "withdrawal_cost": 0.1,
    "injection_loss": 0.01, "start_volume": 80.0, "end_volume": 0.0, "kappa": 2.0, "sigma": 0.6,
}  # fmt: skip
SWING = {"rights": 2, "min_rights": 1, "cooldown": 0, "kappa": 2.0, "sigma": 0.6}
STORE = {"kind": Kind.STORAGE, "details": STORAGE, "premium": 10.0, "quantity": 2.0, **OCT_DEC}
RIGHT = {
    "kind": Kind.SWING, "details": SWING, "premium": 0.5, "strike": 30.0, "is_call": True, "quantity": 20.0, **OCT_DEC,
}  # fmt: skip


def _market():
    prices = [[30.0, 32.0, 34.0], [80.0, 82.0, np.nan]]
    fixings = {(0, 0): (11 * 29.0, 11)}
    return market_of(DAY, CURVES, "2026-10", prices, fixings=fixings, rates=flat_rates(0.03, DAY))


def _alone(book, market, prices):
    rows = [replace(market, marks=replace(market.marks, price=one)) for one in prices]
    return np.array([value_book(book, one, greeks=False).total for one in rows])


def test_they_are_the_totals_of_as_many_valuations():
    nominated = {**STORE, "details": {**STORAGE, "nominated": {"2026-10": 50.0}}, "side": -1.0}
    used = {**RIGHT, "details": {**SWING, "exercised": {"2026-10": 1.0}}}
    all_used = {**RIGHT, "details": {**SWING, "rights": 1, "exercised": {"2026-10": 1.0}}}
    pence = {**RIGHT, "curve": 2, "delivery_end": date(2026, 12, 1)}
    book = book_of(
        {"quantity": 10.0, "price": 29.0},
        STORE,
        nominated,
        RIGHT,
        used,
        all_used,
        {**RIGHT, "is_call": False},
        pence,
    )
    market, rng = _market(), np.random.default_rng(1)
    prices = market.marks.price * np.exp(0.1 * rng.standard_normal((7, *market.marks.price.shape)))
    trades, found = flexible_scenarios(book, market, prices)
    assert trades.tolist() == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_allclose(found, _alone(book, market, prices)[:, trades], rtol=1e-12)
    assert np.ptp(found, axis=0).min() > 0.0


def test_what_has_no_value_has_none_in_any_scenario_and_leaves_the_others_alone():
    book = book_of(
        {**STORE, "event": list(Event).index(Event.CANCELLED)},
        {**STORE, "curve": 2},  # December was never quoted
        {**STORE, "details": {"capacity": 10.0}},
        {**RIGHT, "details": {**SWING, "exercised": [1.0]}},
        STORE,
    )
    market = _market()
    prices = np.repeat(market.marks.price[None], 2, axis=0)
    prices[1, 0, 1] = -3.0
    _, found = flexible_scenarios(book, market, prices)
    assert found[:, 0].tolist() == [0.0, 0.0]
    assert np.isnan(found[:, 1:4]).all()
    assert found[0, 4] == pytest.approx(value_book(book, market).total[4], rel=1e-12)
    assert np.isnan(found[1, 4])  # a lognormal price cannot be negative


def test_a_book_without_such_trades_and_prices_of_another_shape():
    book, market = book_of({"quantity": 10.0, "price": 29.0}), _market()
    trades, found = flexible_scenarios(book, market, market.marks.price[None])
    assert len(trades) == 0
    assert found.shape == (1, 0)
    with pytest.raises(LengthMismatch, match="market's 2 curves and 3 months"):
        flexible_scenarios(book, market, market.marks.price)
