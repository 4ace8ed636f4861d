"""How the database itself is doing, from its own statistics (``pg_stat_*``) and those of TimescaleDB.

Each function returns measurements: (metric, labels, value) in the unit at the end of the metric's name. What the role
may not see, or this server does not have, is left out. Source: PostgreSQL manual, "The Cumulative Statistics System".
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.timeseries import Flavour, flavour
from portal.domain.monitoring.samples import Measurement

SLOW_SECONDS = 1.0
_TIMEOUT = "3s"
_LARGEST = 10  # tables and statements that are named one by one

_ACTIVITY = text("""
SELECT state, count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND state IS NOT NULL GROUP BY state
""")

_SESSIONS = text("""
SELECT current_setting('max_connections')::float8,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       count(*) FILTER (WHERE wait_event_type = 'Lock'),
       count(*) FILTER (WHERE state = 'active' AND query_start < clock_timestamp() - make_interval(secs => :slow)),
       max(extract(epoch FROM clock_timestamp() - query_start)) FILTER (WHERE state = 'active'),
       max(extract(epoch FROM clock_timestamp() - xact_start))
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
""")

_LOCKS = text("""
SELECT mode, granted, count(*) FROM pg_locks
WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
GROUP BY mode, granted
""")

_TOTALS = text("""
SELECT xact_commit, xact_rollback, deadlocks, temp_bytes, blks_hit, blks_read, tup_inserted, tup_updated, tup_deleted,
       conflicts
FROM pg_stat_database WHERE datname = current_database()
""")
_TOTAL_NAMES = (
    "pg_commits_total", "pg_rollbacks_total", "pg_deadlocks_total", "pg_temporary_bytes_total",
    "pg_block_hits_total", "pg_block_reads_total", "pg_rows_inserted_total", "pg_rows_updated_total",
    "pg_rows_deleted_total", "pg_recovery_conflicts_total",
)  # fmt: skip

_STANDBYS = text("""
SELECT application_name, extract(epoch FROM replay_lag)::float8,
       pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8
