"""The energy clock: delivery days and hours as half-open UTC intervals built from local calendars.

API: ``DeliveryCalendar`` (``CALENDARS`` has the usual ones), ``delivery_day(day, calendar)``,
``intervals_of_day(day, calendar, minutes)``, ``local_label(instant, zone)``, ``hour_labels(day, calendar)``.

A local day has 23, 24 or 25 hours; a gas day begins at 06:00 local time. Every time inside is an aware UTC datetime,
and every period is [start, end). Which hours are peak and which off-peak is in ``delivery_blocks``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.domain.market.errors import BadParameter

WORKING_WEEK = (0, 1, 2, 3, 4)
GAS_DAY_HOUR = 6


def local_zone(name: str) -> ZoneInfo:
    """The time zone of a name.

    Parameters
    ----------
    name : str
        IANA name.

    Returns
    -------
    ZoneInfo
        The zone.

    Raises
    ------
    BadParameter
        There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise BadParameter(
            f"{name!r} is not a time zone; write for instance Europe/Berlin.", name="zone", value=name
        ) from cause


@dataclass(frozen=True, order=True)
class Interval:
    """A half-open stretch of time [start, end), both aware and in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise BadParameter(
                f"An interval is given in UTC, not as {self.start} to {self.end}.",
                name="start",
                value=str(self.start),
            )
        if self.end <= self.start:
            raise BadParameter(
                f"An interval must end after it starts, not go from {self.start} to {self.end}.",
                name="end", value=str(self.end),
            )  # fmt: skip

    @property
    def hours(self) -> float:
        """Length in hours; exact for whole minutes that divide an hour into halves and quarters."""
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(frozen=True)
class DeliveryCalendar:
    """How a market cuts time.

    Attributes
    ----------
    zone : str
        IANA name of the local time, such as Europe/Berlin.
    peak_start, peak_end : int
        Local hours between which peak is delivered.
    peak_days : tuple of int
        Weekdays with peak hours, Monday is 0.
    holidays : frozenset of date
        Days without peak hours. German peak is delivered on public holidays too, so it is empty there.
    day_hour : int
        Local hour at which the delivery day begins: 0 for power, 6 for European gas.
    """

    zone: str
    peak_start: int = 8
    peak_end: int = 20
    peak_days: tuple[int, ...] = WORKING_WEEK
    holidays: frozenset[date] = frozenset()
    day_hour: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.peak_start < self.peak_end <= 24:
            raise BadParameter(
                f"Peak must start before it ends within a day, not go from {self.peak_start} to {self.peak_end}.",
                name="peak_start", value=self.peak_start,
            )  # fmt: skip
        if not 0 <= self.day_hour < 24:
            raise BadParameter(
                f"A day begins at 0 to 23, not {self.day_hour}.", name="day_hour", value=self.day_hour
            )
        local_zone(self.zone)

    def has_peak(self, day: date) -> bool:
        """Whether peak is delivered on a local day.

        Parameters
        ----------
        day : date
            Local day.

        Returns
        -------
        bool
            False on weekends and on the calendar's holidays.
        """
        return day.weekday() in self.peak_days and day not in self.holidays


# Day-ahead and EEX/ICE contract definitions; peak of GB is 07-19 local.
CALENDARS: dict[str, DeliveryCalendar] = {
    **{
        area: DeliveryCalendar(f"Europe/{city}")
        for area, city in (
            ("DE_LU", "Berlin"), ("FR", "Paris"), ("NL", "Amsterdam"), ("BE", "Brussels"), ("AT", "Vienna"),
            ("ES", "Madrid"), ("DK1", "Copenhagen"), ("CH", "Zurich"), ("IT", "Rome"), ("PL", "Warsaw"),
        )
    },
    "GB": DeliveryCalendar("Europe/London", peak_start=7, peak_end=19),
    "GAS_EU": DeliveryCalendar("Europe/Berlin", day_hour=GAS_DAY_HOUR),
    "GAS_GB": DeliveryCalendar("Europe/London", day_hour=5),
    "GAS_US": DeliveryCalendar("America/Chicago", day_hour=9),
}  # fmt: skip


def local_instant(day: date, hour: int, zone: str) -> datetime:
    """UTC instant of a full hour on a local day; hour 24 is the next midnight.

    Parameters
    ----------
    day : date
        Local day.
    hour : int
        Local hour, 0 to 24.
    zone : str
        IANA name.

    Returns
    -------
    datetime
        In UTC. An hour that occurs twice means the first; one that is skipped means the hour after the gap.
    """
    shifted = day + timedelta(days=hour // 24)
    local = datetime.combine(shifted, time(hour % 24), tzinfo=local_zone(zone))
    return local.astimezone(UTC)


def delivery_day(day: date, calendar: DeliveryCalendar) -> Interval:
    """The delivery day as an interval.

    Parameters
    ----------
    day : date
        Local (or gas) day.
    calendar : DeliveryCalendar
        Market.

    Returns
    -------
    Interval
        23, 24 or 25 hours.

    Examples
    --------
    >>> delivery_day(date(2026, 3, 29), CALENDARS["DE_LU"]).hours
    23.0
    """
    following = day + timedelta(days=1)
    return Interval(
        local_instant(day, calendar.day_hour, calendar.zone),
        local_instant(following, calendar.day_hour, calendar.zone),
    )


def intervals_of_day(day: date, calendar: DeliveryCalendar, minutes: int = 60) -> tuple[Interval, ...]:
    """The delivery day cut into equal intervals.

    Parameters
    ----------
    day : date
        Local (or gas) day.
    calendar : DeliveryCalendar
        Market.
    minutes : int, default 60
        Length of each interval, a divisor of 60.

    Returns
    -------
    tuple of Interval
        92, 96 or 100 for quarter hours.

    Raises
    ------
    BadParameter
        ``minutes`` does not divide an hour.
    """
    if minutes < 1 or 60 % minutes:
        raise BadParameter(
            f"Intervals must divide an hour, {minutes} minutes do not; use 15, 30 or 60.",
            name="minutes",
            value=minutes,
        )
    whole, step = delivery_day(day, calendar), timedelta(minutes=minutes)
    count = (whole.end - whole.start) // step
    return tuple(Interval(whole.start + i * step, whole.start + (i + 1) * step) for i in range(count))


def local_label(instant: datetime, zone: str) -> str:
    """Local date, time and the zone's abbreviation, which tells the two 02:00 of autumn apart.

    Parameters
    ----------
    instant : datetime
        Aware instant.
    zone : str
        IANA name.

    Returns
    -------
    str
        Such as ``2025-10-26 02:00 CEST``.
    """
    return instant.astimezone(local_zone(zone)).strftime("%Y-%m-%d %H:%M %Z")


def hour_labels(day: date, calendar: DeliveryCalendar, minutes: int = 60) -> tuple[str, ...]:
    """Short labels of a day's intervals for an axis; only times that occur twice carry the abbreviation.

    Parameters
    ----------
    day : date
        Local (or gas) day.
    calendar : DeliveryCalendar
        Market.
    minutes : int, default 60
        Length of each interval.

    Returns
    -------
    tuple of str
        One for each interval of `intervals_of_day`, all different.

    Examples
    --------
    >>> hour_labels(date(2025, 10, 26), CALENDARS["DE_LU"])[1:5]
    ('01:00', '02:00 CEST', '02:00 CET', '03:00')
    """
    zone = local_zone(calendar.zone)
    starts = [interval.start.astimezone(zone) for interval in intervals_of_day(day, calendar, minutes)]
    short = [start.strftime("%H:%M") for start in starts]
    return tuple(
        f"{text} {start.tzname()}" if short.count(text) > 1 else text
        for text, start in zip(short, starts, strict=True)
    )
