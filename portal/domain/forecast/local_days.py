"""Hours of local days: from UTC to the wall clock and back, on a grid of 24 slots a day.

API: ``wall_clock(moments, timezone)``, ``hours_of_days(first, last, timezone)``, ``clock_time(days, at, timezone)``.

The spring day has 23 hours, so one of its slots has no hour of its own; the autumn day has 25, so one slot has two.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import numpy as np

from portal.core.arrays import DateArray1D, IntArray1D
from portal.domain.market.calendars import local_zone

SLOTS = 24


def wall_clock(moments: DateArray1D, timezone: str) -> DateArray1D:
    """Moments on the wall clock of a zone.

    Parameters
    ----------
    moments : ndarray of shape (n,), datetime64
        UTC.
    timezone : str
        IANA name.

    Returns
    -------
    ndarray of shape (n,), datetime64[s]
        The same moments as a local clock shows them; those of the autumn hour come twice.
    """
    seconds = moments.astype("datetime64[s]")
    day = seconds.astype("datetime64[D]")
    days, position = np.unique(day, return_inverse=True)
    begin = np.array(
        [_offset(found, timezone) for found in days.astype("datetime64[s]").astype(int).tolist()]
    )
    end = np.array(
        [_offset(found, timezone) for found in (days + 1).astype("datetime64[s]").astype(int).tolist()]
    )
    offset = begin[position] if len(days) else np.zeros(0, dtype=np.int64)
    for at in np.flatnonzero((begin != end)[position] if len(days) else np.zeros(0, dtype=bool)):
        offset[at] = _offset(int(seconds[at].astype(int)), timezone)
    shown: DateArray1D = seconds + offset.astype("timedelta64[s]")
    return shown


@lru_cache(maxsize=100_000)
def _offset(second: int, timezone: str) -> int:
    moment = datetime.fromtimestamp(second, tz=local_zone(timezone))
    found = moment.utcoffset()
    return 0 if found is None else int(found.total_seconds())


def hours_of_days(first: date, last: date, timezone: str) -> tuple[DateArray1D, IntArray1D]:
    """All hours of local days: 23, 24 or 25 a day.

    Parameters
    ----------
    first, last : date
        Local days, both included.
    timezone : str
        IANA name.

    Returns
    -------
    moments : ndarray of shape (h,), datetime64[s]
        Starts of the hours, UTC.
    slot : ndarray of shape (h,), int
        Position of each hour on the grid of 24 slots a day that begins with ``first``.
    """
    begin = np.datetime64(first, "s") - np.timedelta64(15, "h")
    moments = np.arange(
        begin, np.datetime64(last, "s") + np.timedelta64(40, "h"), np.timedelta64(1, "h")
    ).astype("datetime64[s]")
    local = wall_clock(moments, timezone)
    slot = ((local - np.datetime64(first, "s")) // np.timedelta64(1, "h")).astype(np.int64)
    days = (np.datetime64(last, "D") - np.datetime64(first, "D")).astype(int) + 1
    inside = (slot >= 0) & (slot < days * SLOTS)
    return moments[inside], slot[inside]


def clock_time(days: DateArray1D, at: str, timezone: str) -> DateArray1D:
    """The moment at which local clocks show a time on each day.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Local days.
    at : str
        Such as ``12:00``.
    timezone : str
        IANA name.

    Returns
    -------
    ndarray of shape (n,), datetime64[s]
        UTC.
    """
    zone, shown = local_zone(timezone), time.fromisoformat(at)
    unique, position = np.unique(days.astype("datetime64[D]"), return_inverse=True)
    moments: list[Any] = [
        datetime.combine(day, shown, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        for day in unique.astype(object).tolist()
    ]
    return np.array(moments, dtype="datetime64[s]")[position]