FROM pg_stat_replication WHERE replay_lsn IS NOT NULL
""")
_BEHIND = text("""
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0.0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8
""")

# Dead rows take about as much room as live ones: their share of a table's pages is what a rewrite would free.
_TABLES = text("""
SELECT relname, pg_relation_size(relid)::float8 AS size, n_live_tup::float8 AS live, n_dead_tup::float8 AS dead
FROM pg_stat_user_tables WHERE n_live_tup + n_dead_tup > 0
""")

_STATEMENTS = text("""
SELECT queryid::text, calls::float8, total_exec_time::float8 / 1000 FROM pg_stat_statements s
JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND queryid IS NOT NULL ORDER BY total_exec_time DESC LIMIT :most
""")

_CHUNKS = text("""
SELECT hypertable_name, count(*) FILTER (WHERE is_compressed), count(*) FILTER (WHERE NOT is_compressed)
FROM timescaledb_information.chunks GROUP BY hypertable_name
""")
_FAILED_JOBS = text("""
SELECT count(*) FROM timescaledb_information.job_stats WHERE last_run_status = 'Failed'
""")
_PARTITIONS = text("""
SELECT inhparent::regclass::text, count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
WHERE c.relkind = 'p' GROUP BY inhparent
""")


def limit_time(session: Session) -> None:
    """Give up on any statement of this transaction that takes longer than a few seconds."""
    session.execute(text(f"SET LOCAL statement_timeout = '{_TIMEOUT}'"))


def now(session: Session) -> list[Measurement]:
    """Return what changes from second to second: sessions, locks, transactions, reads, replication."""
    return [*_sessions(session), *_locks(session), *_totals(session), *_replication(session)]


def at_rest(session: Session) -> list[Measurement]:
    """Return what changes slowly and costs a look at every table: sizes, bloat, statements, chunks."""
    return [*_size(session), *_bloat(session), *statements(session), *_chunks(session)]


def _sessions(session: Session) -> Iterable[Measurement]:
    for state, count in session.execute(_ACTIVITY):
        yield ("pg_connections", {"state": state}, float(count))
    most, used, waiting, slow, longest, oldest = session.execute(_SESSIONS, {"slow": SLOW_SECONDS}).one()
    yield ("pg_connections_max", {}, most)
    yield ("pg_connections_used", {}, float(used))
    yield ("pg_sessions_waiting_for_locks", {}, float(waiting))
    yield ("pg_slow_statements", {}, float(slow))
    yield ("pg_longest_statement_seconds", {}, max(0.0, float(longest or 0.0)))
    yield ("pg_longest_transaction_seconds", {}, max(0.0, float(oldest or 0.0)))


def _locks(session: Session) -> Iterable[Measurement]:
    found: Iterable[Any] = session.execute(_LOCKS).all()
    for mode, granted, count in found or [
        ("AccessShareLock", True, 0)
    ]:  # that there are none is measured too
        name = str(mode).removesuffix("Lock")
        yield ("pg_locks", {"mode": name, "granted": "yes" if granted else "no"}, float(count))


def _totals(session: Session) -> Iterable[Measurement]:
    values = session.execute(_TOTALS).one()
    for name, value in zip(_TOTAL_NAMES, values, strict=True):
        yield (name, {}, float(value or 0))


def _replication(session: Session) -> Iterable[Measurement]:
    if session.scalar(text("SELECT pg_is_in_recovery()")):
        behind = session.scalar(_BEHIND)
        if behind is not None:
            yield ("pg_replication_lag_seconds", {"standby": "this server"}, max(0.0, float(behind)))
        return
    standbys = session.execute(_STANDBYS).all()
    yield ("pg_standbys", {}, float(len(standbys)))
    for name, seconds, size in standbys:
        yield ("pg_replication_lag_bytes", {"standby": name}, float(size))
        yield ("pg_replication_lag_seconds", {"standby": name}, float(seconds or 0.0))  # NULL: it is level


def _size(session: Session) -> Iterable[Measurement]:
    size, age = session.execute(
        text("""SELECT pg_database_size(current_database())::float8,
                       age(datfrozenxid)::float8 / current_setting('autovacuum_freeze_max_age')::float8
                FROM pg_database WHERE datname = current_database()""")
    ).one()
    yield ("pg_database_bytes", {}, size)
    yield ("pg_freeze_age_ratio", {}, age)


def _bloat(session: Session) -> Iterable[Measurement]:
    found = [(name, size, dead / (live + dead)) for name, size, live, dead in session.execute(_TABLES)]
    whole = sum(size for _, size, _ in found)
    wasted = sum(size * share for _, size, share in found)
    yield ("pg_tables_bytes", {}, whole)
    yield ("pg_bloat_bytes", {}, wasted)
    worst = sorted(found, key=lambda one: (-one[1] * one[2], one[0]))[:_LARGEST]
    for name, size, share in worst:
        if size * share > 0:
            yield ("pg_table_bloat_bytes", {"table": name}, size * share)


def statements(session: Session) -> list[Measurement]:
    """Return calls and time of the statements that took most of it; nothing without ``pg_stat_statements``."""
    if session.scalar(text("SELECT to_regclass('pg_stat_statements') IS NULL")):
        return []
    try:
        with session.begin_nested():  # the extension can be there without having been loaded at the start
            rows = session.execute(_STATEMENTS, {"most": _LARGEST}).all()
    except DBAPIError as problem:
        if problem.connection_invalidated:
            raise
        return []
    counted = [("pg_statement_calls_total", {"query": one}, calls) for one, calls, _ in rows]
    return counted + [("pg_statement_seconds_total", {"query": one}, seconds) for one, _, seconds in rows]


def _chunks(session: Session) -> Iterable[Measurement]:
    if flavour(session.connection()) is Flavour.TIMESCALE:
        found: Any = session.execute(_CHUNKS)
        for name, packed, plain in found:
            yield ("timescaledb_chunks", {"table": name, "compressed": "yes"}, float(packed))
            yield ("timescaledb_chunks", {"table": name, "compressed": "no"}, float(plain))
        yield ("timescaledb_failed_jobs", {}, float(session.scalar(_FAILED_JOBS) or 0))
        return
    for name, count in session.execute(_PARTITIONS):
        yield ("pg_partitions", {"table": name}, float(count))
