"""Why the value of a book changed: every trade's profit or loss split over its causes, exactly and without an order.

API: ``explain(start, end, value) -> Explanation``, ``State``, ``Line``, ``combine``.

Each cause gets its Shapley value over full revaluations: the mean, over all orders in which the causes could have
happened, of what it adds. So the lines of a trade sum to its whole profit or loss, and those of any set of trades to
theirs. Fixed rules, which have no order:

- a trade that was not there at the start is *new* with all of its value, one that was cancelled loses all of it;
- an amended trade has its change of terms as one more cause; one that moved to another book leaves the one and enters
  the other with all of its value, as *amended*; one that is in none of the books at the end leaves them likewise;
- a future or option that expires in between passes its time at the mark of the start, and the rest is *delivery and
  fixing*; so is what the fixings of a storage, swing or amended trade add at the end;
- what an average option loses because its fixings are known is *time*.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.explain_pairs import Nature, Pairs, pair_books
from portal.domain.portfolio.explain_steps import STATED_ORDER, Cause, MarketSteps
from portal.domain.portfolio.explain_values import coalition_values
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.shapley import order_band, ordered_values, shapley_values

ValueFunction = Callable[[Book, Market], FloatArray1D]
"""Value of each trade of a book, realised and unrealised, in its own currency: shape (n,), NaN where it has none."""


class Valued(Protocol):
    """What is read of a valuation: ``total`` (n,) in native money and ``to_eur`` (n,)."""

    @property
    def total(self) -> FloatArray1D:
        """Realised plus unrealised in native money, shape (n,)."""

    @property
    def to_eur(self) -> FloatArray1D:
        """Reporting currency for one unit of each trade's money, shape (n,)."""


class Line(IntEnum):
    """The lines of an explanation, in the order in which they are shown."""

    NEW = 0
    AMENDED = 1
    CANCELLED = 2
    PRICE = 3
    VOL = 4
    RATES = 5
    TIME = 6
    FIXING = 7
    FX = 8

    @property
    def label(self) -> str:
        """The line as people read it."""
        return LABELS[self]


LABELS = {
    Line.NEW: "New deals",
    Line.AMENDED: "Amended deals",
    Line.CANCELLED: "Cancelled deals",
    Line.PRICE: "Price",
    Line.VOL: "Volatility",
    Line.RATES: "Interest rates",
    Line.TIME: "Time",
    Line.FIXING: "Delivery and fixing",
    Line.FX: "Exchange rates",
}
LINE_OF = {
    Cause.TIME: Line.TIME,
    Cause.FIXING: Line.FIXING,
    Cause.RATES: Line.RATES,
    Cause.PRICE: Line.PRICE,
    Cause.VOL: Line.VOL,
    Cause.TERMS: Line.AMENDED,
    Cause.FX: Line.FX,
}
_FIXED_LINE = {
    Nature.NEW: Line.NEW,
    Nature.CANCELLED: Line.CANCELLED,
    Nature.MOVED_OUT: Line.AMENDED,
    Nature.MOVED_IN: Line.AMENDED,
    Nature.LEFT: Line.AMENDED,
}


@dataclass(frozen=True, eq=False)
class State:
    """A book, its market and its valuation under one pair of clocks."""

    book: Book
    market: Market
    valuation: Valued


@dataclass(frozen=True, eq=False)
class Explanation:
    """Profit and loss between two states, in the reporting currency; arrays have r rows, one for each trade and book.

    Attributes
    ----------
    pairs : Pairs
        Which trade of the start and of the end each row is.
    lines : ndarray of shape (9, r)
        By :class:`Line`; they sum to ``total``. NaN where ``known`` is false.
    total : ndarray of shape (r,)
        Change of realised plus unrealised.
    values : ndarray of shape (128, r)
        Value of each coalition of :class:`Cause` for rows that are split by causes, less the value at the start; 0 for
        rows of a fixed line.
    fixed : ndarray of shape (9, r)
        The part of the lines that follows a fixed rule instead of the coalitions.
    known : ndarray of shape (r,), bool
        Whether the trade has a value at both ends.
    whole : ndarray of shape (r,), bool
        Known at both ends but not in between (a surface or curve appeared or went): its change stands under price,
        unsplit.
    priced : ndarray of shape (r,), bool
        Whether the price line is a revaluation, so that it can be cut by curve and month.
    """

    pairs: Pairs
    lines: FloatArray2D
    total: FloatArray1D
    values: FloatArray2D
    fixed: FloatArray2D
    known: BoolArray1D
    whole: BoolArray1D
    priced: BoolArray1D


