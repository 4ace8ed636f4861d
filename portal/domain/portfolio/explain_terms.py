"""The same change of value by the sensitivities of the start: what they explain, and what they leave.

API: ``sensitivities(...) -> Sensitivities``, ``Term``, ``unexplained_share``, ``THRESHOLD``.

Delta, gamma and theta are those of the valuation. What depends on a surface, a curve of rates or two prices at once is
differentiated along the move that happened: the value with two hundredths of the move, and with two hundredths of it
the other way, give its first and second order, whatever the shape of the move.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Protocol

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.explain import Explanation, Line, State, Valued
from portal.domain.portfolio.explain_price import PriceCells
from portal.domain.portfolio.market import Market, VolSurface, ZeroCurve
from portal.domain.portfolio.trade import Kind

STEP = 0.02  # of the move; small against it, large against rounding
DAYS_A_YEAR = 365.0
THRESHOLD = 0.10
"""Share from which on the sensitivities are said not to explain the day; a choice of this product, no regulation."""


class Term(IntEnum):
    """The terms of a second-order expansion around the start."""

    DELTA = 0
    GAMMA = 1
    CROSS_GAMMA = 2
    SMILE = 3
    VEGA = 4
    VANNA = 5
    VOLGA = 6
    THETA = 7
    RHO = 8
    FX = 9

    @property
    def label(self) -> str:
        """The term as people read it."""
        return LABELS[self]


LABELS = {
    Term.DELTA: "Delta",
    Term.GAMMA: "Gamma",
    Term.CROSS_GAMMA: "Cross gamma",
    Term.SMILE: "Along the smile",
    Term.VEGA: "Vega",
    Term.VANNA: "Vanna",
    Term.VOLGA: "Volga",
    Term.THETA: "Theta",
    Term.RHO: "Rho",
    Term.FX: "Exchange rate",
}
LINE_OF_TERM = {
    Term.DELTA: Line.PRICE,
    Term.GAMMA: Line.PRICE,
    Term.CROSS_GAMMA: Line.PRICE,
    Term.SMILE: Line.PRICE,
    Term.VEGA: Line.VOL,
    Term.VANNA: Line.VOL,
    Term.VOLGA: Line.VOL,
    Term.THETA: Line.TIME,
    Term.RHO: Line.RATES,
    Term.FX: Line.FX,
}
CARRIED = (Line.NEW, Line.AMENDED, Line.CANCELLED, Line.FIXING)
"""Lines that no sensitivity can know; they are taken from the revaluation."""

_SURFACED = (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION)


class Greeks(Valued, Protocol):
    """A valuation with the theta of each trade: change of native value over a year of passing time, shape (n,)."""

    @property
    def theta(self) -> FloatArray1D:
        """Native money a year."""


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """The expansion of each row of an explanation, in the reporting currency; NaN where the row has no value.

    Attributes
    ----------
    terms : ndarray of shape (10, r)
        By :class:`Term`; 0 for rows of a fixed line.
    by_line : ndarray of shape (9, r)
        The same by :class:`Line`, with the lines that are carried over.
    unexplained : ndarray of shape (r,)
        Total less all of ``by_line``.
    """

    terms: FloatArray2D
    by_line: FloatArray2D
    unexplained: FloatArray1D


def sensitivities(
    found: Explanation,
    cells: PriceCells,
    start: State,
    end: State,
    greeks: Greeks,
    value: Callable[[Book, Market], FloatArray1D],
) -> Sensitivities:
    """Explain the rows of an explanation by the sensitivities of the start.

    Parameters
    ----------
    found : Explanation
        The explanation by revaluation, whose lines for deals and fixings are carried over.
    cells : PriceCells
        Its price line by curve and month.
    start, end : State
        The two states.
    greeks : Greeks
        The valuation of the start.
    value : callable
        Native value of a book in a market.

    Returns
    -------
    Sensitivities
        By row.

    References
    ----------
    The terms are those of ``portal.domain.portfolio.taylor``; conventions as in its ``taylor_terms``.
    """
    pairs, n = found.pairs, len(found.total)
    terms = np.zeros((len(Term), n))
    terms[Term.DELTA] = np.bincount(cells.row, weights=cells.delta, minlength=n)
    terms[Term.GAMMA] = np.bincount(cells.row, weights=cells.gamma, minlength=n)
    split = np.flatnonzero(found.known & (pairs.at_start >= 0) & (pairs.at_end >= 0))
    at = pairs.at_start[split]
    fx, fx_end = greeks.to_eur[at], end.valuation.to_eur[pairs.at_end[split]]
    terms[Term.THETA, split] = greeks.theta[at] * _years(start, end, at) * fx
    terms[Term.FX, split] = greeks.total[at] * (fx_end - fx)
    rows = np.flatnonzero(found.priced)
    _rho(terms, rows, (pairs.at_start[rows], start, end, greeks), value)
    rows = rows[np.isin(start.book.kind[pairs.at_start[rows]], _SURFACED)]
    _surfaced(terms, rows, (pairs.at_start[rows], start, end, greeks), value)
    terms = np.where(np.isfinite(terms), terms, 0.0)  # a sensitivity that does not exist explains nothing
    terms[:, ~found.known] = np.nan
    by_line = np.zeros((len(Line), n))
    for term, line in LINE_OF_TERM.items():
        by_line[line] += terms[term]
    for line in CARRIED:
        by_line[line] = found.lines[line]
    return Sensitivities(terms, by_line, found.total - by_line.sum(axis=0))


def unexplained_share(unexplained: float, lines: FloatArray1D) -> float | None:
    """Size of what is unexplained, over the sum of the sizes of the lines.

    Parameters
    ----------
    unexplained : float
        Money.
    lines : ndarray of shape (9,)
        Lines of the explanation, in the same money.

    Returns
    -------
    float or None
        Decimal; None where all lines are zero.

    Examples
    --------
    >>> unexplained_share(-5.0, np.array([60.0, -40.0]))
    0.05
    """
    size = float(np.abs(lines).sum())
    return abs(unexplained) / size if size > 0.0 else None


_Sides = tuple[IntArray1D, State, State, Greeks]


def _years(start: State, end: State, at: IntArray1D) -> FloatArray1D:
    """Years that pass for each trade: none after its expiry."""
    left = start.book.expiry[at] - np.datetime64(start.market.as_of)
    most = np.where(np.isnat(left), np.inf, np.maximum(left.astype(np.float64), 0.0))
    return np.minimum(float((end.market.as_of - start.market.as_of).days), most) / DAYS_A_YEAR


def _rho(
    terms: FloatArray2D, rows: IntArray1D, sides: _Sides, value: Callable[[Book, Market], FloatArray1D]
) -> None:
    at, start, end, greeks = sides
    keep = start.book.kind[at] != Kind.FUTURE
    rows, at = rows[keep], at[keep]
    if len(rows):
        book = start.book.take(at)
        up, down = (value(book, _moved(start.market, end.market, rates=step)) for step in (STEP, -STEP))
        terms[Term.RHO, rows] = (up - down) / (2.0 * STEP) * greeks.to_eur[at]


def _surfaced(
    terms: FloatArray2D, rows: IntArray1D, sides: _Sides, value: Callable[[Book, Market], FloatArray1D]
) -> None:
    """Vega, volga and vanna, the smile and the cross gamma, along the move of prices and of surfaces."""
    if not len(rows):
        return
    at, start, end, greeks = sides
    book, fx = start.book.take(at), greeks.to_eur[at]
    middle = greeks.total[at]

    def worth(price: float, vol: float) -> FloatArray1D:
        return value(book, _moved(start.market, end.market, price=price * STEP, vol=vol * STEP)) * fx

    price_up, price_down, vol_up, vol_down = worth(1, 0), worth(-1, 0), worth(0, 1), worth(0, -1)
    corners = worth(1, 1) - worth(1, -1) - worth(-1, 1) + worth(-1, -1)
    first, second = _orders(price_up, price_down, middle * fx)
    terms[Term.SMILE, rows] = first - terms[Term.DELTA, rows]
    terms[Term.CROSS_GAMMA, rows] = second - terms[Term.GAMMA, rows]
    terms[Term.VEGA, rows], terms[Term.VOLGA, rows] = _orders(vol_up, vol_down, middle * fx)
    terms[Term.VANNA, rows] = corners / (4.0 * STEP**2)


def _orders(up: FloatArray1D, down: FloatArray1D, middle: FloatArray1D) -> tuple[FloatArray1D, FloatArray1D]:
    """First and half the second order of the whole move, from a step of it to both sides."""
    return (up - down) / (2.0 * STEP), (up - 2.0 * middle + down) / (2.0 * STEP**2)


def _moved(start: Market, end: Market, *, price: float = 0.0, vol: float = 0.0, rates: float = 0.0) -> Market:
    """The market of the start with a share of the move of its prices, volatilities or rates."""
    market = start
    if price:
        marks = replace(start.marks, price=_part(start.marks.price, end.marks.price, price))
        market = replace(market, marks=marks)
    if vol:
        vols = {key: _surface(one, end.vols.get(key, one), vol) for key, one in start.vols.items()}
        both = {
            key: one + vol * (end.correlations.get(key, one) - one) for key, one in start.correlations.items()
        }
        market = replace(market, vols=vols, correlations=both)
    if rates:
        curves = {key: _zero(one, end.rates.get(key, one), rates) for key, one in start.rates.items()}
        market = replace(market, rates=curves)
    return market


def _part(before: FloatArray, after: FloatArray, share: float) -> FloatArray:
    return np.asarray(np.where(np.isfinite(after), before + share * (after - before), before))


def _surface(before: VolSurface, after: VolSurface, share: float) -> VolSurface:
    """The surface with a share of its move, at the months and nodes of the start."""
    if before.is_normal != after.is_normal or not len(after.months):
        return before
    month = after.months.astype("datetime64[M]").astype(np.float64)
    wanted = before.months.astype("datetime64[M]").astype(np.float64)
    at_nodes = np.stack([np.interp(before.moneyness, after.moneyness, row) for row in after.vol])
    later = np.stack([np.interp(wanted, month, column) for column in at_nodes.T], axis=1)
    return replace(before, vol=_part(before.vol, later, share))


def _zero(before: ZeroCurve, after: ZeroCurve, share: float) -> ZeroCurve:
    return replace(before, rate=_part(before.rate, np.interp(before.years, after.years, after.rate), share))
