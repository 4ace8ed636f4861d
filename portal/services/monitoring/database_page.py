"""Monitoring > Database: connections, locks, statements, memory, sizes, replication and chunks.

What changes by the second comes from the samples of the monitor, so that a figure opens to the readings behind it;
who blocks whom, statements and sizes are asked of the server when the page is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.queries import database_detail, samples
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import sample_metrics as metrics
from portal.domain.monitoring.sample_values import hit_share, newest, shown_unit
from portal.domain.monitoring.samples import read_labels
from portal.services.monitoring.sample_passports import HITS, HOUR, READS

SERVICE = "database"
SERIES: Mapping[str, str] = {
    "pg_connections": "Connections",
    "pg_locks": "Locks",
    "pg_standbys": "Standbys",
    "pg_replication_lag_seconds": "Replication lag",
    "pg_replication_lag_bytes": "Replication lag",
    "pg_table_bloat_bytes": "Room of dead rows, estimate",
    "timescaledb_chunks": "Chunks",
    "pg_partitions": "Partitions",
}
"""Series with labels that the page lists, in this order."""
SAMPLE_COLUMNS = (
    Column("name", "Of what"),
    Column("group", "What"),
    Column("value", "Now", "number", decimals=1, metric=metrics.SAMPLE.id),
    Column("unit", "Unit", room=PHONE),
    Column("at", "Read at", "moment", room=PHONE),
)
BLOCKED_COLUMNS = (
    Column("pid", "Waits", sortable=False),
    Column("since", "Since", "moment"),
    Column("statement", "Its statement", sortable=False),
    Column("blocked_by", "For", sortable=False),
    Column("holder_state", "Which is"),
    Column("holder_since", "In a transaction since", "moment", room=PHONE),
    Column("holder_statement", "Its last statement", sortable=False, room=LAPTOP),
)
TABLE_COLUMNS = (
    Column("name", "Table"),
    Column("size", "Size", "number", unit="MB", decimals=1, metric=metrics.TABLE_SIZE.id),
    Column("dead", "Dead rows", "integer", metric=metrics.DEAD_ROWS.id),
    Column("vacuumed_at", "Vacuumed", "moment", room=PHONE),
)

SPENT, CALLED = "pg_statement_seconds_total", "pg_statement_calls_total"
STATEMENT_COLUMNS = (
    Column("id", "Statement", room=LAPTOP),
    Column("text", "Text", sortable=False),
    Column(
        "spent",
        "Time spent",
        "number",
        unit="s",
        decimals=1,
        metric=metrics.SAMPLE.id,
        params=(("metric", SPENT),),
    ),
    Column("calls", "Calls", "number", decimals=0, metric=metrics.SAMPLE.id, params=(("metric", CALLED),)),
)


CONNECTIONS = "pg_connections_used"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page says of the database as a whole: the share found in memory; None where nothing was read."""

    moment: datetime
    cache_hit: float | None
    has_samples: bool


def figures(actor: Actor) -> Figures:
    """Return the figures of this moment.

    Raises
    ------
    NotPermitted
        The actor may not look at monitoring.
    """
    actor.require(Permission.MONITORING_READ)
    moment = clock.now()
    with UnitOfWork() as work:
        found = samples.latest(work.session, SERVICE, [CONNECTIONS], at=moment)
        counters = [
            [
                point.value
                for point in samples.readings(work.session, SERVICE, name, "", moment - HOUR, moment)
            ]
            for name in (HITS, READS)
        ]
    return Figures(moment, hit_share(counters[0], counters[1]), bool(found))


def sample_table(query: GridQuery, actor: Actor) -> Table:
    """Return connections by state, locks by mode, replication, bloat and chunks as they were read last."""
    actor.require(Permission.MONITORING_READ)
    moment = clock.now()
    with UnitOfWork() as work:
        found = samples.latest(work.session, SERVICE, list(SERIES), at=moment)
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for (name, labels), point in sorted(
        found.items(), key=lambda one: (list(SERIES).index(one[0][0]), one[0][1])
    ):
        unit, factor = shown_unit(name)
        words = _words(name, labels)
        if words in params:
            words = f"{words} ({unit})"
        params[words] = {
            "service": SERVICE,
            "metric": name,
            "labels": labels or "none",
            "moment": moment.isoformat(),
        }
        rows.append((words, SERIES[name], point.value * factor, unit, point.at))
    return sort_rows(Table(SAMPLE_COLUMNS, rows, extra={"params": params}), query)


def _words(name: str, labels: str) -> str:
    """Return a series in words, such as ``Locks: AccessShare, held``."""
    found = read_labels(labels)
    if name == "pg_locks":
        return f"{SERIES[name]}: {found['mode']}, {'held' if found['granted'] == 'yes' else 'waited for'}"
    if name == "timescaledb_chunks":
        return f"{SERIES[name]}: {found['table']}, {'compressed' if found['compressed'] == 'yes' else 'not compressed'}"
    return ": ".join(filter(None, [SERIES[name], ", ".join(found.values())]))


def blocked_table(query: GridQuery, actor: Actor) -> Table:
    """Return who waits for whom at this moment."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        found = database_detail.blocked(work.session)
    rows: list[tuple[Cell, ...]] = [
        (
            f"session {one.pid}", one.since, one.statement, f"session {one.blocked_by}", one.holder_state,
            one.holder_since, one.holder_statement,
        )
        for one in found
    ]  # fmt: skip
    return sort_rows(Table(BLOCKED_COLUMNS, rows), query)


def table_sizes(query: GridQuery, actor: Actor) -> Table:
    """Return the tables with their partitions, the largest first unless sorted otherwise."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        found = database_detail.tables(work.session)
    rows: list[tuple[Cell, ...]] = [
        (one.name, newest([one.size], 1e-6), int(one.dead), one.vacuumed_at) for one in found
    ]
    params = {one.name: {"table": one.name} for one in found}
    return sort_rows(Table(TABLE_COLUMNS, rows, extra={"params": params}), query)


def statement_table(query: GridQuery, actor: Actor) -> Table | None:
    """Return the statements that take most of the database's time; None where nobody counts them.

    Their texts are asked of the server, their figures are the newest samples.
    """
    actor.require(Permission.MONITORING_READ)
    moment = clock.now()
    with UnitOfWork() as work:
        found = database_detail.statements(work.session)
        if found is None:
            return None
        read = samples.latest(work.session, SERVICE, [SPENT, CALLED], at=moment)
    rows: list[tuple[Cell, ...]] = []
    params = {}
    for one in found:
        labels = f"query={one.id}"
        spent, called = read.get((SPENT, labels)), read.get((CALLED, labels))
        rows.append((one.id, one.text, spent.value if spent else None, called.value if called else None))
        params[one.id] = {"service": SERVICE, "labels": labels, "moment": moment.isoformat()}
    return sort_rows(Table(STATEMENT_COLUMNS, rows, extra={"params": params}), query)
