"""The sensitivity view against the formulas of Black-76 and the reference waterfall of a listed book."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from portal.domain.portfolio.explain import Line, State, explain
from portal.domain.portfolio.explain_price import price_cells
from portal.domain.portfolio.explain_terms import Sensitivities, Term, sensitivities, unexplained_share
from portal.domain.portfolio.options.european import black76
from portal.domain.portfolio.taylor import taylor_terms
from portal.domain.portfolio.trade import Kind
from tests.portal.domain.portfolio import explain_cases as cases

START = date(2026, 3, 17)
SIZE = 12
MONTH = 8  # September 2026


@dataclass
class Legs:
    """Sensitivities by leg."""

    trade: np.ndarray
    curve: np.ndarray
    month: np.ndarray
    delta: np.ndarray
    gamma: np.ndarray


@dataclass
class Greeks:
    """A valuation with its theta."""

    total: np.ndarray
    to_eur: np.ndarray
    theta: np.ndarray


def options():
    """Options of September 2026 on the curve in euro, paid at expiry."""
    book = cases.book(11, SIZE, until=START)
    first = cases.MONTHS[MONTH].astype("datetime64[D]")
    return replace(
        book,
        kind=np.full(SIZE, Kind.OPTION, np.int8),
        curve=np.ones(SIZE, dtype=np.int64),
        strike=np.linspace(34.0, 48.0, SIZE),
        delivery_start=np.full(SIZE, first),
        delivery_end=np.full(SIZE, cases.MONTHS[MONTH + 1].astype("datetime64[D]")),
        expiry=np.full(SIZE, first - 3),
        pay_days=np.zeros(SIZE, dtype=np.int64),
    )


def near(market, other, share):
    """The market with ``share`` of the way to the other, on the day of the other."""
    vols = {
        key: replace(one, vol=one.vol + share * (other.vols[key].vol - one.vol))
        for key, one in market.vols.items()
    }
    rates = {
        key: replace(one, rate=one.rate + share * (other.rates[key].rate - one.rate))
        for key, one in market.rates.items()
    }
    price = market.marks.price + share * (other.marks.price - market.marks.price)
    return replace(other, marks=replace(other.marks, price=price), vols=vols, rates=rates, fx=market.fx)


def read(book, market):
    """Price, volatility, time and rate of each option."""
    n = np.ones(SIZE)
    days = (book.expiry - np.datetime64(market.as_of)).astype(float)
    return {
        "price": n * market.marks.price[0, MONTH],
        "vol": n * market.vols[1].vol[MONTH, 0],
        "time": days / 365,
        "rate": n * market.rates["EUR"].rate[0],
    }


@pytest.fixture(scope="module")
def explained():
    book = options()
    first, last = cases.market(START, 1), cases.market(cases.days_after(START, 1), 2)
    last = near(first, last, 0.1)
    start, end = (State(book, market, cases.value(book, market)) for market in (first, last))
    now = read(book, first)
    g = black76(now["price"], book.strike, now["time"], now["vol"], now["rate"], book.is_call)
    scale = book.side * book.quantity
    legs = Legs(np.arange(SIZE), np.zeros(SIZE, int), np.full(SIZE, MONTH), scale * g.delta, scale * g.gamma)
    greeks = Greeks(start.valuation.total, start.valuation.to_eur, scale * g.theta)
    found = explain(start, end, cases.price)
    cells = price_cells(found, legs, greeks.to_eur, first, last)
    scaled = replace(
        g,
        **{
            name: scale * getattr(g, name)
            for name in ("delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
        },
    )
    expected = taylor_terms(scaled, now, read(book, last)).terms
    return found, sensitivities(found, cells, start, end, greeks, cases.price), expected


@pytest.mark.parametrize("name", ["delta", "gamma", "vega", "vanna", "volga", "theta", "rho"])
def test_the_terms_are_those_of_the_closed_form(explained, name):
    _, terms, expected = explained
    near = {"vanna": 2e-3, "volga": 2e-3, "vega": 1e-4}.get(name, 1e-6)
    scale = np.abs(expected[name]).max()
    np.testing.assert_allclose(terms.terms[Term[name.upper()]], expected[name], rtol=near, atol=near * scale)


def test_a_flat_smile_and_one_price_leave_no_smile_and_no_cross_gamma(explained):
    _, terms, _ = explained
    size = np.abs(terms.terms[[Term.DELTA, Term.GAMMA]]).max()
    assert np.abs(terms.terms[[Term.SMILE, Term.CROSS_GAMMA]]).max() < 1e-3 * size


def test_what_is_left_is_small_beside_the_lines(explained):
    found, terms, _ = explained
    np.testing.assert_allclose(terms.by_line.sum(axis=0) + terms.unexplained, found.total, rtol=1e-9)
    share = unexplained_share(float(terms.unexplained.sum()), found.lines.sum(axis=1))
    assert share is not None
    assert share < 0.02


def test_deals_and_fixings_are_carried_over():
    book = cases.book(3, 60, until=START)
    start = State(book, cases.market(START, 1), cases.value(book, cases.market(START, 1)))
    after = cases.later(book, 4)
    market = cases.market(cases.days_after(START, 16), 2)
    end = State(after, market, cases.value(after, market))
    found = explain(start, end, cases.price)
    none = np.zeros(0, dtype=np.int64)
    legs = Legs(none, none, none, np.zeros(0), np.zeros(0))
    cells = price_cells(found, legs, start.valuation.to_eur, start.market, market)
    greeks = Greeks(start.valuation.total, start.valuation.to_eur, np.zeros(60))
    terms: Sensitivities = sensitivities(found, cells, start, end, greeks, cases.price)
    for line in (Line.NEW, Line.AMENDED, Line.CANCELLED, Line.FIXING):
        np.testing.assert_array_equal(terms.by_line[line], found.lines[line])
    gone = found.pairs.at_end < 0
    np.testing.assert_allclose(terms.unexplained[gone], 0.0, atol=1e-6)


def test_a_share_of_nothing_is_none():
    assert unexplained_share(0.0, np.zeros(9)) is None
