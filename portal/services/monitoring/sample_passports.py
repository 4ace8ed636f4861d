"""How samples, the cache of the database and the size of a table are computed again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.queries import database_detail, samples
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import sample_metrics as metrics
from portal.domain.monitoring.sample_values import hit_share, newest, shown_unit
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
HOUR = timedelta(hours=1)
HITS, READS = "pg_block_hits_total", "pg_block_reads_total"
MOMENT = Parameter("moment", "Read up to (UTC)", default="known at")
SERIES = (
    Parameter("service", "Service"),
    Parameter("metric", "Series"),
    Parameter("labels", "Labels", default="none"),
    MOMENT,
)
TABLE = (Parameter("table", "Table"),)
READINGS = (Column("at", "At", "moment"), Column("value", "Value", "number", decimals=6))
COUNTERS = (Column("metric", "Series"), *READINGS)
SIZES = (
    Column("name", "Table"),
    Column("bytes", "Size", "number", unit="bytes", decimals=0),
    Column("dead", "Dead rows", "integer"),
)


def moment_of(params: Params, clocks: Clocks) -> datetime:
    """Return the moment up to which samples count."""
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT.default else datetime.fromisoformat(asked)


def _evaluation(subject: str, outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation(subject, outcome.value, outcome.unit, inputs, outcome.steps, note=outcome.note)


def _values(rows: Rows) -> list[float]:
    return [float(row["value"]) for row in rows]


def _sample(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    unit, factor = shown_unit(str(params["metric"]))
    value = newest(_values(rows), factor)
    return Outcome(
        value, unit, note="" if value is not None else "Nothing was read in the ten minutes before."
    )


@evaluates(metrics.SAMPLE.id, permission=Permission.MONITORING_READ, parameters=SERIES, replay=_sample)
def sample(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the newest reading of a series."""
    until = moment_of(params, clocks)
    service, metric, asked = str(params["service"]), str(params["metric"]), str(params["labels"])
    labels = "" if asked == SERIES[2].default else asked
    found = samples.readings(work.session, service, metric, labels, until - samples.FRESH, until)
    table = Table(READINGS, [(point.at, point.value) for point in found])
    return _evaluation(
        f"{service}: {metric} {labels}".strip(), _sample(table.records(), params, clocks), table
    )


def _cache_hit(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    hits = _values([row for row in rows if row["metric"] == HITS])
    value = hit_share(hits, _values([row for row in rows if row["metric"] == READS]))
    return Outcome(
        value, "fraction", note="" if value is not None else "Nothing was read in the hour before."
    )


@evaluates(
    metrics.CACHE_HIT.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_cache_hit
)
def cache_hit(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the share of blocks that were found in memory within an hour."""
    until = moment_of(params, clocks)
    rows = [
        (metric, point.at, point.value)
        for metric in (HITS, READS)
        for point in samples.readings(work.session, "database", metric, "", until - HOUR, until)
    ]
    table = Table(COUNTERS, rows)
    return _evaluation("Database", _cache_hit(table.records(), params, clocks), table)


def _sizes(work: UnitOfWork, params: Params) -> Table:
    name = str(params["table"])
    found = [one for one in database_detail.tables(work.session) if one.name == name]
    return Table(SIZES, [(one.name, one.size, int(one.dead)) for one in found])


def _size(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(newest([float(row["bytes"]) for row in rows], 1e-6), "MB")


def _dead(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(newest([float(row["dead"]) for row in rows]), "rows")


@evaluates(metrics.TABLE_SIZE.id, permission=Permission.MONITORING_READ, parameters=TABLE, replay=_size)
def table_size(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Ask the database how large a table is."""
    table = _sizes(work, params)
    return _evaluation(str(params["table"]), _size(table.records(), params, clocks), table)


@evaluates(metrics.DEAD_ROWS.id, permission=Permission.MONITORING_READ, parameters=TABLE, replay=_dead)
def dead_rows(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Ask the statistics of the database how many rows of a table are dead."""
    table = _sizes(work, params)
    return _evaluation(str(params["table"]), _dead(table.records(), params, clocks), table)
