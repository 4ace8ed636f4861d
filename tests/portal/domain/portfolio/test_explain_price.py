"""The price line by curve and month: exact for what is linear, with the rest where it is not."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from portal.domain.portfolio.explain import Line, State, explain
from portal.domain.portfolio.explain_price import price_cells
from portal.domain.portfolio.trade import Kind
from tests.portal.domain.portfolio import explain_cases as cases

START = date(2026, 3, 17)


@dataclass
class Legs:
    """Sensitivities by leg."""

    trade: np.ndarray
    curve: np.ndarray
    month: np.ndarray
    delta: np.ndarray
    gamma: np.ndarray


def futures(size: int = 6):
    """Futures of September 2026 with their legs."""
    book = cases.book(2, size, until=START)
    first = cases.MONTHS[8].astype("datetime64[D]")
    book = replace(
        book,
        kind=np.full(size, Kind.FUTURE, np.int8),
        delivery_start=np.full(size, first),
        delivery_end=np.full(size, cases.MONTHS[9].astype("datetime64[D]")),
        expiry=np.full(size, first - 3),
    )
    legs = Legs(np.arange(size), book.curve - 1, np.full(size, 8), book.side * book.quantity, np.zeros(size))
    return book, legs


def states(book, seeds=(1, 2)):
    """The book in two markets, a day apart."""
    markets = [cases.market(cases.days_after(START, day), seed) for day, seed in enumerate(seeds)]
    return [State(book, market, cases.value(book, market)) for market in markets]


def test_cells_and_rest_sum_to_the_price_line():
    book, legs = futures()
    start, end = states(book)
    found = explain(start, end, cases.price)
    cells = price_cells(found, legs, start.valuation.to_eur, start.market, end.market)
    summed = np.bincount(cells.row, weights=cells.delta + cells.gamma, minlength=6) + cells.rest
    np.testing.assert_allclose(summed, found.lines[Line.PRICE], rtol=1e-12)
    euro = book.curve == 1  # with an exchange rate that moves, a cross effect is left
    np.testing.assert_allclose(cells.rest[euro], 0.0, atol=1e-6)
    np.testing.assert_allclose(
        cells.delta, legs.delta * (cells.after - cells.before) * start.valuation.to_eur
    )


def test_a_trade_of_a_fixed_line_has_no_cells():
    book, legs = futures()
    start, end = states(book)
    gone = book.take(np.arange(6) > 0)
    found = explain(start, State(gone, end.market, cases.value(gone, end.market)), cases.price)
    cells = price_cells(found, legs, start.valuation.to_eur, start.market, end.market)
    assert 0 not in cells.row
    assert cells.rest[0] == 0.0
