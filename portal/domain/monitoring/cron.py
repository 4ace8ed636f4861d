"""Cron lines: when something is due, in a time zone, on days of 23, 24 and 25 hours.

A line has five fields: minute, hour, day of the month, month, weekday. Weekdays are read as cron reads them (0 and 7
are Sunday) or by name. Asking for days of the month and weekdays at once is refused: programs differ on what it means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

from portal.core.errors import DomainError

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONG = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WORK_DAYS = (1, 2, 3, 4, 5)
_STEP = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_REACHES = (timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=62), timedelta(days=400))
LONGEST = 64
EXAMPLE = "Write minute, hour, day of the month, month and weekday, for example '15 19 * * mon-fri'."


@dataclass(frozen=True)
class CronLine:
    """When something is due.

    Attributes
    ----------
    text : str
        Five fields: minute, hour, day of the month, month, weekday.
    timezone : str
        Name of the time zone in which the fields are read, such as ``Europe/Berlin``.

    Notes
    -----
    In spring a time that the clock skips is due as long after midnight as on other days. In autumn a time that comes
    twice is due at the first one, unless the line is due every hour.
    """

    text: str
    timezone: str

    @cached_property
    def fields(self) -> tuple[str, str, str, str, str]:
        """The five fields, in lower case."""
        minute, hour, day, month, weekday = self.text.casefold().split()
        return minute, hour, day, month, weekday

    @cached_property
    def weekdays(self) -> tuple[int, ...]:
        """The weekdays on which it is due, 0 for Sunday; empty for all."""
        return _weekdays(self.fields[4])

    @cached_property
    def _trigger(self) -> Any:
        minute, hour, day, month, _ = self.fields
        names = ",".join(DAYS[one] for one in self.weekdays) or "*"
        zone = ZoneInfo(self.timezone)
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=names, second=0, timezone=zone
        )

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first moment after another at which it is due.

        Parameters
        ----------
        moment : datetime
            With its zone; not itself an answer.

        Returns
        -------
        datetime or None
            In UTC; None when it is never due again.
        """
        after = moment.astimezone(UTC)
        while True:
            found = self._fire_after(after)
            if found is None:
                return None
            after = found.astimezone(UTC)
            if not found.fold or "*" in self.fields[1]:  # an hour that comes twice counts once
                return after

    def _fire_after(self, after: datetime) -> datetime | None:
        """Return the next moment of the trigger, also within the hour that follows midnight after the clock changed.

        The trigger steps over a change of the clock in hours, not by the wall, and lands an hour past midnight.
        """
        zone = ZoneInfo(self.timezone)
        found: datetime | None = self._trigger.get_next_fire_time(None, after + _STEP)
        if found is None or found.utcoffset() == after.astimezone(zone).utcoffset():
            return found
        before, changed = after, found.astimezone(UTC)
        while changed - before > _MINUTE:
            middle = before + (changed - before) / 2
            same = middle.astimezone(zone).utcoffset() == found.utcoffset()
            before, changed = (before, middle) if same else (middle, changed)
        asked: datetime | None = self._trigger.get_next_fire_time(None, changed)
        return found if asked is None else min(found, asked, key=datetime.timestamp)

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last moment of a span at which it was due.

        Parameters
        ----------
        after, until : datetime
            The span, without its begin and with its end.

        Returns
        -------
        datetime or None
            In UTC; None when it was not due within the span.
        """
        for reach in _REACHES:  # the last moment is near, however often it was due before
            begin = max(after, until - reach)
            last = None
            moment = self.next_after(begin)
            while moment is not None and moment <= until:
                last, moment = moment, self.next_after(moment)
            if last is not None or begin == after:
                return last
        return None

    def words(self) -> str:
        """Return the line in words.

        Returns
        -------
        str
            Such as ``Monday to Friday at 19:15 (UTC)``.
        """
        return f"{self._days()} {self._time()} ({self.timezone})"

    def _time(self) -> str:
        minute, hour = self.fields[:2]
        if minute.isdecimal() and hour.isdecimal():
            return f"at {int(hour):02d}:{int(minute):02d}"
        if minute.isdecimal() and hour == "*":
            return f"every hour at minute {int(minute)}"
        if hour == "*" and minute == "*":
            return "every minute"
        if hour == "*" and minute.startswith("*/"):
            return f"every {minute[2:]} minutes"
        return f"at minute {minute} of hour {hour}"

    def _days(self) -> str:
        day, month = self.fields[2:4]
        months = "" if month == "*" else f" in month {month}"
        if self.weekdays:
            if self.weekdays == _WORK_DAYS:
                return f"Monday to Friday{months}"
            names = [_LONG[one] for one in sorted(self.weekdays, key=lambda one: (one - 1) % 7)]
            return f"{', '.join(names)}{months}"
        if day == "*":
            return f"Every day{months}"
        named = "On the last day" if day == "last" else f"On day {day}"
        return f"{named} of {'the month' if month == '*' else f'month {month}'}"


def read_cron(text: str, timezone: str, *, now: datetime) -> CronLine:
    """Read a cron line that somebody wrote.

    Parameters
    ----------
    text : str
        The five fields.
    timezone : str
        Name of a time zone.
    now : datetime
        The line must be due at some moment after it.

    Returns
    -------
    CronLine
        The line, with single spaces.

    Raises
    ------
    DomainError
        A field or the zone cannot be read, or it is never due; the sentence says which.

    Examples
    --------
    >>> read_cron("15 19 * * 1-5", "UTC", now=datetime(2026, 1, 1, tzinfo=UTC)).words()
    'Monday to Friday at 19:15 (UTC)'
    """
    shown = " ".join(text.split())[:LONGEST]
    line = CronLine(" ".join(text.casefold().split()), timezone)
    if len(line.text) > LONGEST or len(line.text.split()) != 5:
        raise DomainError(f"'{shown}' is not a cron line of five fields. {EXAMPLE}", cron=shown)
    if line.fields[2] != "*" and line.fields[4] != "*":
        raise DomainError(
            f"'{shown}' names days of the month and weekdays. Write a * for one of them.", cron=shown
        )
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DomainError(
            f"'{timezone[:40]}' is not the name of a time zone. Write one such as UTC or Europe/Berlin.",
            timezone=timezone[:40],
        ) from None
    try:
        found = line.next_after(now)
    except ValueError as problem:
        raise DomainError(f"'{shown}' cannot be read: {problem}. {EXAMPLE}", cron=shown) from None
    if found is None:
        raise DomainError(f"'{shown}' names a day that never comes. {EXAMPLE}", cron=shown)
    return line


def _weekdays(field: str) -> tuple[int, ...]:
    """Return the weekdays of a field, rising from Sunday; empty for all."""
    if field == "*":
        return ()
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if step and (not step.isdecimal() or int(step) < 1):
            raise ValueError(f"'{part}' has no whole step above 0")
        begin, dash, end = span.partition("-")
        first, last = (0, 6) if span == "*" else (_weekday(begin), _weekday(end if dash else begin))
        if span != "*" and step and not dash:
            last = 6
        last += 7 if last < first else 0
        found |= {one % 7 for one in range(first, last + 1, int(step or 1))}
    return () if len(found) == len(DAYS) else tuple(sorted(found))


def _weekday(name: str) -> int:
    days: Sequence[str] = DAYS
    if name.isdecimal() and int(name) <= len(days):
        return int(name) % 7
    if name[:3] in days and (len(name) == 3 or _LONG[days.index(name[:3])].casefold() == name):
        return days.index(name[:3])
    raise ValueError(f"'{name}' is not a weekday")
