"""Figures of machines, databases, caches and queues, as pages show them and as their passports compute them again.

A figure is a function of the samples of one service in a short window before a moment. :func:`figures` gives those of
one service for a page; the passport of each reads the same samples and calls the same function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import samples as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.domain.monitoring import infrastructure as readings_of
from portal.domain.monitoring import infrastructure_metrics as metrics
from portal.domain.monitoring.infrastructure import Readings

WINDOW = timedelta(minutes=5)
SLOW_WINDOW = timedelta(minutes=11)  # what is looked at every five minutes, and one miss
NO_SAMPLE = (
    "No sample of these minutes is stored: the monitor did not run or could not look, or there is none of it."
)
OWN_PROCESSES = ("web", "worker", "beat", "monitor")


@dataclass(frozen=True, slots=True)
class Figure:
    """How one metric is read: of which services, from which series (labels None: all), and how.

    ``unit`` is that of the value: a metric in percent has a fraction for a value.
    """

    metric: Metric
    services: tuple[str, ...]
    series: tuple[str, ...]
    compute: Callable[[Readings], float | None]
    window: timedelta = WINDOW
    labels: str | None = None

    @property
    def unit(self) -> str:
        """The unit of the value."""
        return "fraction" if self.metric.percent else self.metric.unit


def _newest(metric: str, *, per: float = 1.0) -> Callable[[Readings], float | None]:
    return lambda found: _divided(readings_of.newest(found, metric), per)


def _divided(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def _one(
    metric: Metric,
    service: str,
    series: str,
    *,
    per: float = 1.0,
    window: timedelta = WINDOW,
    labels: str | None = None,
) -> Figure:
    return Figure(metric, (service,), (series,), _newest(series, per=per), window, labels)


def _network(metric: Metric, direction: str) -> Figure:
    name = "host_network_bytes_total"
    return Figure(
        metric, ("disk",), (name,), lambda found: _divided(readings_of.growth_per_second(found, name), 1e3),
        labels=f"direction={direction}",
    )  # fmt: skip


def _smallest(metric: Metric, series: str, per: float) -> Figure:
    return Figure(
        metric, ("disk",), (series,), lambda found: _divided(readings_of.smallest(found, series), per)
    )


def _share(metric: Metric, part: str, whole: str, window: timedelta = WINDOW) -> Figure:
    return Figure(
        metric, ("database",), (part, whole), lambda found: readings_of.share(found, part, whole), window
    )


def _hits(metric: Metric, service: str, hits: str, misses: str) -> Figure:
    return Figure(
        metric, (service,), (hits, misses), lambda found: readings_of.share_of_growth(found, hits, misses)
    )


def _of_processes(metric: Metric, series: str, per: float) -> Figure:
    return Figure(metric, OWN_PROCESSES, (series,), _newest(series, per=per))


FIGURES: Mapping[str, Figure] = {
    one.metric.id: one
    for one in (
        _one(metrics.HOST_CPU, "disk", "host_cpu_ratio"),
        _one(metrics.HOST_MEMORY, "disk", "host_memory_used_ratio"),
        _smallest(metrics.HOST_DISK, "host_disk_free_ratio", 1.0),
        _smallest(metrics.HOST_DISK_SPACE, "host_disk_free_bytes", 1e9),
        _network(metrics.NETWORK_IN, "received"),
        _network(metrics.NETWORK_OUT, "sent"),
        _of_processes(metrics.PROCESS_CPU, "process_cpu_ratio", 1.0),
        _of_processes(metrics.PROCESS_MEMORY, "process_resident_memory_bytes", 1e6),
        _one(metrics.CONNECTIONS, "database", "pg_connections_used"),
        _share(metrics.CONNECTION_USE, "pg_connections_used", "pg_connections_max"),
        _one(metrics.WAITING, "database", "pg_sessions_waiting_for_locks"),
        _one(metrics.LOCKS, "database", "pg_locks"),
        _one(metrics.SLOW, "database", "pg_slow_statements"),
        _hits(metrics.CACHE_HIT, "database", "pg_block_hits_total", "pg_block_reads_total"),
        _one(metrics.DATABASE_SIZE, "database", "pg_database_bytes", per=1e6, window=SLOW_WINDOW),
        _share(metrics.BLOAT, "pg_bloat_bytes", "pg_tables_bytes", SLOW_WINDOW),
        Figure(
            metrics.REPLICATION_LAG, ("database",), ("pg_replication_lag_seconds",),
            lambda found: readings_of.largest(found, "pg_replication_lag_seconds"),
        ),
        Figure(
            metrics.PARTITIONS, ("database",), ("pg_partitions", "timescaledb_chunks"),
            lambda found: readings_of.newest(found, "timescaledb_chunks") or readings_of.newest(found, "pg_partitions"),
            SLOW_WINDOW,
        ),
        _one(metrics.REDIS_MEMORY, "cache", "redis_memory_used_bytes", per=1e6),
        _hits(metrics.REDIS_HIT, "cache", "redis_keyspace_hits_total", "redis_keyspace_misses_total"),
        _one(metrics.QUEUE, "worker", "enerscope_jobs", labels="state=queued"),
        _one(metrics.QUEUE_WAIT, "worker", "enerscope_jobs_oldest_wait_seconds"),
        _one(metrics.WORKERS, "worker", "enerscope_workers"),
    )
}  # fmt: skip
"""Every figure of this module by the id of its metric."""


def figures(
    service: str, actor: Actor, *, moment: datetime | None = None, only: Sequence[str] | None = None
) -> list[Shown]:
    """Return the figures of one service at a moment, which is now by default; ``only`` names metrics by id.

    A figure without samples has no value and a note; it is never zero.

    Raises
    ------
    NotPermitted
        The actor may not read Monitoring.
    """
    actor.require(Permission.MONITORING_READ)
    at = moment or clock.now()
    asked = [
        one for one in FIGURES.values() if service in one.services and (only is None or one.metric.id in only)
    ]
    with UnitOfWork() as work:
        found = {one.metric.id: readings(work, one, service, at) for one in asked}
    shown = []
    for one in asked:
        value = one.compute(found[one.metric.id])
        params = {"service": service, "moment": at.isoformat()}
        unit = (
            "" if one.metric.percent else one.unit
        )  # a page writes the sign of a percentage behind the number
        shown.append(Shown(one.metric, value, unit, params, "" if value is not None else NO_SAMPLE))
    return shown


def readings(work: UnitOfWork, one: Figure, service: str, moment: datetime) -> Readings:
    """Return the samples behind a figure of a service: those of its window up to ``moment``."""
    found = queries.window(work.session, service, one.series, moment - one.window, moment)
    return {key: points for key, points in found.items() if one.labels is None or key[1] == one.labels}
