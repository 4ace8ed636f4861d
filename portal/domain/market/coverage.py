"""Which days price series should have, which of them are missing, and the share that is there.

API: ``possible_closures(first, last)``, ``expected_days(have, days, ...)``, ``missing_runs(expected, have, days)``,
``monthly_coverage(expected, have, days)``. All series are judged together, as rows of a table of days.

There is no calendar of each exchange here. A weekday is excused only if it is a usual holiday somewhere *and* most of
the market has no price on it; so a feed that fails on an ordinary Tuesday is a gap, and Thanksgiving is none.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from portal.core.arrays import BoolArray1D, BoolArray2D, DateArray1D, FloatArray2D
from portal.domain.market.quality import Gap

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


def expected_days(
    have: BoolArray2D,
    days: DateArray1D,
    *,
    all_week: BoolArray1D,
    markets: Sequence[str],
    begin: date,
    due: DateArray1D,
) -> BoolArray2D:
    """Days on which each series should have a price.

    Parameters
    ----------
    have : ndarray of shape (k, n), bool
        Whether series k has a price on day n; nothing is expected before the first price of a series.
    days : ndarray of shape (n,), datetime64[D]
        Calendar days, each once, in order.
    all_week : ndarray of shape (k,), bool
        Whether a series is quoted on all seven days; the others are quoted on weekdays.
    markets : sequence of str, length k
        Name of the market of each series.
    begin : date
        First day to judge.
    due : ndarray of shape (k,), datetime64[D]
        Last day to judge of each series.

    Returns
    -------
    ndarray of shape (k, n), bool
        A weekday that may be a holiday is expected only if at least half of the market's weekday series that exist by
        then have a price. Half, because day-ahead auctions are held on the holidays of an exchange, too.
    """
    there = np.logical_or.accumulate(have, axis=1)
    weekday = np.is_busday(days)
    holiday = np.isin(days, possible_closures(days[0].item(), days[-1].item()))
    expected = np.repeat(np.where(weekday & ~holiday, True, False)[None, :], len(have), axis=0)
    names = np.array(markets, dtype=object)
    for market in dict.fromkeys(markets):
        members = (names == market) & ~all_week
        count, alive = have[members].sum(axis=0), there[members].sum(axis=0)
        expected[members] |= weekday & holiday & (count > 0) & (2 * count >= alive)
    expected[all_week] = True
    return expected & there & (days >= np.datetime64(begin)) & (days[None, :] <= due[:, None])


def missing_runs(expected: BoolArray1D, have: BoolArray1D, days: DateArray1D) -> tuple[Gap, ...]:
    """Gaps of one series: neighbouring expected days without a price.

    Parameters
    ----------
    expected, have : ndarray of shape (n,), bool
        Rows of the tables of expected and of known days.
    days : ndarray of shape (n,), datetime64[D]
        Calendar days.

    Returns
    -------
    tuple of Gap
        In order; weekends and excused holidays do not end a gap and do not count.
    """
    calendar = np.flatnonzero(expected)
    missing = np.flatnonzero(~have[calendar])
    if not missing.size:
        return ()
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    return tuple(Gap(days[calendar[run[0]]].item(), days[calendar[run[-1]]].item(), len(run)) for run in runs)


def monthly_coverage(
    expected: BoolArray2D, have: BoolArray2D, days: DateArray1D
) -> tuple[DateArray1D, FloatArray2D]:
    """Share of the expected days of each month that have a price.

    Parameters
    ----------
    expected, have : ndarray of shape (k, n), bool
        Tables of expected and of known days.
    days : ndarray of shape (n,), datetime64[D]
        Calendar days, in order.

    Returns
    -------
    tuple of ndarray
        Months of shape (m,), datetime64[M], and shares of shape (k, m) from 0 to 1; NaN where nothing was expected.

    Examples
    --------
    >>> days = np.arange("2024-01-30", "2024-02-03", dtype="datetime64[D]")
    >>> have = np.array([[True, True, True, False]])
    >>> monthly_coverage(np.ones((1, 4), dtype=bool), have, days)[1]
    array([[1. , 0.5]])
    """
    months, starts = np.unique(days.astype("datetime64[M]"), return_index=True)
    if not len(months):
        return months, np.empty((len(have), 0))
    due = np.add.reduceat(expected.astype(np.float64), starts, axis=1)
    met = np.add.reduceat((expected & have).astype(np.float64), starts, axis=1)
    share: FloatArray2D = np.divide(met, due, out=np.full(due.shape, np.nan), where=due > 0.0)
    return months, share


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
