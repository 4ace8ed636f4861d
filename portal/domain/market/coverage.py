"""Which days a price series should have, and the share that it has.

API: ``possible_closures(first, last)``, ``open_days(series)``, ``expected_days(days, first, last, open_days=...)``,
``monthly_coverage(expected, have, months)``.

There is no calendar of each exchange here. A weekday is excused only if it is a usual holiday somewhere *and* most of
the market has no price on it; so a feed that fails on an ordinary Tuesday is a gap, and Thanksgiving is none.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D

_FIXED = ((1, 1), (1, 2), (5, 1), (6, 19), (7, 4), (11, 11), (12, 24), (12, 25), (12, 26), (12, 31))
# month, weekday (Monday is 0), which one of the month (-1 is the last)
_FLOATING = (
    (1, 0, 3), (2, 0, 3), (5, 0, 1), (5, 0, -1), (8, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4),
)  # fmt: skip
_EASTER_OFFSETS = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension, Whit Monday


def possible_closures(first: date, last: date) -> DateArray1D:
    """Days on which exchanges of Europe and North America may be closed.

    Parameters
    ----------
    first, last : date
        Range, both included.

    Returns
    -------
    ndarray of shape (n,), datetime64[D]
        In order; a holiday on a weekend brings the Friday before and the Monday after, since rules differ.
    """
    found: set[date] = set()
    for year in range(first.year, last.year + 1):
        for day in _holidays(year):
            found.add(day)
            if day.weekday() >= 5:
                found.update(
                    (day - timedelta(days=day.weekday() - 4), day + timedelta(days=7 - day.weekday()))
                )
    return np.array(sorted(day for day in found if first <= day <= last), dtype="datetime64[D]")


def open_days(series: Sequence[DateArray1D]) -> DateArray1D:
    """Days on which a market was open: at least half of the series that exist by then have a price.

    Parameters
    ----------
    series : sequence of ndarray, each of shape (n,), datetime64[D]
        Days of each series of the market, in order, without repeats.

    Returns
    -------
    ndarray of shape (m,), datetime64[D]
        In order. Half, because day-ahead auctions are held on the holidays of an exchange, too.
    """
    known = [days for days in series if len(days)]
    if not known:
        return np.array([], dtype="datetime64[D]")
    days, count = np.unique(np.concatenate(known), return_counts=True)
    alive = np.searchsorted(np.sort([found[0] for found in known]), days, side="right")
    return days[2 * count >= alive]


def expected_days(
    days: DateArray1D, first: date, last: date, *, all_week: bool, open_days: DateArray1D
) -> DateArray1D:
    """Days on which a series should have a price.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days that it has; nothing is expected before the first of them.
    first, last : date
        Range to judge, both included.
    all_week : bool
        Whether it is quoted on all seven days.
    open_days : ndarray of shape (m,), datetime64[D]
        Days on which its market was open; these are never excused.

    Returns
    -------
    ndarray of shape (k,), datetime64[D]
        In order; empty for a series without a price.
    """
    if not len(days):
        return np.array([], dtype="datetime64[D]")
    start = max(np.datetime64(first, "D"), days.min())
    calendar = np.arange(start, np.datetime64(last, "D") + 1)
    if all_week:
        return calendar
    closed = np.setdiff1d(possible_closures(first, last), open_days)
    return calendar[np.is_busday(calendar, holidays=closed)]


def monthly_coverage(expected: DateArray1D, have: DateArray1D, months: DateArray1D) -> FloatArray1D:
    """Share of the expected days of each month that have a price.

    Parameters
    ----------
    expected, have : ndarray of shape (n,), (m,), datetime64[D]
        Days of the calendar, and days with a price.
    months : ndarray of shape (k,), datetime64[M]
        Neighbouring months, in order.

    Returns
    -------
    ndarray of shape (k,)
        From 0 to 1; NaN for a month of which nothing was expected.

    Examples
    --------
    >>> days = np.arange("2024-01-30", "2024-02-03", dtype="datetime64[D]")
    >>> monthly_coverage(days, days[:3], np.array(["2024-01", "2024-02", "2024-03"], dtype="datetime64[M]"))
    array([1. , 0.5, nan])
    """
    if not len(months):
        return np.array([])
    due = _count(expected, months)
    met = _count(np.intersect1d(expected, have), months)
    share: FloatArray1D = np.divide(met, due, out=np.full(len(months), np.nan), where=due > 0)
    return share


def _count(days: DateArray1D, months: DateArray1D) -> FloatArray1D:
    index = (days.astype("datetime64[M]") - months[0]).astype(np.int64)
    inside = index[(index >= 0) & (index < len(months))]
    return np.bincount(inside, minlength=len(months)).astype(np.float64)


def _holidays(year: int) -> Iterator[date]:
    for month, day in _FIXED:
        yield date(year, month, day)
    for month, weekday, which in _FLOATING:
        if which > 0:
            first = date(year, month, 1)
            yield first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        else:
            end = date(year, month, 28) + timedelta(days=4)
            end -= timedelta(days=end.day)
            yield end - timedelta(days=(end.weekday() - weekday) % 7)
    easter = easter_sunday(year)
    for offset in _EASTER_OFFSETS:
        yield easter + timedelta(days=offset)


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar.

    Parameters
    ----------
    year : int
        Year from 1583.

    Returns
    -------
    date
        A Sunday between 22 March and 25 April.

    References
    ----------
    Butcher's rule, as given in Meeus (1991), Astronomical Algorithms.

    Examples
    --------
    >>> easter_sunday(2026)
    datetime.date(2026, 4, 5)
    """
    century, rest = divmod(year, 100)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
