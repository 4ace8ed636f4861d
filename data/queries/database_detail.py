"""What people look at when the database is slow: who blocks whom, which statements take long, which tables are large.

Live views of the server; nothing of it is stored. Source: PostgreSQL manual, "Viewing Locks" and "pg_stat_statements".
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_TEXT = 200  # characters of a statement
_BLOCKED = text("""
SELECT blocked.pid, blocked.query_start, left(blocked.query, :text),
       blocking.pid, blocking.state, blocking.xact_start, left(blocking.query, :text)
FROM pg_stat_activity blocked
CROSS JOIN LATERAL unnest(pg_blocking_pids(blocked.pid)) AS held(pid)
JOIN pg_stat_activity blocking ON blocking.pid = held.pid
WHERE blocked.datname = current_database() ORDER BY blocked.query_start, blocked.pid, blocking.pid
""")
_TABLES = text("""
SELECT coalesce(parent.relname, own.relname) AS name, count(parent.oid),
       sum(pg_total_relation_size(own.oid))::float8, sum(coalesce(s.n_live_tup, 0))::float8,
       sum(coalesce(s.n_dead_tup, 0))::float8, max(greatest(s.last_vacuum, s.last_autovacuum))
FROM pg_class own
JOIN pg_namespace n ON n.oid = own.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_inherits i ON i.inhrelid = own.oid
LEFT JOIN pg_class parent ON parent.oid = i.inhparent
LEFT JOIN pg_stat_user_tables s ON s.relid = own.oid
WHERE own.relkind = 'r' GROUP BY name ORDER BY 3 DESC, 1
""")
_STATEMENTS = text("""
SELECT s.queryid::text, left(s.query, :text)
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND s.queryid IS NOT NULL ORDER BY s.total_exec_time DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Blocked:
    """A session that waits for a lock, and one that holds it."""

    pid: int
    since: datetime | None
    statement: str
    blocked_by: int
    holder_state: str
    holder_since: datetime | None
    holder_statement: str


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its partitions, in bytes and rows as the statistics estimate them."""

    name: str
    partitions: int
    size: float
    live: float
    dead: float
    vacuumed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that takes much of the time, with its parameters left out."""

    id: str
    text: str


def blocked(session: Session) -> list[Blocked]:
    """Return who waits for whom, the longest wait first."""
    return [Blocked(*row) for row in session.execute(_BLOCKED, {"text": _TEXT})]


def tables(session: Session) -> list[TableSize]:
    """Return the tables, the largest first; partitions count with their table."""
    return [TableSize(*row) for row in session.execute(_TABLES)]


def statements(session: Session, most: int = 10) -> list[Statement] | None:
    """Return the statements that took most time since the statistics began; None without ``pg_stat_statements``."""
    if session.scalar(text("SELECT to_regclass('pg_stat_statements') IS NULL")):
        return None
    try:
        with session.begin_nested():  # the extension can be there without having been loaded at the start
            return [Statement(*row) for row in session.execute(_STATEMENTS, {"text": _TEXT, "most": most})]
    except DBAPIError as problem:
        if problem.connection_invalidated:
            raise
        return None
