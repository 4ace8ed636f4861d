"""Monitoring > Services > one service: the course of its samples, how it changed, and its incidents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from data.queries import samples
from data.queries import services as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import sample_metrics as metrics
from portal.domain.monitoring.sample_values import shown_unit
from portal.domain.monitoring.samples import Bucket
from portal.domain.monitoring.standing import share_good
from portal.services.monitoring.standing import Standing, overview_in

RANGES: Mapping[str, tuple[str, timedelta, timedelta]] = {
    "1h": ("1 hour", timedelta(hours=1), timedelta(seconds=30)),
    "6h": ("6 hours", timedelta(hours=6), timedelta(minutes=3)),
    "1d": ("1 day", timedelta(days=1), timedelta(minutes=10)),
    "7d": ("7 days", timedelta(days=7), timedelta(hours=1)),
    "30d": ("30 days", timedelta(days=30), timedelta(hours=6)),
}
"""Times that may be chosen: title, length, and the step in which samples are added up."""
MOST_SERIES, MOST_INCIDENTS = 8, 20
CHANGE_COLUMNS = (
    Column("at", "At", "moment"),
    Column("state", "State", "badge"),
    Column("reason", "Why", sortable=False),
)
INCIDENT_COLUMNS = (
    Column("title", "Incident", link="address"),
    Column("severity", "Severity", "badge"),
    Column("state", "State", "badge"),
    Column("opened_at", "Opened", "moment"),
    Column("resolved_at", "Resolved", "moment", room=PHONE),
    Column("owner", "Owner", room=PHONE),
    Column("address", "Page", hidden=True),
)
NOW_COLUMNS = (
    Column("series", "Series"),
    Column("value", "Now", "number", decimals=2, metric=metrics.SAMPLE.id),
    Column("unit", "Unit"),
    Column("at", "Read at", "moment", room=PHONE),
)


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one metric: for each of its series moments and values; ``unit`` says of what."""

    metric: str
    unit: str
    series: Mapping[str, tuple[list[datetime], list[float]]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Detail:
    """One service at ``moment`` and over the chosen time."""

    moment: datetime
    standing: Standing
    choices: list[str]
    course: Course | None
    changes: list[tuple[datetime, str, str]]
    good: float | None


def detail(code: str, span: str, metric: str, actor: Actor, moment: datetime | None = None) -> Detail:
    """Return a service with the course of ``metric``, or of its first one.

    Raises
    ------
    NotPermitted
        The actor may not look at monitoring.
    NotFound
        Nobody watches such a service.
    """
    actor.require(Permission.MONITORING_READ)
    until = moment or clock.now()
    _, length, step = RANGES.get(span, RANGES["1d"])
    since = until - length
    with UnitOfWork() as work:
        known = overview_in(work, until).services
        if code not in known:
            raise NotFound(
                f"No service '{code[:64]}' is watched. Choose one from Monitoring > Services.",
                service=code[:64],
            )
        choices = [
            name
            for name in samples.metrics_of(work.session, code, since, until)
            if not name.endswith("_bucket")
        ]
        chosen = metric if metric in choices else choices[0] if choices else ""
        found = samples.courses(work.session, code, chosen, since, until, step) if chosen else {}
        rows = queries.changes(work.session, code, since, until)
    changes = [(row.at, row.state, row.reason) for row in rows]
    return Detail(
        until, known[code], choices, course_of(chosen, found) if chosen else None, changes,
        share_good([(at, state) for at, state, _ in changes], since, until),
    )  # fmt: skip


def course_of(metric: str, found: Mapping[str, list[Bucket]]) -> Course:
    """Return buckets as lines: means of what goes up and down, growth by the second of what only grows."""
    unit, factor = shown_unit(metric)
    grows = metric.endswith("_total")
    ranked = sorted(found.items(), key=lambda one: (-max(bucket.high for bucket in one[1]), one[0]))
    lines = {}
    for labels, buckets in ranked[:MOST_SERIES]:
        if grows:
            pairs = list(pairwise(buckets))
            values = [
                max(0.0, (after.last - before.last) * factor / (after.at - before.at).total_seconds())
                for before, after in pairs
            ]
            lines[labels] = ([after.at for _, after in pairs], values)
        else:
            lines[labels] = ([one.at for one in buckets], [one.mean * factor for one in buckets])
    shown = f"{unit or 'number'}/s" if grows else unit or "number"
    return Course(metric, shown, lines, max(0, len(ranked) - MOST_SERIES))


def course_table(course: Course | None, query: GridQuery) -> Table:
    """Return the rows behind the picture of a course."""
    unit = course.unit if course else ""
    columns = (
        Column("series", "Series"),
        Column("at", "Step begins", "moment"),
        Column("value", "Value", "number", unit=unit, decimals=3),
    )
    rows: list[tuple[Cell, ...]] = [
        (labels or course.metric, at, value)
        for labels, (moments, values) in (course.series.items() if course else ())
        for at, value in zip(moments, values, strict=True)
        if course
    ]
    return sort_rows(Table(columns, rows), query)


def now_table(code: str, query: GridQuery, actor: Actor) -> Table:
    """Return the newest reading of every series of a service."""
    actor.require(Permission.MONITORING_READ)
    moment = clock.now()
    with UnitOfWork() as work:
        found = samples.latest(work.session, code, at=moment)
    rows: list[tuple[Cell, ...]] = []
    params = {}
    for (name, labels), point in sorted(found.items()):
        if name.endswith("_bucket"):
            continue
        unit, factor = shown_unit(name)
        words = f"{name} {labels}".strip()
        rows.append((words, point.value * factor, unit, point.at))
        params[words] = {
            "service": code,
            "metric": name,
            "labels": labels or "none",
            "moment": moment.isoformat(),
        }
    return sort_rows(Table(NOW_COLUMNS, rows, extra={"params": params}), query)


def change_table(found: Detail, query: GridQuery) -> Table:
    """Return how a service changed, newest first unless sorted otherwise."""
    return sort_rows(Table(CHANGE_COLUMNS, list(reversed(found.changes))), query)


def incident_table(code: str, query: GridQuery, actor: Actor) -> Table:
    """Return the newest incidents of a service that the actor may see."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        found = queries.incidents(
            work.session, code, permissions=actor.permissions, portfolios=actor.portfolio_codes,
            limit=MOST_INCIDENTS,
        )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            one.title, one.severity, one.state, one.opened_at, one.resolved_at, one.owner,
            f"/monitoring/incidents?incident={one.id}",
        )
        for one in found
    ]  # fmt: skip
    return sort_rows(Table(INCIDENT_COLUMNS, rows), query)
