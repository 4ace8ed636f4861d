"""Hours of delivery months on the energy clock, counted once in a process.

API: ``calendar_of(timezone, commodity)``, ``interval_hours(calendar, first, end) -> (base, peak)``,
``shape_hours(calendar, first, end)``.
"""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from portal.core.arrays import FloatArray
from portal.domain.market.calendars import (
    CALENDARS,
    GAS_DAY_HOUR,
    DeliveryCalendar,
    delivery_day,
    intervals_of_day,
    local_zone,
)
from portal.domain.market.delivery_blocks import Block, block_hours

_POWER = {calendar.zone: calendar for calendar in CALENDARS.values() if calendar.day_hour == 0}
_GAS = {calendar.zone: calendar for calendar in CALENDARS.values() if calendar.day_hour != 0}
_GAS_AMERICA = 10  # the gas day begins at 09:00 Central, 10:00 Eastern time


@lru_cache(maxsize=256)
def calendar_of(timezone: str, commodity: str) -> DeliveryCalendar:
    """The delivery calendar of a curve.

    Parameters
    ----------
    timezone : str
        IANA name.
    commodity : str
        ``gas`` has gas days; others begin at midnight.

    Returns
    -------
    DeliveryCalendar
        Calendar with the peak hours of the zone.

    Raises
    ------
    BadParameter
        There is no such time zone.
    """
    if commodity != "gas":
        return _POWER.get(timezone) or DeliveryCalendar(timezone)
    if timezone in _GAS:
        return _GAS[timezone]
    day_hour = GAS_DAY_HOUR if timezone.startswith("Europe/") else 0
    return DeliveryCalendar(timezone, day_hour=_GAS_AMERICA if timezone == "America/New_York" else day_hour)


@lru_cache(maxsize=65_536)
def interval_hours(calendar: DeliveryCalendar, first: date, end: date) -> tuple[float, float]:
    """Base and peak hours of a range of delivery days.

    Parameters
    ----------
    calendar : DeliveryCalendar
        Market.
    first, end : date
        Half-open range of delivery days.

    Returns
    -------
    tuple of float
        Base hours and, of these, peak hours; exact.

    Raises
    ------
    BadParameter
        ``end`` is not after ``first``.

    Examples
    --------
    >>> interval_hours(calendar_of("Europe/Berlin", "power"), date(2026, 3, 1), date(2026, 4, 1))
    (743.0, 264.0)
    """
    return block_hours(first, end, calendar, Block.BASE), block_hours(first, end, calendar, Block.PEAK)


@lru_cache(maxsize=16_384)
def shape_hours(calendar: DeliveryCalendar, first: date, end: date) -> FloatArray:
    """How often each local hour occurs in a range of delivery days, within and outside peak.

    Parameters
    ----------
    calendar : DeliveryCalendar
        Market.
    first, end : date
        Half-open range of delivery days.

    Returns
    -------
    ndarray of shape (2, 2, 24)
        Hours by outside or within peak, weekday or weekend, local hour. A day of 23 or 25 hours lacks one, or has one
        twice, so the sum is the number of base hours.
    """
    counts = np.zeros((2, 2, 24))
    zone = local_zone(calendar.zone)
    local_peak = np.zeros(24, dtype=np.int64)
    local_peak[calendar.peak_start : calendar.peak_end] = 1
    hours, day = np.arange(24), first
    while day < end:
        weekend = int(day.weekday() >= 5)
        if calendar.day_hour == 0 and delivery_day(day, calendar).hours == 24.0:
            within = local_peak if calendar.has_peak(day) else np.zeros(24, dtype=np.int64)
            counts[within, weekend, hours] += 1.0
        else:
            for interval in intervals_of_day(day, calendar):
                at = interval.start.astimezone(zone)
                inside = int(calendar.has_peak(at.date()) and local_peak[at.hour])
                counts[inside, int(at.weekday() >= 5), at.hour] += 1.0
        day += timedelta(days=1)
    counts.setflags(write=False)
    return counts
