"""Sums by node of the portfolio tree, profit and loss of a period, and the money that rests on poor inputs.

API: ``roll_up(parents, node, values)``, ``total(values)``, ``period_pnl(...)``, ``period_start(as_of, period)``,
``gaps(book, market, valuation) -> tuple of Gap``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum, isfinite

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, IntArray1D
from portal.core.errors import DomainError
from portal.domain.market.business_days import shift_business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import MISSING, STALE, STATUS_LABELS, Market
from portal.domain.portfolio.valuation import Valuation
from portal.domain.portfolio.valued_rows import WITHOUT_VALUE, Lack

PERIODS = {"dtd": "Day to date", "mtd": "Month to date", "ytd": "Year to date"}
LACKS = {
    Lack.VOLATILITY: "no volatility",
    Lack.TERMS: "a term is missing or cannot be",
    Lack.FX: "no exchange rate",
    Lack.RATE: "no zero rate, discounted at 0",
    Lack.CORRELATION: "no correlation",
    Lack.FRESH_VOLATILITY: "stale volatility",
    Lack.FRESH_FX: "stale exchange rate",
    Lack.FRESH_RATE: "stale zero rate",
    Lack.FRESH_CORRELATION: "stale correlation",
}
_REACH = timedelta(days=14)
"""Longer than the desk is ever off in a row."""


def roll_up(parents: IntArray1D, node: IntArray1D, values: FloatArray) -> FloatArray:
    """Sum values of trades by node, each node with all below it; NaN is left out.

    Parameters
    ----------
    parents : ndarray of shape (p,)
        Position of the node above each, which stands before it; -1 for none.
    node : ndarray of shape (n,)
        Position of each trade's node.
    values : ndarray of shape (n,) or (n, k)
        Values.

    Returns
    -------
    ndarray of shape (p,) or (p, k)
        Sums.

    Examples
    --------
    >>> roll_up(np.array([-1, 0, 0]), np.array([1, 2, 2]), np.array([1.0, 2.0, 3.0])).tolist()
    [6.0, 1.0, 5.0]
    """
    sums = np.zeros((len(parents), *values.shape[1:]))
    np.add.at(sums, node, np.where(np.isfinite(values), values, 0.0))
    for at in range(len(parents) - 1, 0, -1):  # children stand after their parents
        if parents[at] >= 0:
            sums[parents[at]] += sums[at]
    return sums


def total(values: FloatArray1D) -> float:
    """Sum values without rounding on the way; NaN is left out.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values.

    Returns
    -------
    float
        Sum, the same in whatever order the values come.
    """
    return fsum(value for value in values.tolist() if isfinite(value))


def period_start(as_of: date, period: str) -> date:
    """The day whose close a profit or loss counts from.

    Parameters
    ----------
    as_of : date
        Valuation day.
    period : str
        ``dtd`` (the business day before), ``mtd`` or ``ytd`` (the last business day of the month or year before).

    Returns
    -------
    date
        A business day of the desk before ``as_of``: what the markets move on a day off is in the next day's profit,
        as on a weekend.

    Raises
    ------
    DomainError
        There is no such period.

    Examples
    --------
    >>> period_start(date(2026, 11, 20), "mtd")
    datetime.date(2026, 10, 30)
    >>> period_start(date(2026, 12, 28), "dtd")
    datetime.date(2026, 12, 24)
    """
    first = {"dtd": as_of, "mtd": as_of.replace(day=1), "ytd": as_of.replace(month=1, day=1)}.get(period)
    if first is None:
        raise DomainError(
            f"There is no period '{period}'. Choose one of {', '.join(PERIODS)}.", period=period
        )
    return shift_business_days(first, -1, desk_holidays(first - _REACH, first))


def period_pnl(
    trade_id: IntArray1D, value: FloatArray1D, earlier_id: IntArray1D, earlier: FloatArray1D
) -> FloatArray1D:
    """Profit or loss of each trade since an earlier day.

    Parameters
    ----------
    trade_id, value : ndarray of shape (n,)
        Trades and their values (realised and unrealised), NaN without a value.
    earlier_id, earlier : ndarray of shape (k,)
        The same on the earlier day, ``earlier_id`` ascending. A trade that was not there then was worth 0.

    Returns
    -------
    ndarray of shape (n,)
        NaN where the trade had no value on one of the two days.
    """
    if not len(earlier_id):
        return value.copy()
    at = np.minimum(np.searchsorted(earlier_id, trade_id), len(earlier_id) - 1)
    before = np.where(earlier_id[at] == trade_id, earlier[at], 0.0)
    return value - before


@dataclass(frozen=True)
class Gap:
    """One input that is missing or stale, with what rests on it.

    Attributes
    ----------
    curve : int
        Position of the curve.
    month : int
        Position of the delivery month; -1 where the input is not of one month.
    what : str
        Such as ``missing`` (mark), ``stale`` (mark), ``no volatility``.
    valued : bool
        Whether the trades are valued all the same.
    trades : tuple of int
        Their ``trade_id``, ascending.
    money : tuple of float
        Of each trade: absolute volume at the mark, or at the agreed price where there is none, in the reporting
        currency.
    """

    curve: int
    month: int
    what: str
    valued: bool
    trades: tuple[int, ...]
    money: tuple[float, ...]

    @property
    def notional_eur(self) -> float:
        """The money of all trades together."""
        return fsum(self.money)


def gaps(book: Book, market: Market, valuation: Valuation) -> tuple[Gap, ...]:
    """List the inputs of a valuation that are missing or stale, the most money first.

    Parameters
    ----------
    book : Book
        Trades.
    market : Market
        What they were valued with.
    valuation : Valuation
        Their values.

    Returns
    -------
    tuple of Gap
        Marks by curve and month, other inputs by curve.
    """
    found = [*_marks(book, market, valuation), *_others(book, market, valuation)]
    return tuple(sorted(found, key=lambda gap: (-gap.notional_eur, gap.curve, gap.month, gap.what)))


def _marks(book: Book, market: Market, valuation: Valuation) -> list[Gap]:
    legs = valuation.legs
    rows = np.flatnonzero(legs.status >= STALE)
    curve, month = legs.curve[rows], legs.month[rows]
    mark = market.marks.price[curve, month]
    agreed = np.where(np.isfinite(book.price), book.price, book.strike)[legs.trade[rows]]
    price = np.where(np.isfinite(mark), mark, agreed)
    fx = np.array([market.fx.get(name, np.nan) for name in market.curves.currency])
    money = np.nan_to_num(np.abs(legs.volume[rows] * price) * (market.curves.money * fx)[curve])
    key = curve * (len(market.marks.months) + 1) + month
    return [
        Gap(
            int(curve[of[0]]),
            int(month[of[0]]),
            STATUS_LABELS[int(legs.status[rows[of[0]]])],
            bool(legs.status[rows[of[0]]] != MISSING),
            *_money(book, legs.trade[rows[of]], money[of]),
        )
        for of in _groups(key)
    ]


def _others(book: Book, market: Market, valuation: Valuation) -> list[Gap]:
    curve = np.searchsorted(market.curves.id, book.curve)
    notional = np.nan_to_num(valuation.notional_eur)
    found: list[Gap] = []
    for lack, words in LACKS.items():
        rows = np.flatnonzero(valuation.lacks & np.int16(lack))
        for of in _groups(curve[rows]):
            at = rows[of]
            valued = not lack & WITHOUT_VALUE
            found.append(Gap(int(curve[at[0]]), -1, words, valued, *_money(book, at, notional[at])))
    return found


def _groups(key: IntArray1D) -> Sequence[IntArray1D]:
    """Positions of the rows of each key, in order of the keys."""
    if not len(key):
        return []
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


def _money(book: Book, at: IntArray1D, money: FloatArray1D) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Numbers of the trades at ``at``, and the money of each: its legs together."""
    numbers, place = np.unique(book.trade_id[at], return_inverse=True)
    return tuple(numbers.tolist()), tuple(np.bincount(place, money).tolist())
