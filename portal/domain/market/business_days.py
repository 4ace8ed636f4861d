"""Business days and the time that passes on them.

API: ``is_business_day``, ``business_days(first, end, holidays)``, ``shift_business_days(day, n, holidays)``,
``business_hours_between(start, end, holidays)``. Days are Monday to Friday without the given holidays.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from portal.core.arrays import DateArray1D


def is_business_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether a day is a weekday and no holiday.

    Parameters
    ----------
    day : date
        Day.
    holidays : collection of date
        Days off.

    Returns
    -------
    bool
        True on business days.
    """
    return day.weekday() < 5 and day not in holidays


def business_days(first: date, end: date, holidays: Collection[date] = ()) -> DateArray1D:
    """Business days from ``first`` up to but without ``end``.

    Parameters
    ----------
    first, end : date
        Half-open range; empty when ``end`` is not after ``first``.
    holidays : collection of date
        Days off.

    Returns
    -------
    ndarray of shape (n,), datetime64[D]
        Days in order.

    Examples
    --------
    >>> business_days(date(2026, 5, 1), date(2026, 5, 5), {date(2026, 5, 1)}).astype(str).tolist()
    ['2026-05-04']
    """
    days = np.arange(np.datetime64(first, "D"), np.datetime64(end, "D"))
    return days[np.is_busday(days, holidays=_array(holidays))]


def shift_business_days(day: date, n: int, holidays: Collection[date] = ()) -> date:
    """The business day ``n`` steps away.

    Parameters
    ----------
    day : date
        Any day; when it is none itself, the first step forward leads to the next business day, and the first step back
        to the one before. 0 gives the day itself, or the business day before it.
    n : int
        Steps, negative for the past.
    holidays : collection of date
        Days off.

    Returns
    -------
    date
        A business day.
    """
    start, off = np.datetime64(day, "D"), _array(holidays)
    if n >= 0:
        shifted = np.busday_offset(start, n, roll="backward", holidays=off)
    else:
        shifted = np.busday_offset(start, n, roll="forward", holidays=off)
    return date.fromisoformat(str(shifted))


def business_hours_between(start: datetime, end: datetime, holidays: Collection[date] = ()) -> float:
    """Hours between two instants that lie on business days (UTC days, all 24 hours of them).

    Parameters
    ----------
    start, end : datetime
        Aware instants.
    holidays : collection of date
        Days off.

    Returns
    -------
    float
        Hours; 0 when ``end`` is not after ``start``. A price of Friday 18:00 is 6 + 10 hours old on Monday at 10:00.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return 0.0
    total = timedelta()
    whole = business_days(start.date(), end.date() + timedelta(days=1), holidays)
    if len(whole) > 2:  # only the first and the last day can be cut
        total = timedelta(days=len(whole) - 2)
        whole = whole[[0, -1]]
    for day in whole.tolist():
        midnight = datetime.combine(day, time(), tzinfo=UTC)
        total += min(end, midnight + timedelta(days=1)) - max(start, midnight)
    return total / timedelta(hours=1)


def _array(holidays: Collection[date]) -> DateArray1D:
    return np.array(sorted(holidays), dtype="datetime64[D]")
