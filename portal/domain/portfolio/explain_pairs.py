"""Two states of a book side by side: which trades are new, amended, cancelled, moved, gone, or go on.

API: ``pair_books(start, end) -> Pairs``, ``Nature``.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.trade import Event


class Nature(IntEnum):
    """What became of a trade between two states; ``LEFT`` is gone from these books, and nobody says where to."""

    KEPT = 0
    AMENDED = 1
    NEW = 2
    CANCELLED = 3
    MOVED_OUT = 4
    MOVED_IN = 5
    LEFT = 6


_CANCELLED = list(Event).index(Event.CANCELLED)
_NO_TERMS = frozenset({"trade_id", "version", "portfolio", "counterparty", "event", "details"})
_TERMS = tuple(f.name for f in fields(Book) if f.name not in _NO_TERMS)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows of an explanation, in arrays of shape (r,): one for each trade, two for a trade that changed its book.

    Attributes
    ----------
    trade_id, portfolio : ndarray of int64
        The trade and the book that its profit or loss belongs to.
    at_start, at_end : ndarray of int64
        Position in either book; -1 where the trade is not there or was cancelled.
    nature : ndarray of int8
        Members of :class:`Nature`.
    """

    trade_id: IntArray1D
    portfolio: IntArray1D
    at_start: IntArray1D
    at_end: IntArray1D
    nature: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.trade_id)


def pair_books(start: Book, end: Book) -> Pairs:
    """Put two states of a book side by side.

    Parameters
    ----------
    start, end : Book
        The states, each in ascending order of ``trade_id``.

    Returns
    -------
    Pairs
        In ascending order of ``trade_id``. A trade that neither state holds alive is left out.
    """
    number = np.union1d(start.trade_id, end.trade_id).astype(np.int64)
    at0, at1 = _alive(start, number), _alive(end, number)
    some = (at0 >= 0) | (at1 >= 0)
    number, at0, at1 = number[some], at0[some], at1[some]
    both = (at0 >= 0) & (at1 >= 0)
    moved, amended = np.zeros(len(number), np.bool_), np.zeros(len(number), np.bool_)
    moved[both] = start.portfolio[at0[both]] != end.portfolio[at1[both]]
    amended[both] = _differ(start, end, at0[both], at1[both])
    was_there, is_gone = np.isin(number, start.trade_id), ~np.isin(number, end.trade_id)
    nature = np.select(
        [moved, amended, both, is_gone, at1 < 0, was_there],
        [Nature.MOVED_OUT, Nature.AMENDED, Nature.KEPT, Nature.LEFT, Nature.CANCELLED, Nature.MOVED_IN],
        Nature.NEW,
    ).astype(np.int8)
    return _rows(start, end, number, at0, at1, nature)


def _rows(
    start: Book, end: Book, number: IntArray1D, at0: IntArray1D, at1: IntArray1D, nature: NDArray[np.int8]
) -> Pairs:
    """Lay out the rows; a moved trade leaves its first book in one row and enters the other in a second."""
    out = nature == Nature.MOVED_OUT
    rows = np.concatenate([np.arange(len(number)), np.flatnonzero(out)])
    second = np.arange(len(rows)) >= len(number)
    begin = np.where(second, -1, at0[rows])
    finish = np.where(out[rows] & ~second, -1, at1[rows])
    kind = np.where(second, np.int8(Nature.MOVED_IN), nature[rows]).astype(np.int8)
    portfolio = np.where(finish >= 0, _taken(end.portfolio, finish), _taken(start.portfolio, begin))
    order = np.argsort(number[rows], kind="stable")
    return Pairs(number[rows][order], portfolio[order], begin[order], finish[order], kind[order])


def _taken(values: IntArray1D, at: IntArray1D) -> IntArray1D:
    return values[np.maximum(at, 0)] if len(values) else np.full(len(at), -1, dtype=np.int64)


def _alive(book: Book, number: IntArray1D) -> IntArray1D:
    """Position of each trade in a book; -1 where it is not there or was cancelled."""
    if not len(book):
        return np.full(len(number), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(book.trade_id, number), len(book) - 1)
    there = (book.trade_id[at] == number) & (book.event[at] != _CANCELLED)
    return np.where(there, at, -1).astype(np.int64)


def _differ(start: Book, end: Book, at0: IntArray1D, at1: IntArray1D) -> BoolArray1D:
    """Tell of which trades a term that decides the value differs; empty equals empty."""
    differs = np.zeros(len(at0), dtype=np.bool_)
    for name in _TERMS:
        one, other = getattr(start, name)[at0], getattr(end, name)[at1]
        differs |= (one != other) & ~((one != one) & (other != other))  # noqa: PLR0124  (true of NaN and NaT alone)
    for place in np.flatnonzero(start.version[at0] != end.version[at1]).tolist():
        trade = int(start.trade_id[at0[place]])
        if start.details.get(trade) != end.details.get(trade):
            differs[place] = True
    return differs
