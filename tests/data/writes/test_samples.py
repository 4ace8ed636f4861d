"""Samples are stored once, as numbers only, in partitions of days; hours are made of them before they go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data import timeseries
from data.engine import connect, engine
from data.queries import samples as queries
from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample
from tests.helpers.ports import free_port

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def sample(at: datetime, value: float, *, metric: str = "host_load_ratio", labels: str = "") -> Sample:
    return Sample("disk", metric, labels, at, value)


def store(*rows: Sample) -> int:
    with UnitOfWork(write=True) as work:
        return writes.append(work.session, rows)


def hours() -> list[tuple]:
    with UnitOfWork() as work:
        found = work.session.execute(
            text("SELECT labels, hour, count, low, mean, high, last FROM service_sample_hours ORDER BY 1, 2")
        )
        return [tuple(row) for row in found]


def test_a_moment_is_stored_once_and_only_numbers_are(database):
    assert store(sample(AT, 1.0), sample(AT, 2.0), sample(AT + SECOND, float("nan"))) == 1
    assert store(sample(AT, 3.0), sample(AT + SECOND, float("inf")), sample(AT + SECOND, 4.0)) == 1
    assert store() == 0
    with UnitOfWork() as work:
        points = queries.readings(work.session, "disk", "host_load_ratio", "", AT, AT + DAY)
    assert [point.value for point in points] == [1.0, 4.0]


def test_plain_rows_are_taken_as_samples_are(database):
    with UnitOfWork(write=True) as work:
        assert writes.append(work.session, [("disk", "host_load_ratio", "", AT, 1)]) == 1


def test_a_day_gets_its_partition_when_its_first_sample_comes(database):
    store(sample(AT, 1.0), sample(AT + 3 * DAY, 2.0))
    with UnitOfWork() as work:
        connection = work.session.connection()
        if timeseries.flavour(connection) is timeseries.Flavour.TIMESCALE:
            pytest.skip("a hypertable makes its own chunks")
        names = connection.scalars(
            text(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'service_samples'::regclass"
            )
        ).all()
    assert {"service_samples_2026_11_20", "service_samples_2026_11_23"} <= set(names)


def test_many_who_store_the_first_samples_of_a_day_at_once_lose_nothing(database):
    def one(number: int) -> int:
        return store(sample(AT + number * SECOND, number, labels=f"writer={number}"))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(12))) == 12


def test_hours_hold_what_their_samples_say_and_are_made_again_when_more_came(database):
    begin = writes.whole_hour(AT)
    store(*(sample(begin + number * 15 * SECOND, float(number % 7)) for number in range(240)))
    store(sample(begin + HOUR, 100.0))
    with UnitOfWork(write=True) as work:
        assert writes.roll_up(work.session, begin, begin + HOUR) == 1
    (found,) = hours()
    values = [float(number % 7) for number in range(240)]
    assert found == ("", begin, 240, 0.0, pytest.approx(sum(values) / 240), 6.0, values[-1])
    store(sample(begin + HOUR - SECOND, 50.0))
    with UnitOfWork(write=True) as work:
        writes.roll_up(work.session, begin, begin + 2 * HOUR)
    assert [(row[2], row[5], row[6]) for row in hours()] == [(241, 50.0, 50.0), (1, 100.0, 100.0)]


def test_an_hour_is_not_made_smaller_when_its_samples_are_gone(database):
    begin = writes.whole_hour(AT)
    store(sample(begin, 1.0), sample(begin + SECOND, 3.0))
    with UnitOfWork(write=True) as work:
        writes.roll_up(work.session, begin, begin + HOUR)
        work.session.execute(text("DELETE FROM service_samples WHERE at = :at"), {"at": begin})
        writes.roll_up(work.session, begin, begin + HOUR)
    assert hours()[0][2:5] == (2, 1.0, 2.0)


def test_old_days_go_as_a_whole_and_old_hours_by_their_age(database):
    store(sample(AT - 2 * DAY, 1.0), sample(AT - DAY, 2.0), sample(AT, 3.0))
    with UnitOfWork(write=True) as work:
        writes.roll_up(work.session, writes.whole_hour(AT - 2 * DAY), writes.whole_hour(AT) + HOUR)
        assert writes.drop_days(work.session, AT.date()) == 2
        assert queries.first_day(work.session) == AT
        assert writes.remove_hours(work.session, AT - DAY) == 2
    assert [row[-1] for row in hours()] == [3.0]


def test_a_page_that_reads_for_long_is_not_waited_for(database, monkeypatch):
    monkeypatch.setattr(writes, "_PATIENCE", "100ms")
    store(sample(AT - DAY, 1.0), sample(AT, 2.0))
    with engine().connect() as reader:
        reader.execute(text("SELECT count(*) FROM service_samples"))
        with UnitOfWork(write=True) as work:
            assert writes.drop_days(work.session, AT.date()) == 0
            writes.append(work.session, [sample(AT + SECOND, 3.0)])
    with UnitOfWork() as work:
        assert len(queries.readings(work.session, "disk", "host_load_ratio", "", AT - DAY, AT + DAY)) == 3


def test_only_one_monitor_looks_after_the_samples(database):
    with UnitOfWork(write=True) as first, UnitOfWork(write=True) as second:
        assert writes.claim(first.session)
        assert not writes.claim(second.session)


def test_a_database_that_is_away_is_said_in_words(database):
    connect(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(UpstreamError, match="database does not answer"):
        store(sample(AT, 1.0))
    connect(database)


def test_helpers_of_time():
    assert writes.whole_hour(AT) == AT.replace(minute=0)
    assert sorted(writes.days_ahead(AT, 1)) == [AT.date(), AT.date() + DAY]
