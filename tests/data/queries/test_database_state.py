"""What the database says of itself, seen while other sessions do what is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from data.engine import engine
from data.postgres import EmbeddedPostgres, programs
from data.queries import database_state
from data.session import UnitOfWork
from tests.helpers.databases import connected
from tests.helpers.waiting import until


def measured(*, at_rest: bool = False) -> dict[tuple[str, str], float]:
    with UnitOfWork() as work:
        database_state.limit_time(work.session)
        found = database_state.at_rest(work.session) if at_rest else database_state.now(work.session)
    return {(name, ",".join(labels.values())): value for name, labels, value in found}


@contextmanager
def session(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as connection:
        yield connection


def test_sessions_and_their_states(database):
    with session(database) as other:
        other.execute("SELECT 1")
        found = measured()
    assert found["pg_connections", "idle in transaction"] >= 1
    assert found["pg_connections_max", ""] >= found["pg_connections_used", ""] >= 2
    assert found["pg_longest_transaction_seconds", ""] > 0
    assert found["pg_slow_statements", ""] == 0


def test_a_statement_that_runs_for_long_counts_as_slow(database, monkeypatch):
    monkeypatch.setattr(database_state, "SLOW_SECONDS", 0.05)
    with session(database) as other:
        pipe = other.pgconn
        pipe.send_query(b"SELECT pg_sleep(600)")
        found = until(lambda: (one := measured())["pg_slow_statements", ""] and one)
        assert found["pg_longest_statement_seconds", ""] >= 0.05
        other.cancel_safe()
        while pipe.get_result():
            pass


def test_who_waits_for_a_lock_is_seen_with_its_lock(database):
    with engine().begin() as make:
        make.execute(text("CREATE TABLE scratch (n int)"))
    with session(database) as holder, session(database) as waiter:
        holder.execute("LOCK TABLE scratch IN ACCESS EXCLUSIVE MODE")
        waiter.pgconn.send_query(b"SELECT * FROM scratch")
        found = until(lambda: (one := measured())["pg_sessions_waiting_for_locks", ""] and one)
        assert found["pg_locks", "AccessExclusive,yes"] >= 1
        assert found["pg_locks", "AccessShare,no"] == 1
        waiter.cancel_safe()
        while waiter.pgconn.get_result():
            pass


def test_without_any_lock_there_are_none_of_them(database):
    found = {key: value for key, value in measured().items() if key[0] == "pg_locks"}
    assert found == {("pg_locks", "AccessShare,yes"): 0.0}


def test_totals_only_grow(database):
    before = measured()
    with engine().begin() as make:
        make.execute(text("CREATE TABLE scratch AS SELECT g FROM generate_series(1, 1000) g"))
    with session(database) as other:  # counts are told to everybody when their session is at rest
        other.execute("SELECT pg_stat_force_next_flush()")
        other.commit()
    after = until(
        lambda: (one := measured())["pg_commits_total", ""] > before["pg_commits_total", ""] and one
    )
    for name in database_state._TOTAL_NAMES:
        assert after[name, ""] >= before[name, ""]


def test_dead_rows_are_bloat(database):
    with engine().begin() as make:
        make.execute(
            text("CREATE TABLE scratch AS SELECT g, repeat('x', 200) FROM generate_series(1, 2000) g")
        )
        make.execute(text("DELETE FROM scratch WHERE g > 500"))
        make.execute(text("SELECT pg_stat_force_next_flush()"))
    found = until(
        lambda: (one := measured(at_rest=True)).get(("pg_table_bloat_bytes", "scratch")) is not None and one
    )
    with engine().connect() as look:
        size = look.scalar(text("SELECT pg_relation_size('scratch')"))
    assert found["pg_table_bloat_bytes", "scratch"] == pytest.approx(0.75 * size)
    assert found["pg_bloat_bytes", ""] >= found["pg_table_bloat_bytes", "scratch"]
    assert found["pg_bloat_bytes", ""] < found["pg_tables_bytes", ""] < found["pg_database_bytes", ""]
    assert 0 <= found["pg_freeze_age_ratio", ""] < 1


def test_partitions_are_counted(database):
    found = measured(at_rest=True)
    chunks = {name for name in found if name[0] in ("pg_partitions", "timescaledb_chunks")}
    assert not any(value < 0 for value in found.values())
    with UnitOfWork(write=True) as work:
        work.session.execute(text("CREATE TABLE cut (n int) PARTITION BY RANGE (n)"))
        work.session.execute(text("CREATE TABLE cut_1 PARTITION OF cut FOR VALUES FROM (0) TO (9)"))
    more = measured(at_rest=True)
    assert chunks <= set(more)
    if ("pg_partitions", "cut") in more:
        assert more["pg_partitions", "cut"] == 1


def statements_of(folder: Path, **options: str) -> list[tuple[str, str, float]]:
    """Return what is measured of statements on a server of its own, with the extension made in its database."""
    fast = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", **options}
    with EmbeddedPostgres(folder, options=fast) as server, connected(server._url()):
        if not (programs.find().folder.parent / "lib" / "pg_stat_statements.so").exists():
            pytest.skip("this PostgreSQL does not ship pg_stat_statements")
        with psycopg.connect(server.admin_url(), autocommit=True) as admin:
            admin.execute("CREATE EXTENSION pg_stat_statements")
        with engine().connect() as ask:
            for _ in range(3):
                ask.execute(text("SELECT count(*) FROM generate_series(1, 100000)"))
        with UnitOfWork() as work:
            found = database_state.statements(work.session)
            assert work.session.scalar(text("SELECT 1")) == 1  # the transaction goes on
        return found


def test_statements_that_took_most_of_the_time(short_folder):
    found = statements_of(short_folder / "counted", shared_preload_libraries="pg_stat_statements")
    calls = {labels["query"]: value for name, labels, value in found if name == "pg_statement_calls_total"}
    seconds = {
        labels["query"]: value for name, labels, value in found if name == "pg_statement_seconds_total"
    }
    assert 0 < len(calls) <= 10
    assert set(calls) == set(seconds)
    assert 3.0 in calls.values()
    assert all(0 < value < 60 for value in seconds.values())


def test_an_extension_that_was_not_loaded_is_left_out(short_folder):
    assert statements_of(short_folder / "uncounted") == []
