"""Samples grow old: partitions are made ahead, hours are made of what is complete, and old days and hours go.

A day goes only when its hours are made. Any number of monitors may run; one of them does it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from data.queries import samples as queries
from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core import clock
from portal.core.config import Settings, settings
from portal.services.monitoring.agent import Task, register_task

EVERY_SECONDS = 300.0
AHEAD_DAYS = 2
SETTLED = timedelta(minutes=2)  # after the end of an hour its last samples have come
LATE = timedelta(hours=4)  # hours that are made again, for samples that waited in memory
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Upkeep:
    """The upkeep of one portal; ``done_until`` is how far this process has made hours."""

    config: Settings
    done_until: datetime | None = None

    def take(self) -> None:
        """Do what is due; nothing when another monitor does.

        Raises
        ------
        UpstreamError
            The database does not answer.
        """
        now = clock.now()
        until = writes.whole_hour(now - SETTLED)
        with UnitOfWork(write=True) as work:
            writes.ensure_days(work.session, writes.days_ahead(now, AHEAD_DAYS))
            if self.done_until == until or not writes.claim(work.session):
                return
            begin = self._begin(work)
            while begin is not None and begin < until:
                end = min(until, begin + timedelta(days=1))
                writes.roll_up(work.session, begin, end)
                begin = end
        self.done_until = until
        self._remove(now, until)

    def _begin(self, work: UnitOfWork) -> datetime | None:
        """Return from which hour on hours are made, as far back as samples may have come late; None without any."""
        first = queries.first_day(work.session)
        made = self.done_until or queries.rolled_up_until(work.session)
        oldest = None if first is None else writes.whole_hour(first)
        return oldest if oldest is None or made is None else max(oldest, made - LATE)

    def _remove(self, now: datetime, made: datetime) -> None:
        """Remove days of samples whose hours are made, and hours that are too old."""
        before = oldest_day(now, self.config.keep_samples_days)
        with UnitOfWork(write=True) as work:
            if made >= datetime.combine(before, time(), UTC):
                writes.drop_days(work.session, before)
            writes.remove_hours(work.session, now - timedelta(days=self.config.keep_sample_hours_days))


def oldest_day(now: datetime, keep_days: int) -> date:
    """Return the first day that is kept, by whole days."""
    return (now.astimezone(UTC) - timedelta(days=keep_days)).date()


_own: list[Upkeep] = []


def take() -> None:
    """Look after the samples of this portal once."""
    if not _own:
        _own.append(Upkeep(settings()))
    _own[0].take()


register_task(Task("samples.upkeep", EVERY_SECONDS, take))
