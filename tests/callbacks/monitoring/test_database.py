"""Monitoring > Database and one service: figures that open, waits, and honest words where there is nothing."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from callbacks.monitoring import database as page
from callbacks.monitoring import service as service_view
from data.queries import database_state
from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import infrastructure_metrics as figures
from portal.domain.monitoring import sample_metrics as metrics
from portal.domain.monitoring.samples import Sample, samples_of
from portal.services import evaluation, passports
from portal.services.monitoring import database_page, infrastructure, service_page
from tests.helpers.layout import text_of
from tests.helpers.waiting import until

OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
TOM = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))
EVERY = GridQuery(limit=None)


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def take(*ago: float) -> None:
    for minutes in ago:
        at = clock.now() - timedelta(minutes=minutes)
        with UnitOfWork(write=True) as work:
            found = [*database_state.now(work.session), *database_state.at_rest(work.session)]
            writes.append(work.session, samples_of("database", at, found))


def opened(table: Table) -> int:
    count = 0
    for row in table.rows:
        for column in table.columns:
            value = row[table.index(column.key)]
            if column.metric is None or value is None:
                continue
            params = {**table.extra["params"][row[0]], **dict(column.params)}
            passport = passports.open_passport(column.metric, params, now(), OPS)
            assert passport.evaluation.value == value, row
            replay = evaluation.EVALUATORS[column.metric].replay
            assert replay is not None
            again = replay(passport.evaluation.inputs.records(), passport.params, passport.clocks)
            assert (again.value, again.unit) == (passport.evaluation.value, passport.evaluation.unit)
            count += 1
    return count


def test_without_samples_the_page_says_what_is_missing(database: str):
    said = text_of(page.draw({}, now(), OPS))
    for words in (
        "Nothing was read in the last ten minutes",
        "Nobody waits for a lock",
        "does not count statements",
    ):
        assert words in said, words
    assert database_page.statement_table(EVERY, OPS) is None
    assert page.load_statements(EVERY, {}, now(), OPS).rows == []


def test_every_figure_opens_and_follows_from_its_rows(database: str):
    for counter in ("pg_block_hits_total", "pg_block_reads_total"):
        put([(clock.now() - timedelta(minutes=40), 0.0)], counter, "database")
    take(20, 1)
    assert "Nothing was read" not in text_of(page.draw({}, now(), OPS))
    assert opened(page.load_samples(EVERY, {}, now(), OPS)) >= 2
    assert opened(page.load_tables(GridQuery(limit=3), {}, now(), OPS)) == 6
    found = database_page.figures(OPS)
    moment = {"moment": found.moment.isoformat()}
    assert found.cache_hit is not None
    passport = passports.open_passport(metrics.CACHE_HIT.id, moment, now(), OPS)
    assert passport.evaluation.value == pytest.approx(found.cache_hit)
    size = {"service": "database", "metric": "pg_database_bytes", "labels": "none", **moment}
    value = passports.open_passport(metrics.SAMPLE.id, size, now(), OPS).evaluation.value
    shown = infrastructure.figures("database", OPS, only=[figures.DATABASE_SIZE.id])[0]
    assert value == pytest.approx(shown.value, rel=0.01)


def test_partitions_count_with_their_table(database: str):
    take(1)
    names = page.load_tables(EVERY, {}, now(), OPS).column("name")
    assert "service_samples" in names
    assert not [name for name in names if str(name).startswith("service_samples_")]


def test_who_waits_for_whom_is_seen_while_it_lasts(database: str):
    held, release = threading.Event(), threading.Event()
    statement = text("LOCK TABLE services IN ACCESS EXCLUSIVE MODE")

    def hold() -> None:
        with UnitOfWork(write=True) as work:
            work.session.execute(statement)
            held.set()
            release.wait(60)

    def wait() -> None:
        with UnitOfWork(write=True) as work:
            work.session.execute(statement)

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    assert held.wait(30)
    waiter.start()
    try:
        rows = until(lambda: page.load_blocked(EVERY, {}, now(), OPS).records(), seconds=30)
    finally:
        release.set()
        holder.join(30)
        waiter.join(30)
    assert rows[0]["statement"] == rows[0]["holder_statement"] == statement.text
    assert rows[0]["holder_state"] == "idle in transaction"
    assert page.load_blocked(EVERY, {}, now(), OPS).rows == []


def test_only_those_with_the_right_look(database: str):
    with pytest.raises(NotPermitted):
        page.draw({}, now(), TOM)
    with pytest.raises(NotPermitted):
        service_view.draw({"service": "database"}, now(), TOM)


def put(values: list[tuple[datetime, float]], metric: str, service: str = "worker") -> None:
    with UnitOfWork(write=True) as work:
        writes.append(work.session, [Sample(service, metric, "", at, value) for at, value in values])


def test_what_only_grows_is_shown_by_the_second(database: str):
    begin = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=10)
    put([(begin + timedelta(minutes=minute), 60.0 * minute) for minute in range(8)], "done_total")
    course = service_page.detail("worker", "1h", "done_total", OPS).course
    assert course is not None
    assert course.unit == "number/s"
    (moments, values) = course.series[""]
    assert len(moments) == len(values) == 7
    assert values == pytest.approx([1.0] * 7)
    rows = service_view.load_course(
        EVERY, {"service": "worker", "range": "1h", "metric": "done_total"}, now(), OPS
    )
    assert rows.column("value") == values


def test_newest_readings_open(database: str):
    put([(clock.now() - timedelta(minutes=1), 3e6)], "process_memory_bytes")
    table = service_view.load_now(EVERY, {"service": "worker"}, now(), OPS)
    assert table.column("value") == [3.0]
    assert opened(table) == 1


def test_a_service_nobody_looked_at_says_so(database: str):
    said = text_of(service_view.draw({"service": "cache", "range": "7d"}, now(), OPS))
    for words in ("Nobody has looked at it", "Nothing was sampled", "No readings", "None that you may see"):
        assert words in said, words
    with pytest.raises(NotFound, match="'gone'"):
        service_view.draw({"service": "gone"}, now(), OPS)
