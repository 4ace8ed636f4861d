"""From one market to another, cause by cause: the markets in which some causes have happened and others have not.

API: ``Cause``, ``MarketSteps(start, end).at(causes)``, ``MarketSteps.touched(book)``.

A fixing is measured against the mark of the start: what fixes between the two days is taken at that mark until the
cause ``FIXING`` happens, and then at what was fixed. So a price that moves before it fixes is not counted twice, and
a day that passes does not bring the money of a fixing with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from portal.core.arrays import BoolArray1D, BoolArray2D, DateArray1D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Fixings, Market, Marks


class Cause(IntEnum):
    """Why a value changes; the number is the bit in a coalition."""

    TIME = 0
    FIXING = 1
    RATES = 2
    PRICE = 3
    VOL = 4
    TERMS = 5
    FX = 6

    @property
    def bit(self) -> int:
        """The coalition of this cause alone."""
        return 1 << self.value


IN_MARKET = (Cause.TIME, Cause.FIXING, Cause.RATES, Cause.PRICE, Cause.VOL)
ALL = (1 << len(Cause)) - 1
STATED_ORDER = (Cause.TIME, Cause.FIXING, Cause.RATES, Cause.PRICE, Cause.VOL, Cause.TERMS, Cause.FX)
"""The order of the ordered view: time, fixings, rates, prices, volatilities, then terms and exchange rates."""


@dataclass(frozen=True, eq=False)
class MarketSteps:
    """The markets between ``start`` and ``end``, which have the same curves and months.

    Attributes
    ----------
    start, end : Market
        The two states.

    Raises
    ------
    BadParameter
        The curves or months differ, the days are in the wrong order, or the reporting currencies differ.
    """

    start: Market
    end: Market
    _made: dict[int, Market] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        same = np.array_equal(self.start.curves.id, self.end.curves.id) and np.array_equal(
            self.start.marks.months, self.end.marks.months
        )
        if not same or self.start.reporting != self.end.reporting:
            raise BadParameter(
                "The two markets must have the same curves, delivery months and reporting currency. "
                "Load both for the same curves and months.",
                name="market",
                value=str(self.end.as_of),
            )
        if self.start.as_of > self.end.as_of:
            raise BadParameter(
                f"The start {self.start.as_of} lies after the end {self.end.as_of}. Choose an earlier start.",
                name="since",
                value=str(self.start.as_of),
            )

    def at(self, causes: int) -> Market:
        """The market in which ``causes`` have happened.

        Parameters
        ----------
        causes : int
            Coalition, a bit mask of :class:`Cause`; terms and exchange rates are no part of it and ignored.

        Returns
        -------
        Market
            Native values follow from it; its exchange rates are those of the end.
        """
        key = causes & sum(cause.bit for cause in IN_MARKET)
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, causes: int) -> Market:
        def state(cause: Cause) -> Market:
            return self.end if causes & cause.bit else self.start

        return replace(
            self.end,
            as_of=state(Cause.TIME).as_of,
            marks=self._marks_of_the_end() if causes & Cause.PRICE.bit else self.start.marks,
            fixings=self.end.fixings if causes & Cause.FIXING.bit else self._fixed_at_the_start(),
            vols=state(Cause.VOL).vols,
            correlations=state(Cause.VOL).correlations,
            rates=state(Cause.RATES).rates,
        )

    def _marks_of_the_end(self) -> Marks:
        """The marks of the end; a month that is over by then, and has no mark, keeps that of the start."""
        before, after = self.start.marks, self.end.marks
        gone = ~np.isfinite(after.price) & np.isfinite(before.price) & self._over()
        return replace(
            after,
            price=np.where(gone, before.price, after.price),
            quoted_on=np.where(gone, before.quoted_on, after.quoted_on),
            status=np.where(gone, before.status, after.status),
        )

    def _over(self) -> BoolArray1D:
        """Months whose last day is not after the end, shape (m,)."""
        over: BoolArray1D = _last_days(self.start.marks.months) <= np.datetime64(self.end.as_of)
        return over

    def _fixed_at_the_start(self) -> Fixings:
        """The fixings of the end, the new ones taken at the mark of the start (where there is one)."""
        before, after, mark = self.start.fixings, self.end.fixings, self.start.marks.price
        new = after.count - before.count
        total = np.where(
            (new != 0.0) & np.isfinite(mark), before.total + new * np.nan_to_num(mark), after.total
        )
        return replace(after, total=total, final=self._final_at_the_start())

    def _final_at_the_start(self) -> Mapping[tuple[int, int, int], float]:
        months, ids = self.start.marks.months, self.start.curves.id
        origin = int(months[0].astype("datetime64[M]").astype(np.int64)) if len(months) else 0
        row_of = {int(number): row for row, number in enumerate(ids.tolist())}
        out = dict(self.end.fixings.final)
        for key in out.keys() - self.start.fixings.final.keys():
            row, column = row_of.get(key[0], -1), key[1] - origin
            if row >= 0 and 0 <= column < len(months):
                mark = float(self.start.marks.price[row, column])
                out[key] = mark if np.isfinite(mark) else out[key]
        return out

    def touched(self, book: Book) -> BoolArray1D:
        """Trades of which something fixes, or whose delivery month ends, between the two days.

        Parameters
        ----------
        book : Book
            Trades.

        Returns
        -------
        ndarray of shape (n,), bool
            True where the cause ``FIXING`` may matter.
        """
        changed = self._changed()
        curves, months = self.start.curves, self.start.marks.months
        has_peak = curves.peak >= 0
        changed[has_peak] |= changed[curves.peak[has_peak]]
        before = np.concatenate([np.zeros((len(curves.id), 1)), np.cumsum(changed, axis=1)], axis=1)
        first = _month_position(book.delivery_start.astype("datetime64[M]"), months)
        end = _month_position((book.delivery_end - 1).astype("datetime64[M]"), months, ahead=1)
        out = np.zeros(len(book), dtype=np.bool_)
        for ids in (book.curve, book.curve2):
            row = _position(curves.id, ids)
            known = row >= 0
            out[known] |= before[row[known], end[known]] > before[row[known], first[known]]
        return out

    def _changed(self) -> BoolArray2D:
        """Cells of which something fixes or whose month ends between the two days, shape (c, m)."""
        before, after = self.start.fixings, self.end.fixings
        ends = (_last_days(self.start.marks.months) > np.datetime64(self.start.as_of)) & self._over()
        changed: BoolArray2D = (after.count != before.count) | (after.total != before.total) | ends
        return changed


def _last_days(months: DateArray1D) -> DateArray1D:
    return (months + 1).astype("datetime64[D]") - 1


def _position(ids: IntArray1D, wanted: IntArray1D) -> IntArray1D:
    """Positions in ascending ``ids``; -1 for what is not there."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[at] == wanted, at, -1).astype(np.int64)


def _month_position(month: DateArray1D, months: DateArray1D, *, ahead: int = 0) -> IntArray1D:
    """Columns of months, moved into the matrix at both ends."""
    origin = int(months[0].astype(np.int64)) if len(months) else 0
    return np.clip(month.astype(np.int64) - origin + ahead, 0, len(months))
