"""Working days of deadlines: the days that count, T+n, one month later, and the end of a day in a regime's zone."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONES = {
    "US": "America/New_York",
    "EU": "Europe/Brussels",
    "UK": "Europe/London",
    "GY": "America/Guyana",
    "ME": "Asia/Dubai",
    "GLOBAL": "UTC",
    "SHARIAH": "Asia/Dubai",
}
"""Zone in which a deadline without a clock time ends, by the first part of a regime's code; EU is unverified."""
WEEKEND = frozenset({5, 6})  # Saturday and Sunday, as date.weekday() counts


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Days that are neither in ``weekend`` (numbers of ``date.weekday``) nor in ``holidays``."""

    weekend: frozenset[int] = WEEKEND
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Tell whether ``day`` counts."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day``, which is day 0 whether it counts or not."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def rolled(self, day: date) -> date:
        """Return ``day``, or the next working day when it does not count."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after ``first`` up to and including ``last``; negative backwards."""
        if last < first:
            return -self.between(last, first)
        return sum(
            self.is_working(first + timedelta(days=step)) for step in range(1, (last - first).days + 1)
        )


def months_after(day: date, months: int) -> date:
    """Return the same day number ``months`` later, or the last day of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_after(day: date, years: int) -> date:
    """Return the same day ``years`` later; 29 February becomes the 28th."""
    return months_after(day, 12 * years)


def end_of(day: date, regime: str) -> datetime:
    """Return the last second of ``day`` in the zone of a regime, in UTC."""
    zone = ZoneInfo(ZONES.get(regime.partition("-")[0], "UTC"))
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
