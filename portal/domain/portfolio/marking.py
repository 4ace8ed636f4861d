"""From quotes to marks: the newest price of every curve and month with how much it can be trusted.

API: ``Quotes``, ``mark(quotes, curves, months, as_of) -> Marks``, ``expected_fixings(months, every_day)``,
``curve_days(quotes, count)``.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.market import INTERPOLATED, MISSING, PROXIED, QUOTED, ROLLED, STALE, Marks

STALE_AFTER = 1  # business days
STATUS_WORDS = {"quoted": QUOTED, "interpolated": INTERPOLATED, "proxied": PROXIED, "rolled": ROLLED}
"""The words of the database for what a mark can be."""


@dataclass(frozen=True)
class Quotes:
    """The newest quote of each curve and month: arrays of shape (q,), at most one for each pair.

    Attributes
    ----------
    curve, month : ndarray of int64
        Positions among the curves and the months.
    day : ndarray of datetime64[D]
        Day of the quote.
    price : ndarray of float64
        In the unit of the curve.
    status : ndarray of int8
        ``QUOTED`` to ``ROLLED`` as published.
    """

    curve: IntArray1D
    month: IntArray1D
    day: DateArray1D
    price: FloatArray1D
    status: NDArray[np.int8]


def mark(quotes: Quotes, newest: DateArray1D, months: DateArray1D, as_of: date) -> Marks:
    """Put quotes into the matrix of marks and say of each what it is worth.

    A curve whose newest quotes are more than one business day old is stale in all its months. A month that the newest
    curve has left behind (its contract has expired) keeps its last quote as ``ROLLED``; one that the newest curve skips
    keeps its last quote as ``STALE``.

    Parameters
    ----------
    quotes : Quotes
        Newest quotes, none after ``as_of``.
    newest : ndarray of shape (c,), datetime64[D]
        Newest day on which each curve was quoted at all; NaT for a curve without quotes.
    months : ndarray of shape (m,), datetime64[M]
        Delivery months of the matrix, without gaps.
    as_of : date
        Valuation day.

    Returns
    -------
    Marks
        Matrices of shape (c, m).
    """
    shape = (len(newest), len(months))
    price = np.full(shape, np.nan)
    quoted_on = np.full(shape, np.datetime64("NaT", "D"))
    status = np.full(shape, MISSING, dtype=np.int8)
    at = quotes.curve, quotes.month
    price[at], quoted_on[at], status[at] = quotes.price, quotes.day, quotes.status
    return Marks(months, price, quoted_on, judged(status, quoted_on, newest, as_of))


def judged(
    status: NDArray[np.int8], quoted_on: NDArray[np.datetime64], newest: DateArray1D, as_of: date
) -> NDArray[np.int8]:
    """Say which marks are rolled, stale or missing.

    Parameters
    ----------
    status : ndarray of shape (c, m), int8
        As published.
    quoted_on : ndarray of shape (c, m), datetime64[D]
        Day of the quote; NaT without one.
    newest : ndarray of shape (c,), datetime64[D]
        Newest day of each curve; NaT without one.
    as_of : date
        Valuation day.

    Returns
    -------
    ndarray of shape (c, m), int8
        ``QUOTED`` to ``MISSING``.
    """
    known = ~np.isnat(quoted_on)
    fresh = known & (quoted_on == newest[:, None])
    first = np.where(fresh.any(axis=1), fresh.argmax(axis=1), 0)
    behind = known & ~fresh & (np.arange(status.shape[1]) < first[:, None])
    late = np.zeros(len(newest), dtype=np.bool_)
    quoted = ~np.isnat(newest)
    late[quoted] = np.busday_count(newest[quoted], np.datetime64(as_of, "D")) > STALE_AFTER
    found = np.where(fresh, status, np.where(behind, ROLLED, STALE))
    found = np.where(late[:, None], STALE, found)
    return np.where(known, found, MISSING).astype(np.int8)


def expected_fixings(months: DateArray1D, every_day: BoolArray1D) -> FloatArray2D:
    """How many fixings each month has in all.

    Parameters
    ----------
    months : ndarray of shape (m,), datetime64[M]
        Delivery months.
    every_day : ndarray of shape (c,), bool
        Whether a curve's price is fixed on weekends too.

    Returns
    -------
    ndarray of shape (c, m)
        Calendar days, or Mondays to Fridays.

    Examples
    --------
    >>> expected_fixings(np.array(["2026-10"], "M8[M]"), np.array([True, False])).tolist()
    [[31.0], [22.0]]
    """
    first, end = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    days = (end - first).astype(np.int64)
    return np.where(every_day[:, None], days, np.busday_count(first, end)).astype(np.float64)
