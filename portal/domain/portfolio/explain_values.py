"""The values of all coalitions of causes, with no more revaluations than the terms of the trades ask for.

API: ``coalition_values(pairs, start, end, ends, steps, value) -> Native``.

A cause that cannot matter to a trade is left out of its coalitions: a future knows no rates, a swap no volatility. So
most trades need two to eight valuations instead of sixty-four, all of them vectorised over the trades that share them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.explain_pairs import Nature, Pairs
from portal.domain.portfolio.explain_steps import Cause, MarketSteps
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Kind

TIME, FIXING, RATES, PRICE, VOL, TERMS = (
    cause.bit for cause in (Cause.TIME, Cause.FIXING, Cause.RATES, Cause.PRICE, Cause.VOL, Cause.TERMS)
)
COALITIONS = 1 << 6  # without exchange rates, which multiply
_CARRY = TIME | RATES
_OPTION_KINDS = (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION)
_EXPIRING_KINDS = (Kind.FUTURE, Kind.OPTION, Kind.SPREAD_OPTION)
_FLEXIBLE_KINDS = (Kind.STORAGE, Kind.SWING)
LONGEST_MONTH = 31  # days from the last day of a delivery to the end of its month, at most


@dataclass(frozen=True, eq=False)
class Native:
    """Coalition values in native money: ``values`` (64, r); ``whole`` and ``priced`` (r,) as in an explanation."""

    values: FloatArray2D
    whole: BoolArray1D
    priced: BoolArray1D


@dataclass(frozen=True, eq=False)
class Plan:
    """What is asked of a trade, in arrays of shape (r,).

    Attributes
    ----------
    causes : ndarray of int64
        Coalition of the causes that are revalued.
    adds : ndarray of bool
        Whether fixings add what is missing at the end, instead of being revalued in every coalition.
    """

    causes: IntArray1D
    adds: BoolArray1D


def plan(pairs: Pairs, start: Book, end: Book, steps: MarketSteps) -> Plan:
    """Choose the causes of each row.

    Parameters
    ----------
    pairs : Pairs
        Rows.
    start, end : Book
        The books that the rows point into.
    steps : MarketSteps
        The markets.

    Returns
    -------
    Plan
        By row; 0 for rows of a fixed line.
    """
    n = len(pairs)
    causes, adds = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    rows = np.flatnonzero(pairs.nature <= Nature.AMENDED)
    book, before = end.take(pairs.at_end[rows]), start.take(pairs.at_start[rows])
    day0, day1 = np.datetime64(steps.start.as_of), np.datetime64(steps.end.as_of)
    touched = steps.touched(book) | steps.touched(before)
    amended = pairs.nature[rows] == Nature.AMENDED
    expiring = np.isin(book.kind, _EXPIRING_KINDS)
    added = np.isin(book.kind, _FLEXIBLE_KINDS) | amended  # too dear to revalue, or of two sets of terms
    over = _expired_by(book, day0) & _expired_by(before, day0)
    expires = (_expired_by(book, day1) | _expired_by(before, day1)) & ~over
    ends = over | expires
    option = np.isin(book.kind, _OPTION_KINDS) | np.isin(before.kind, _OPTION_KINDS)
    future = (book.kind == Kind.FUTURE) & (before.kind == Kind.FUTURE)
    chosen = np.where(future, PRICE, _CARRY | PRICE) | np.where(option, VOL, 0)
    chosen = np.where(over, np.where(future, 0, _CARRY), np.where(expires, TIME, chosen))
    chosen = np.where(amended & ends, 0, chosen) | np.where(amended, TERMS, 0)
    chosen |= np.where(touched & ~added & ~expiring, FIXING, 0)
    done = _paid_by(book, day0) & _paid_by(before, day0)
    causes[rows] = np.where(done & ~amended, 0, chosen)
    adds[rows] = expires | (touched & added) | (amended & ends)
    return Plan(causes, adds)


def _expired_by(book: Book, day: np.datetime64) -> BoolArray1D:
    expired: BoolArray1D = np.isin(book.kind, _EXPIRING_KINDS) & (book.expiry <= day)  # NaT is never before
    return expired


def _paid_by(book: Book, day: np.datetime64) -> BoolArray1D:
    """Trades whose last payment has been made, so that nothing about them changes."""
    last = np.where(
        np.isin(book.kind, _EXPIRING_KINDS),
        book.expiry,
        book.delivery_end + np.timedelta64(LONGEST_MONTH, "D"),
    )
    paid: BoolArray1D = last + book.pay_days.astype("timedelta64[D]") <= day
    return paid


def coalition_values(
    pairs: Pairs,
    start: Book,
    end: Book,
    ends: tuple[FloatArray1D, FloatArray1D],
    steps: MarketSteps,
    value: Callable[[Book, Market], FloatArray1D],
) -> Native:
    """Value the rows in every coalition of causes.

    Parameters
    ----------
    pairs : Pairs
        Rows.
    start, end : Book
        The books that the rows point into.
    ends : tuple of ndarray of shape (r,)
        Native value at the start and at the end.
    steps : MarketSteps
        The markets.
    value : callable
        Native value of a book in a market, shape (n,).

    Returns
    -------
    Native
        Exactly the two ends in the first and last coalition.
    """
    first, last = ends
    asked = plan(pairs, start, end, steps)
    table = np.zeros((COALITIONS, len(pairs)))
    masks = np.arange(COALITIONS)
    for causes, adds, rows in _groups(pairs, asked):
        known = {0: first[rows]} if not (causes & FIXING or adds) else {}
        if not adds:
            known[causes] = last[rows] if causes else first[rows]
        for mask in _subsets(causes):
            if mask not in known:
                at = pairs.at_end if mask & TERMS else pairs.at_start
                book = (end if mask & TERMS else start).take(at[rows])
                known[mask] = value(book, steps.at(mask))
        closed = _closed(known, causes, first[rows], last[rows])
        table[:, rows] = np.stack([closed[int(mask)] for mask in masks & max(closed)])
    whole = ~np.isfinite(table).all(axis=0) & np.isfinite(first) & np.isfinite(last)
    moved = ((masks & PRICE) > 0)[:, None]
    table[:, whole] = np.where(moved, last[whole], first[whole])
    return Native(table, whole, (asked.causes & PRICE) > 0)


def _groups(pairs: Pairs, asked: Plan) -> Iterator[tuple[int, bool, IntArray1D]]:
    """Rows that are valued together: causes, whether fixings add up at the end, and the rows."""
    key = asked.causes * 2 + asked.adds
    key = np.where(pairs.nature <= Nature.AMENDED, key, -1)
    for one in np.unique(key[key >= 0]).tolist():
        yield one >> 1, bool(one & 1), np.flatnonzero(key == one)


def _subsets(causes: int) -> Iterator[int]:
    mask = causes
    while mask:
        yield mask
        mask = (mask - 1) & causes
    yield 0


def _closed(
    known: dict[int, FloatArray1D], causes: int, first: FloatArray1D, last: FloatArray1D
) -> dict[int, FloatArray1D]:
    """Make the ends exact: what known fixings take from an average before time is time, what is left is fixing."""
    before, after = first - known[0], last - known[causes]
    wider = causes | FIXING | (TIME if before.any() else 0)
    out = {}
    for mask in _subsets(wider):
        here = known[mask & causes]
        out[mask] = here + (0.0 if mask & TIME else before) + (after if mask & FIXING else 0.0)
    out[0], out[wider] = first, last
    return out
