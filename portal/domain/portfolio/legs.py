"""A book cut into its legs: how much of which curve in which delivery month.

API: ``expand(book, curves, months) -> Legs``, ``months_of(book)``, ``positions_in(ids, wanted)``.

Valuation, the position ledger and what-ifs use these legs, so that a volume is counted in one way alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.calendars import DeliveryCalendar
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.profile_hours import calendar_of, interval_hours, shape_hours
from portal.domain.portfolio.trade import OPTIONAL, Kind, Profile

_OPTIONAL = np.array([kind in OPTIONAL for kind in Kind])


@dataclass(frozen=True)
class Legs:
    """Volumes by trade, curve and month, in arrays of shape (k,): first legs by trade and month, then second legs.

    Attributes
    ----------
    trade : ndarray of int64
        Position in the book.
    curve : ndarray of int64
        Position in the curves.
    month : ndarray of int64
        Position in the months.
    volume : ndarray of float64
        Signed, in the volume unit of the curve: positive is long. Of an optional kind it is the notional of the right:
        the sign is that of the side (second legs of spreads: the other), whether call or put. NaN where MW cannot be
        turned into the unit of the curve.
    side : ndarray of int8
        1 where the volume is long, -1 where it is short.
    is_optional : ndarray of bool
        Whether the volume is a right, not an obligation.
    second : ndarray of bool
        Whether it is the second leg: of a spread option, or the peak-load curve of an off-peak or shaped delivery.
    """

    trade: IntArray1D
    curve: IntArray1D
    month: IntArray1D
    volume: FloatArray1D
    side: NDArray[np.int8]
    is_optional: BoolArray1D
    second: BoolArray1D

    def __len__(self) -> int:
        return len(self.trade)


def months_of(book: Book) -> DateArray1D:
    """All months from the first to the last in which a book delivers.

    Parameters
    ----------
    book : Book
        Trades.

    Returns
    -------
    ndarray of shape (m,), datetime64[M]
        Without gaps; empty for an empty book.
    """
    if not len(book):
        return np.zeros(0, dtype="datetime64[M]")
    first = book.delivery_start.min().astype("datetime64[M]")
    last = (book.delivery_end.max() - 1).astype("datetime64[M]")
    return np.arange(first, last + 1)


def positions_in(ids: IntArray1D, wanted: IntArray1D) -> IntArray1D:
    """Positions of ids in an ascending array.

    Parameters
    ----------
    ids : ndarray of shape (c,)
        Ascending.
    wanted : ndarray of shape (n,)
        Ids to find.

    Returns
    -------
    ndarray of shape (n,), int64
        Positions; -1 for an id that is not there.
    """
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[at] == wanted, at, -1).astype(np.int64)


def expand(book: Book, curves: CurveTerms, months: DateArray1D) -> Legs:
    """Cut trades into volumes by curve and delivery month.

    MW become energy through the hours of the profile in the trade's part of the month; any other quantity is a volume
    for each delivery month. Where a curve has a peak-load curve, peak is marked on it, and off-peak and shaped
    deliveries are long the base curve and short (or long) the peak curve, in the same total volume.

    Parameters
    ----------
    book : Book
        Trades.
    curves : CurveTerms
        All curves that the trades name.
    months : ndarray of shape (m,), datetime64[M]
        Months without gaps that cover all deliveries, such as ``months_of(book)`` or those of the marks.

    Returns
    -------
    Legs
        Volumes.

    Raises
    ------
    BadParameter
        A curve is not among ``curves``, or a delivery is not among ``months``.
    """
    curve, second = _curves_of(book, curves)
    trade, month = _cells(book, months)
    within, outside, base, peak = _energies(
        book, curves, curve, trade, months[month] if len(month) else months[:0]
    )
    optional = _OPTIONAL[book.kind[trade]] if len(trade) else np.zeros(0, dtype=np.bool_)
    at = curve[trade]
    peak_curve = curves.peak[at] if len(trade) else np.zeros(0, dtype=np.int64)
    split = (peak_curve >= 0) & (book.profile[trade] != Profile.BASE)
    on_peak = split & (book.profile[trade] == Profile.PEAK)
    linear = split & ~on_peak & ~optional
    spread = second[trade] >= 0

    sign = book.side[trade]
    total = within + outside
    per_offpeak = outside / np.where(base > peak, base - peak, np.nan)  # MW through all off-peak hours
    per_offpeak = np.where(outside == 0.0, 0.0, per_offpeak)
    first_volume = np.where(linear, per_offpeak * base, total * np.where(spread, book.ratio1[trade], 1.0))
    second_volume = np.where(linear, within - per_offpeak * peak, -total * book.ratio2[trade])
    has_second = linear | spread
    rows = np.concatenate([np.arange(len(trade)), np.flatnonzero(has_second)])
    is_second = np.arange(len(rows)) >= len(trade)
    volume = np.concatenate([first_volume, second_volume[has_second]]) * sign[rows]
    first_curve = np.where(on_peak, peak_curve, at)
    second_curve = np.where(spread, second[trade], peak_curve)
    return Legs(
        trade[rows],
        np.concatenate([first_curve, second_curve[has_second]]),
        month[rows],
        volume,
        np.where(volume < 0.0, -1, 1).astype(np.int8),
        optional[rows],
        is_second,
    )


def _curves_of(book: Book, curves: CurveTerms) -> tuple[IntArray1D, IntArray1D]:
    """Positions of the curves of both legs; -1 where there is no second leg."""
    first = positions_in(curves.id, book.curve)
    second = positions_in(curves.id, book.curve2)
    lost = (first < 0) | ((second < 0) & (book.curve2 >= 0))
    if lost.any():
        raise BadParameter(
            f"Trade {int(book.trade_id[lost][0])} names a curve that is not known. "
            "Correct the trade, or import the curve.",
            name="curve",
            value=int(book.trade_id[lost][0]),
        )
    return first, np.where(book.kind == Kind.SPREAD_OPTION, second, -1)


def _cells(book: Book, months: DateArray1D) -> tuple[IntArray1D, IntArray1D]:
    """Trade position and month position of each delivery month of each trade."""
    first = book.delivery_start.astype("datetime64[M]").astype(np.int64)
    last = (book.delivery_end - 1).astype("datetime64[M]").astype(np.int64)
    origin = int(months[0].astype(np.int64)) if len(months) else 0
    if len(book) and (first.min() < origin or last.max() >= origin + len(months)):
        raise BadParameter(
            "A trade delivers outside the months that were asked for; ask for the months of the whole book.",
            name="months",
            value=len(months),
        )
    count = last - first + 1
    trade = np.repeat(np.arange(len(book)), count)
    begin = np.cumsum(count) - count
    return trade, np.arange(len(trade)) - np.repeat(begin - (first - origin), count)


def _energies(
    book: Book, curves: CurveTerms, curve: IntArray1D, trade: IntArray1D, month: DateArray1D
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D, FloatArray1D]:
    """Volume within and outside peak, and the base and peak hours, of each cell: shape (k,) each."""
    profile = book.profile[trade]
    needs = book.is_capacity[trade] | (profile != Profile.BASE)
    base, peak = np.ones(len(trade)), np.zeros(len(trade))
    shaped_in, shaped_out = np.zeros(len(trade)), np.zeros(len(trade))
    rows = np.flatnonzero(needs)
    if len(rows):
        base[rows], peak[rows], shaped_in[rows], shaped_out[rows] = _hours(
            book, curves, curve[trade[rows]], trade[rows], month[rows]
        )
    shaped = profile == Profile.SHAPED
    hours_in = np.where(profile == Profile.OFFPEAK, 0.0, np.where(shaped, shaped_in, peak))
    hours_out = np.where(profile == Profile.PEAK, 0.0, np.where(shaped, shaped_out, base - peak))
    mwh = curves.mwh[curve[trade]] if len(trade) else np.zeros(0)
    quantity, capacity = _quantity(book)[trade], book.is_capacity[trade]
    with np.errstate(invalid="ignore", divide="ignore"):  # MW of carbon is NaN; hours that hold nothing are 0
        spread_over = np.where(hours_in + hours_out > 0.0, hours_in + hours_out, 1.0)
        scale = np.where(capacity, quantity / mwh, quantity / spread_over)
    return scale * hours_in, scale * hours_out, base, peak


def _quantity(book: Book) -> FloatArray1D:
    """Quantity of each trade; of storage the most that can be withdrawn in a month."""
    quantity = book.quantity.copy()
    for at in np.flatnonzero(book.kind == Kind.STORAGE):
        terms = book.details.get(int(book.trade_id[at]), {})
        most = [float(terms[name]) for name in ("withdrawal_rate", "capacity") if name in terms]
        quantity[at] *= min(most, default=np.nan)
    return quantity


def _hours(
    book: Book, curves: CurveTerms, curve: IntArray1D, trade: IntArray1D, month: DateArray1D
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D, FloatArray1D]:
    """Base, peak and shaped hours (within and outside peak) of cells, counted for each different interval alone."""
    calendars = [calendar_of(*pair) for pair in zip(curves.timezone, curves.commodity, strict=True)]
    begin, stop = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
    first = np.maximum(begin, book.delivery_start[trade])
    end = np.minimum(stop, book.delivery_end[trade])
    is_shaped = book.profile[trade] == Profile.SHAPED
    out = np.zeros((4, len(trade)))
    whole = (first == begin) & (end == stop)
    rows = np.flatnonzero(whole)
    out[:2, rows] = _whole_months(calendars, curve[rows], month[rows])
    rows = np.flatnonzero(~whole)
    out[:2, rows] = _intervals(calendars, curve[rows], first[rows], end[rows])
    rows = np.flatnonzero(is_shaped)
    out[2:, rows] = _shaped(book, calendars, trade[rows], curve[rows], (first[rows], end[rows]))
    base, peak, within, outside = out
    return base, peak, within, outside


def _whole_months(calendars: list[DeliveryCalendar], curve: IntArray1D, month: DateArray1D) -> FloatArray2D:
    """Base and peak hours of whole months, shape (2, k): most deliveries are these, so they are looked up unsorted."""
    if not len(curve):
        return np.zeros((2, 0))
    number = month.astype(np.int64)
    origin = int(number.min())
    used = np.zeros((len(calendars), int(number.max()) - origin + 1), dtype=np.bool_)
    used[curve, number - origin] = True
    table = np.zeros((2, *used.shape))
    for c, column in np.argwhere(used).tolist():
        at = np.datetime64(origin + column, "M")
        days = at.astype("datetime64[D]").item(), (at + 1).astype("datetime64[D]").item()
        table[:, c, column] = interval_hours(calendars[c], *days)
    found: FloatArray2D = table[:, curve, number - origin]
    return found


def _intervals(
    calendars: list[DeliveryCalendar], curve: IntArray1D, first: DateArray1D, end: DateArray1D
) -> FloatArray2D:
    """Base and peak hours of any intervals, shape (2, k)."""
    if not len(curve):
        return np.zeros((2, 0))
    origin = int(first.min().astype(np.int64))
    span = int(end.max().astype(np.int64)) - origin + 1
    key = (curve * span + (first.astype(np.int64) - origin)) * span + (end.astype(np.int64) - origin)
    _, at, back = np.unique(key, return_index=True, return_inverse=True)
    different = zip(curve[at].tolist(), first[at].tolist(), end[at].tolist(), strict=True)
    table = np.array([interval_hours(calendars[c], start, stop) for c, start, stop in different]).T
    found: FloatArray2D = table[:, back]
    return found


def _shaped(
    book: Book,
    calendars: list[DeliveryCalendar],
    trade: IntArray1D,
    curve: IntArray1D,
    interval: tuple[DateArray1D, DateArray1D],
) -> FloatArray2D:
    """Hours times multiples of shaped deliveries, within and outside peak, shape (2, k)."""
    if not len(trade):
        return np.zeros((2, 0))
    different, row = np.unique(trade, return_inverse=True)
    shapes = np.stack([_shape(book, at) for at in different.tolist()]).reshape(len(different), 48)
    days = zip(curve.tolist(), *(day.tolist() for day in interval), strict=True)
    hours = np.stack([shape_hours(calendars[c], start, stop) for c, start, stop in days])
    outside, within = np.einsum("kph,kh->pk", hours.reshape(len(trade), 2, 48), shapes[row])
    return np.stack([within, outside])


def _shape(book: Book, at: int) -> FloatArray1D:
    """The multiples of a shaped trade by weekday or weekend and hour: shape (2, 24); NaN where they are missing."""
    shape = book.details.get(int(book.trade_id[at]), {}).get("shape", {})
    rows = [np.asarray(shape.get(name, ()), dtype=np.float64) for name in ("weekday", "weekend")]
    return np.stack([row if row.shape == (24,) else np.full(24, np.nan) for row in rows])
