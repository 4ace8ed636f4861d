"""The figures of packs, for the page and for their passports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.queries import packs as queries
from data.queries.packs import PackRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.monitoring.packs import on_time_share, partial_count, typical_seconds

WINDOW = timedelta(days=30)
MINE, ALL = "mine", "all"
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A pack as the figures count it; ``deadline`` None for one that was made by hand."""

    id: int
    state: str
    deadline: datetime | None
    recorded_at: datetime
    seconds: float
    simulated: bool


def counted(work: UnitOfWork, clocks: Clocks, actor: Actor, whose: str) -> list[Counted]:
    """Return the packs of 30 days that the actor may count: their own, or all for those who look after schedules."""
    if whose == ALL:
        actor.require(Permission.PACK_SCHEDULE)
    reader = None if whose == ALL else actor.username
    rows = queries.packs(
        work.session, known_at=clocks.known_at, reader=reader, since=clocks.known_at - WINDOW
    )
    known = queries.all_versions(work.session) if any(row.schedule for row in rows) else {}
    return [
        Counted(
            row.id, row.state, deadline_of(row, known), row.recorded_at, round(row.seconds, 3), row.simulated
        )
        for row in rows
    ]


def deadline_of(row: PackRow, known: Mapping[str, Sequence[queries.ScheduleRow]]) -> datetime | None:
    """Return up to when a pack could wait for its numbers, as its schedule said when it was due."""
    if row.schedule is None or row.due_at is None:
        return None
    version = queries.version_at(known.get(row.schedule, ()), row.due_at)
    return row.due_at + timedelta(minutes=version.wait_minutes if version else 0)


def made(rows: Rows) -> float:
    """Return how many packs there are."""
    return float(len(rows))


def partial(rows: Rows) -> float:
    """Return how many packs lack something."""
    return float(partial_count([str(row["state"]) for row in rows]))


def on_time(rows: Rows) -> float | None:
    """Return the share of scheduled packs that were made in time."""
    deadlines = [None if row["deadline"] is None else _moment(row["deadline"]) for row in rows]
    return on_time_share(deadlines, [_moment(row["recorded_at"]) for row in rows])


def seconds(rows: Rows) -> float | None:
    """Return how long a pack typically takes."""
    return typical_seconds([float(row["seconds"]) for row in rows])


def gap_count(rows: Rows) -> float:
    """Return how many gaps a pack names."""
    return float(len(rows))


def _moment(given: datetime | str) -> datetime:
    return given if isinstance(given, datetime) else datetime.fromisoformat(given)
