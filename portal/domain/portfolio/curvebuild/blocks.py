"""Base, peak and off-peak of delivery periods: their hours, and the price of one block implied by the other two.

API: ``period_hours(periods, calendar, block)``, ``period_days(periods)``, ``day_sizes(days, commodity, timezone)``,
``offpeak_price``, ``peak_price``, ``base_price``.

Hours are real hours of the delivery zone: a month in which clocks change has one less or one more. Base hours times
base price is peak hours times peak price plus off-peak hours times off-peak price, exactly.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import DateArray1D, FloatArray, FloatArray1D
from portal.domain.market.calendars import DeliveryCalendar, local_zone
from portal.domain.market.delivery_blocks import Block, block_hours
from portal.domain.market.delivery_periods import DeliveryPeriod


def period_hours(
    periods: Sequence[DeliveryPeriod], calendar: DeliveryCalendar, block: Block | str = Block.BASE
) -> FloatArray1D:
    """Hours of a block in each period.

    Parameters
    ----------
    periods : sequence of DeliveryPeriod
        Days, months, quarters, seasons or years.
    calendar : DeliveryCalendar
        Market.
    block : Block
        Base, peak or off-peak.

    Returns
    -------
    ndarray of shape (n,)
        Hours, exact.

    Examples
    --------
    >>> from portal.domain.market.calendars import CALENDARS
    >>> from portal.domain.market.delivery_periods import parse_period
    >>> period_hours([parse_period("2024-03"), parse_period("2024-10")], CALENDARS["DE_LU"])
    array([743., 745.])
    """
    return np.array([_hours(p.first, p.end, calendar, Block(block)) for p in periods], dtype=np.float64)


def period_days(periods: Sequence[DeliveryPeriod]) -> FloatArray1D:
    """Delivery days of each period: the weights of gas and oil.

    Parameters
    ----------
    periods : sequence of DeliveryPeriod
        Periods.

    Returns
    -------
    ndarray of shape (n,)
        Days.
    """
    return np.array([p.days for p in periods], dtype=np.float64)


def day_sizes(days: DateArray1D, commodity: str, timezone: str) -> FloatArray1D:
    """Size of each delivery day: hours for power, where clock changes count, else 1.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Consecutive delivery days.
    commodity : str
        ``power`` counts hours.
    timezone : str
        IANA name of the zone in which days begin.

    Returns
    -------
    ndarray of shape (n,)
        23, 24 or 25; or ones. Their sums are those of ``curve_products.delivery_weights``.

    Examples
    --------
    >>> day_sizes(np.array(["2026-03-28", "2026-03-29"], "M8[D]"), "power", "Europe/Berlin")
    array([24., 23.])
    """
    if commodity != "power":
        return np.ones(len(days))
    zone = local_zone(timezone)
    midnights = [
        datetime(d.year, d.month, d.day, tzinfo=zone) for d in [*days.tolist(), (days[-1] + 1).item()]
    ]
    return np.diff([midnight.timestamp() for midnight in midnights]) / 3600.0


def offpeak_price(
    base: ArrayLike, peak: ArrayLike, base_hours: ArrayLike, peak_hours: ArrayLike
) -> FloatArray:
    """Off-peak price implied by base and peak.

    Parameters
    ----------
    base, peak : array_like of shape (n,)
        Prices.
    base_hours, peak_hours : array_like of shape (n,)
        Hours of the blocks.

    Returns
    -------
    ndarray of shape (n,)
        Price in the unit of the others; NaN where the period has no off-peak hour.
    """
    b, p, hb, hp = (np.asarray(x, np.float64) for x in (base, peak, base_hours, peak_hours))
    return _ratio(b * hb - p * hp, hb - hp)


def peak_price(
    base: ArrayLike, offpeak: ArrayLike, base_hours: ArrayLike, peak_hours: ArrayLike
) -> FloatArray:
    """Peak price implied by base and off-peak.

    Parameters
    ----------
    base, offpeak : array_like of shape (n,)
        Prices.
    base_hours, peak_hours : array_like of shape (n,)
        Hours of the blocks.

    Returns
    -------
    ndarray of shape (n,)
        Price in the unit of the others; NaN where the period has no peak hour.
    """
    b, o, hb, hp = (np.asarray(x, np.float64) for x in (base, offpeak, base_hours, peak_hours))
    return _ratio(b * hb - o * (hb - hp), hp)


def base_price(
    peak: ArrayLike, offpeak: ArrayLike, base_hours: ArrayLike, peak_hours: ArrayLike
) -> FloatArray:
    """Base price of a period from its two blocks.

    Parameters
    ----------
    peak, offpeak : array_like of shape (n,)
        Prices; the price of a block without hours does not matter.
    base_hours, peak_hours : array_like of shape (n,)
        Hours of the blocks.

    Returns
    -------
    ndarray of shape (n,)
        Price in the unit of the others.
    """
    p, o, hb, hp = (np.asarray(x, np.float64) for x in (peak, offpeak, base_hours, peak_hours))
    peaks, rest = np.where(hp > 0.0, p * hp, 0.0), np.where(hb > hp, o * (hb - hp), 0.0)
    return _ratio(peaks + rest, hb)


def _ratio(money: FloatArray, hours: FloatArray) -> FloatArray:
    money, hours = np.broadcast_arrays(money, hours)
    price = np.full(hours.shape, np.nan)
    np.divide(money, hours, out=price, where=hours > 0.0)
    return price


@lru_cache(maxsize=4096)  # the same months are asked for by every curve of a zone
def _hours(first: date, end: date, calendar: DeliveryCalendar, block: Block) -> float:
    return block_hours(first, end, calendar, block)
