"""Base, peak and off-peak: which hours of a range of delivery days a product delivers.

API: ``Block``, ``block_intervals(first, end, calendar, block)``, ``block_hours(first, end, calendar, block)``,
``month_hours(months, calendar, block)``. Base hours are peak hours plus off-peak hours, exactly.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from portal.core.arrays import DateArray1D
from portal.domain.market.calendars import DeliveryCalendar, Interval, delivery_day, local_instant
from portal.domain.market.errors import BadParameter


class Block(StrEnum):
    """Which hours of a period are delivered."""

    BASE = "base"
    PEAK = "peak"
    OFFPEAK = "offpeak"


def block_intervals(
    first: date, end: date, calendar: DeliveryCalendar, block: Block | str = Block.BASE
) -> tuple[Interval, ...]:
    """Delivery intervals of a block over the delivery days from ``first`` up to but without ``end``.

    Parameters
    ----------
    first, end : date
        Half-open range of delivery days.
    calendar : DeliveryCalendar
        Market.
    block : Block
        Base, peak or off-peak.

    Returns
    -------
    tuple of Interval
        In order, not overlapping, neighbours merged; empty when the block has no hour.

    Raises
    ------
    BadParameter
        ``end`` is not after ``first``.
    """
    block = Block(block)
    if end <= first:
        raise BadParameter(
            f"A period must end after it starts, not go from {first} to {end}.", name="end", value=str(end)
        )
    whole = Interval(
        delivery_day(first, calendar).start, local_instant(end, calendar.day_hour, calendar.zone)
    )
    if block is Block.BASE:
        return (whole,)
    peak = tuple(_peaks(first, end, calendar, whole))
    return peak if block is Block.PEAK else _without(whole, peak)


def block_hours(first: date, end: date, calendar: DeliveryCalendar, block: Block | str = Block.BASE) -> float:
    """Hours of a block in a range of delivery days.

    Parameters
    ----------
    first, end : date
        Half-open range of delivery days.
    calendar : DeliveryCalendar
        Market.
    block : Block
        Base, peak or off-peak.

    Returns
    -------
    float
        Hours, exact; base equals peak plus off-peak.

    Raises
    ------
    BadParameter
        ``end`` is not after ``first``.

    Examples
    --------
    >>> from portal.domain.market.calendars import CALENDARS
    >>> block_hours(date(2026, 3, 1), date(2026, 4, 1), CALENDARS["DE_LU"])
    743.0
    """
    return sum(interval.hours for interval in block_intervals(first, end, calendar, block))


def month_hours(
    months: DateArray1D | Sequence[str], calendar: DeliveryCalendar, block: Block | str = Block.BASE
) -> dict[np.datetime64, float]:
    """Hours of a block in each delivery month: the weights of period averages.

    Parameters
    ----------
    months : array_like of shape (n,), datetime64[M]
        Delivery months.
    calendar : DeliveryCalendar
        Market.
    block : Block
        Base, peak or off-peak.

    Returns
    -------
    dict of datetime64[M] to float
        Hours, exact.
    """
    found = {}
    for month in np.asarray(months, dtype="datetime64[M]"):
        first, end = month.astype("datetime64[D]").item(), (month + 1).astype("datetime64[D]").item()
        found[month] = block_hours(first, end, calendar, block)
    return found


def _peaks(first: date, end: date, calendar: DeliveryCalendar, whole: Interval) -> Iterable[Interval]:
    """Peak of each local day, cut to the range: a gas-style range may begin or end inside one."""
    day = first
    while day <= end:
        if calendar.has_peak(day):
            start = max(local_instant(day, calendar.peak_start, calendar.zone), whole.start)
            stop = min(local_instant(day, calendar.peak_end, calendar.zone), whole.end)
            if start < stop:
                yield Interval(start, stop)
        day += timedelta(days=1)


def _without(whole: Interval, holes: Sequence[Interval]) -> tuple[Interval, ...]:
    """What is left of an interval after cutting ordered holes out of it."""
    left, start = [], whole.start
    for hole in holes:
        if start < hole.start:
            left.append(Interval(start, hole.start))
        start = hole.end
    if start < whole.end:
        left.append(Interval(start, whole.end))
    return tuple(left)
