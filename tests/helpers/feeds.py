"""Feeds for tests: daily deliveries of one source, of the demo desk or of files of one's own."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from data.session import UnitOfWork
from tests.helpers.imports import add_batch, add_prices
from tests.helpers.market import add_instrument, evening


def workdays(last: date, count: int) -> list[date]:
    """The ``count`` weekdays up to ``last``, oldest first."""
    days, day = [], last
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def add_feed(source: str, days: Iterable[date], *, simulated: bool = False, minutes_late: int = 0) -> int:
    """Add daily prices of a source, one file a day at 18:30 UTC; return the id of the instrument."""
    instrument = add_instrument(f"{source}-X".upper(), [], source=source, simulated=simulated)
    for day in days:
        deliver(instrument, day, evening(day) + timedelta(minutes=minutes_late), source=source)
    return instrument


def deliver(instrument: int, day: date, at: datetime, *, source: str) -> None:
    """Bring the price of one day at a moment."""
    add_prices(instrument, {day: 50.0}, at, add_batch(at, source=source))


def make_demo(last_day: date, *, loaded_at: datetime) -> None:
    """Say that all imports so far came with a demo desk that ends on a day."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE import_batches SET kind = 'demo', last_day = :day"), {"day": last_day}
        )
        work.session.execute(
            text("INSERT INTO settings (key, value) VALUES ('demo_loaded_at', :at)"),
            {"at": loaded_at.astimezone(UTC).isoformat(timespec="seconds")},
        )


def add_job(
    kind: str,
    asked: datetime,
    *,
    began: datetime | None = None,
    ended: datetime | None = None,
    state: str = "done",
) -> int:
    """Add a job as a schedule would have asked for it; return its number."""
    with UnitOfWork(write=True) as work:
        key = work.session.scalar(
            text(
                "INSERT INTO jobs (kind, params, dedupe, state, requested_by, requested_at, not_before, started_at, "
                "finished_at) VALUES (:kind, '{}', :dedupe, :state, 'system', :asked, :asked, :began, :ended) "
                "RETURNING id"
            ),
            {
                "kind": kind, "dedupe": f"{kind} {asked}", "state": state, "asked": asked, "began": began,
                "ended": ended,
            },
        )  # fmt: skip
    return int(key or 0)
