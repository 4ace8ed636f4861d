"""Hours are made before their days go, whatever happened to the monitor meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.queries import samples as queries
from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core import clock
from portal.core.config import Settings
from portal.domain.monitoring.samples import Sample
from portal.services.monitoring import agent
from portal.services.monitoring.sample_upkeep import Upkeep, oldest_day

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def moment(monkeypatch):
    held = [NOW]
    monkeypatch.setattr(clock, "now", lambda: held[0])
    return held


def upkeep(home, **settings) -> Upkeep:
    return Upkeep(Settings(home=home, keep_samples_days=2, keep_sample_hours_days=30, **settings))


def store(*moments: datetime) -> None:
    with UnitOfWork(write=True) as work:
        writes.append(work.session, [Sample("disk", "host_load", "", at, 1.0) for at in moments])


def hours() -> list[datetime]:
    with UnitOfWork() as work:
        return list(work.session.scalars(text("SELECT hour FROM service_sample_hours ORDER BY hour")))


def first() -> datetime | None:
    with UnitOfWork() as work:
        return queries.first_day(work.session)


def test_hours_are_made_of_what_is_over_and_days_are_kept_by_the_setting(database, moment, tmp_path):
    store(*(NOW - age * 6 * HOUR for age in range(20)), NOW - timedelta(minutes=31), NOW)
    upkeep(tmp_path).take()
    made = hours()
    assert made[-1] == NOW.replace(hour=8, minute=0)  # the hour that still runs is not made
    assert len(made) == 20
    assert first().date() == oldest_day(NOW, 2)
    assert first() == NOW - 9 * 6 * HOUR  # 03:30 of the first day that is kept


def test_a_sample_that_came_late_counts_in_its_hour(database, moment, tmp_path):
    one = upkeep(tmp_path)
    store(NOW - 2 * HOUR)
    one.take()
    store(NOW - 2 * HOUR + timedelta(seconds=15))
    one.take()  # in the same hour nothing is made again
    moment[0] = NOW + HOUR
    one.take()
    with UnitOfWork() as work:
        found = work.session.scalars(text("SELECT count FROM service_sample_hours ORDER BY hour")).all()
    assert found == [2]


def test_a_monitor_that_was_off_for_weeks_makes_the_hours_before_it_drops_the_days(
    database, moment, tmp_path
):
    store(NOW - 20 * DAY, NOW - 19 * DAY)
    upkeep(tmp_path).take()
    assert len(hours()) == 2
    assert first() is None


def test_old_hours_go(database, moment, tmp_path):
    one = upkeep(tmp_path)
    store(NOW - 29 * DAY - 23 * HOUR, NOW - HOUR)
    one.take()
    assert len(hours()) == 2
    moment[0] = NOW + HOUR
    one.take()
    assert len(hours()) == 1


def test_the_days_to_come_have_their_partitions(database, moment, tmp_path):
    upkeep(tmp_path).take()
    with UnitOfWork() as work:
        there = "SELECT to_regclass('service_samples_2026_11_22') IS NOT NULL"
        plain = work.session.scalar(text("SELECT current_setting('timescaledb.license', true) IS NULL"))
        assert work.session.scalar(text(there)) or not plain


def test_another_monitor_that_does_it_is_left_to_it(database, moment, tmp_path):
    store(NOW - 2 * HOUR)
    one = upkeep(tmp_path)
    with UnitOfWork(write=True) as other:
        assert writes.claim(other.session)
        one.take()
        assert hours() == []
    one.take()
    assert len(hours()) == 1


def test_the_monitor_knows_the_task():
    assert agent.all_tasks()["samples.upkeep"].seconds == 300
