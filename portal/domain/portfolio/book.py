"""A book as arrays: one entry for each trade, so that thousands are valued at once.

API: ``Book`` (arrays of shape (n,)), ``Book.take(index)``, ``empty_book()``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, IntArray1D

SmallArray1D = NDArray[np.int8]


@dataclass(frozen=True)
class Book:
    """Trades as they stood under one pair of clocks, in arrays of shape (n,), in ascending order of ``trade_id``.

    Attributes
    ----------
    trade_id, version, portfolio, counterparty, curve, curve2 : ndarray of int64
        Identities; ``curve2`` is -1 where there is no second leg.
    kind, profile, vol_model, event : ndarray of int8
        Members of ``Kind``, ``Profile``, ``VolModel`` (-1 for none), and the position in ``list(Event)``.
    side, quantity, price, strike, premium, shift, ratio1, ratio2 : ndarray of float64
        ``side`` is 1 or -1. What a kind does not have is NaN (``shift`` 0, ratios 1). Prices are in the curve's unit.
    is_capacity, is_call : ndarray of bool
        ``is_capacity``: ``quantity`` is MW through the hours of the profile, else a volume for each delivery month.
    trade_date, delivery_start, delivery_end, expiry : ndarray of datetime64[D]
        ``delivery_end`` is the first day after delivery; ``expiry`` NaT where there is none.
    pay_days : ndarray of int64
        Days from the end of the delivery month, or from expiry, to payment.
    details : mapping of int to mapping
        Further terms by trade_id, for shaped profiles, storage and swing.
    """

    trade_id: IntArray1D
    version: IntArray1D
    portfolio: IntArray1D
    counterparty: IntArray1D
    curve: IntArray1D
    curve2: IntArray1D
    kind: SmallArray1D
    profile: SmallArray1D
    vol_model: SmallArray1D
    event: SmallArray1D
    side: FloatArray1D
    quantity: FloatArray1D
    price: FloatArray1D
    strike: FloatArray1D
    premium: FloatArray1D
    shift: FloatArray1D
    ratio1: FloatArray1D
    ratio2: FloatArray1D
    is_capacity: BoolArray1D
    is_call: BoolArray1D
    trade_date: DateArray1D
    delivery_start: DateArray1D
    delivery_end: DateArray1D
    expiry: DateArray1D
    pay_days: IntArray1D
    details: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.trade_id)

    def take(self, index: NDArray[Any]) -> "Book":
        """The trades at ``index`` (positions or a mask of shape (n,)).

        Parameters
        ----------
        index : ndarray
            Positions, or booleans.

        Returns
        -------
        Book
            A book of the chosen trades, in the order of ``index``.
        """
        chosen = {f.name: getattr(self, f.name)[index] for f in fields(self) if f.name != "details"}
        numbers = np.fromiter(self.details, np.int64, len(self.details))
        kept = np.isin(numbers, chosen["trade_id"]) if len(numbers) else numbers
        details = {number: self.details[number] for number in numbers[kept].tolist()} if len(numbers) else {}
        return replace(self, **chosen, details=details)


_INTEGERS = ("trade_id", "version", "portfolio", "counterparty", "curve", "curve2", "pay_days")
_SMALL = ("kind", "profile", "vol_model", "event")
_BOOLEANS = ("is_capacity", "is_call")
_DATES = ("trade_date", "delivery_start", "delivery_end", "expiry")
DTYPES: Mapping[str, str] = {
    f.name: "i8"
    if f.name in _INTEGERS
    else "i1"
    if f.name in _SMALL
    else "?"
    if f.name in _BOOLEANS
    else "M8[D]"
    if f.name in _DATES
    else "f8"
    for f in fields(Book)
    if f.name != "details"
}
"""The numpy type of each array of a book."""


def empty_book() -> Book:
    """A book without trades.

    Returns
    -------
    Book
        Arrays of shape (0,).
    """
    arrays: dict[str, Any] = {name: np.zeros(0, dtype=kind) for name, kind in DTYPES.items()}
    return Book(**arrays)


def concatenate(*books: Book) -> Book:
    """Put books together, in the order given.

    Parameters
    ----------
    *books : Book
        At least one.

    Returns
    -------
    Book
        All trades.
    """
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(book, name) for book in books]) for name in DTYPES
    }
    details = {number: terms for book in books for number, terms in book.details.items()}
    return Book(**joined, details=details)
