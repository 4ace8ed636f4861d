"""The days off of a desk that keeps its books in euro: the closing days of TARGET, the system that euro settle in.

API: ``desk_holidays(first, last)``.
"""

from datetime import date, timedelta

from portal.domain.market.coverage import easter_sunday

FIRST_YEAR = 2002
"""From here on the closing days are the same every year."""
_FIXED = ((1, 1), (5, 1), (12, 25), (12, 26))
_EASTER = (-2, 1)  # Good Friday and Easter Monday


def desk_holidays(first: date, last: date) -> frozenset[date]:
    """Closing days of TARGET beside Saturdays and Sundays.

    Parameters
    ----------
    first, last : date
        Range, both included.

    Returns
    -------
    frozenset of date
        New Year's Day, Good Friday, Easter Monday, 1 May, 25 and 26 December of the years from 2002 on, also where they
        fall on a weekend: they are not moved.

    References
    ----------
    European Central Bank, press release of 14 December 2000: TARGET closing days from 2002 until further notice.

    Examples
    --------
    >>> [str(day) for day in sorted(desk_holidays(date(2026, 4, 1), date(2026, 5, 31)))]
    ['2026-04-03', '2026-04-06', '2026-05-01']
    """
    found: set[date] = set()
    for year in range(max(first.year, FIRST_YEAR), last.year + 1):
        found.update(date(year, month, day) for month, day in _FIXED)
        found.update(easter_sunday(year) + timedelta(days=offset) for offset in _EASTER)
    return frozenset(day for day in found if first <= day <= last)