@dataclass(frozen=True, eq=False)
class Combined:
    """An explanation added up over groups of rows: arrays of shape (9, g), and ``total`` (g,).

    ``low`` and ``high`` are the least and largest that each line could be in any order of the causes; ``ordered`` is
    the line in the stated order.
    """

    lines: FloatArray2D
    low: FloatArray2D
    high: FloatArray2D
    ordered: FloatArray2D
    total: FloatArray1D


def explain(start: State, end: State, value: ValueFunction) -> Explanation:
    """Split the profit or loss of each trade between two states.

    Parameters
    ----------
    start, end : State
        The two states; the markets have the same curves and months, ``start`` is not after ``end``.
    value : callable
        Values a book in a market, in native money; called for the markets between the two.

    Returns
    -------
    Explanation
        In the reporting currency.

    Raises
    ------
    BadParameter
        The two markets do not fit together.

    References
    ----------
    Shapley, A value for n-person games, 1953. ``docs/decisions/0007`` lists the fixed rules.
    """
    steps = MarketSteps(start.market, end.market)
    pairs = pair_books(start.book, end.book)
    native0, fx0 = _at(start.valuation, pairs.at_start)
    native1, fx1 = _at(end.valuation, pairs.at_end)
    fx0, fx1 = np.where(pairs.at_start >= 0, fx0, fx1), np.where(pairs.at_end >= 0, fx1, fx0)
    total = native1 * fx1 - native0 * fx0
    split = pairs.nature <= Nature.AMENDED
    native = coalition_values(pairs, start.book, end.book, (native0, native1), steps, value)
    values = np.concatenate([native.values * fx0, native.values * fx1])
    values -= values[0].copy()
    values[:, ~split] = 0.0
    fixed = np.zeros((len(Line), len(total)))
    for nature, line in _FIXED_LINE.items():
        rows = pairs.nature == nature
        fixed[line, rows] = total[rows]
    known = np.isfinite(total)
    lines = fixed + _by_line(shapley_values(values))
    lines[:, ~known] = np.nan
    priced = split & known & ~native.whole & native.priced
    return Explanation(pairs, lines, total, values, fixed, known, native.whole & known & split, priced)


def _at(valuation: Valued, at: IntArray1D) -> tuple[FloatArray1D, FloatArray1D]:
    """Native value and exchange rate of each row; a trade that is not there is worth 0."""
    if not len(valuation.total):
        return np.zeros(len(at)), np.ones(len(at))
    there = at >= 0
    place = np.where(there, at, 0)
    return np.where(there, valuation.total[place], 0.0), np.where(there, valuation.to_eur[place], 1.0)


def _by_line(causes: FloatArray2D) -> FloatArray2D:
    out = np.zeros((len(Line), *causes.shape[1:]))
    for cause, line in LINE_OF.items():
        out[line] += causes[cause]
    return out


def combine(found: Explanation, group: IntArray1D, groups: int) -> Combined:
    """Add an explanation up over groups of rows, with the band of each sum.

    The band is that of the sum, not the sum of the bands: the causes happen in one order for all trades.

    Parameters
    ----------
    found : Explanation
        Rows.
    group : ndarray of shape (r,), int64
        Group of each row, 0 to ``groups - 1``; a negative row is left out. Rows without a value are left out.
    groups : int
        Number of groups.

    Returns
    -------
    Combined
        Arrays of shape (9, groups).
    """
    rows = np.flatnonzero(found.known & (group >= 0))
    at = group[rows]

    def added(table: FloatArray2D) -> FloatArray2D:
        sums = [np.bincount(at, weights=row[rows], minlength=groups) for row in table]
        return np.stack(sums) if groups else np.zeros((len(table), 0))

    fixed, values = added(found.fixed), added(found.values)
    low, high = order_band(values)
    return Combined(
        fixed + _by_line(shapley_values(values)),
        fixed + _by_line(low),
        fixed + _by_line(high),
        fixed + _by_line(ordered_values(values, STATED_ORDER)),
        added(found.total[None])[0],
    )
