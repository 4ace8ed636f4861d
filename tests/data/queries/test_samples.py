"""The newest values of a service, and the course of a metric across samples and the hours made of them."""

from datetime import UTC, datetime, timedelta

import pytest

from data.queries import samples as queries
from data.session import UnitOfWork
from data.writes import samples as writes
from portal.domain.monitoring.samples import Bucket, Point, Sample

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def store(*rows: tuple[str, str, str, datetime, float]) -> None:
    with UnitOfWork(write=True) as work:
        writes.append(work.session, [Sample(*row) for row in rows])


def roll_up(first: datetime, before: datetime) -> None:
    with UnitOfWork(write=True) as work:
        writes.roll_up(work.session, first, before)


def course(since: datetime, until: datetime, step: timedelta, *, labels: str = "") -> list[Bucket]:
    with UnitOfWork() as work:
        return queries.series(work.session, "disk", "host_load_ratio", labels, since, until, step)


def figures(found: list[Bucket]) -> list[tuple]:
    return [(one.at, one.count, one.low, pytest.approx(one.mean), one.high, one.last) for one in found]


@pytest.fixture
def day(database: str) -> None:
    """One day of samples, one a minute: its number."""
    store(*(("disk", "host_load_ratio", "", AT + number * MINUTE, float(number)) for number in range(1440)))


def test_newest_values_by_metric_and_labels(database):
    store(
        ("disk", "host_load_ratio", "", AT, 1.0), ("disk", "host_load_ratio", "", AT + MINUTE, 2.0),
        ("disk", "host_disk_bytes", "path=/", AT, 3.0), ("disk", "host_disk_bytes", "path=/home", AT, 4.0),
        ("cache", "host_load_ratio", "", AT, 5.0),
    )  # fmt: skip
    with UnitOfWork() as work:
        found = queries.latest(work.session, "disk", at=AT + MINUTE)
        one = queries.latest(work.session, "disk", ["host_load_ratio"], at=AT)
        late = queries.latest(work.session, "disk", at=AT + 10 * MINUTE)
    assert found == {
        ("host_load_ratio", ""): Point(AT + MINUTE, 2.0),
        ("host_disk_bytes", "path=/"): Point(AT, 3.0),
        ("host_disk_bytes", "path=/home"): Point(AT, 4.0),
    }
    assert one == {("host_load_ratio", ""): Point(AT, 1.0)}
    assert set(late) == {
        ("host_load_ratio", "")
    }  # the others are ten minutes old: they say nothing about now


def test_course_in_steps_of_minutes(day):
    first, second, *_ = course(AT, AT + HOUR, 15 * MINUTE)
    assert first == Bucket(AT, 15, 0.0, 7.0, 14.0, 14.0)
    assert second == Bucket(AT + 15 * MINUTE, 15, 15.0, 22.0, 29.0, 29.0)


def test_the_end_of_a_course_does_not_belong_to_it(day):
    assert [bucket.count for bucket in course(AT, AT + 2 * MINUTE, HOUR)] == [2]


@pytest.mark.parametrize("step", [HOUR, 6 * HOUR, DAY])
def test_course_is_the_same_from_samples_and_from_hours(day, step):
    since, until = AT - 9 * HOUR, AT + 15 * HOUR
    raw = figures(course(since, until, step))
    roll_up(AT, AT + 7 * HOUR)
    assert figures(course(since, until, step)) == raw
    roll_up(AT, AT + 15 * HOUR)
    with UnitOfWork(write=True) as work:
        writes.drop_days(work.session, (AT + 2 * DAY).date())
    assert figures(course(since, until, step)) == raw


def test_course_in_small_steps_goes_on_into_the_hours_before_the_samples(day):
    midnight = (AT + 15 * HOUR).replace(hour=0)
    roll_up(AT, AT + DAY)
    with UnitOfWork(write=True) as work:
        writes.drop_days(work.session, midnight.date())
    found = course(midnight - 2 * HOUR, midnight + HOUR, 30 * MINUTE)
    assert [(bucket.at - midnight, bucket.count) for bucket in found] == [
        (-2 * HOUR, 60), (-HOUR, 60), (0 * HOUR, 30), (30 * MINUTE, 30),
    ]  # fmt: skip


def test_courses_of_all_labels_at_once(database):
    for labels, factor in (("kind=page", 1.0), ("kind=export", 10.0)):
        store(*(("disk", "host_load_ratio", labels, AT + n * MINUTE, n * factor) for n in range(4)))
    with UnitOfWork() as work:
        found = queries.courses(work.session, "disk", "host_load_ratio", AT, AT + HOUR, HOUR)
        one = queries.courses(
            work.session, "disk", "host_load_ratio", AT, AT + HOUR, HOUR, labels=["kind=page"]
        )
        names = queries.metrics_of(work.session, "disk", AT, AT + HOUR)
    assert {labels: bucket.last for labels, (bucket,) in found.items()} == {
        "kind=page": 3.0,
        "kind=export": 30.0,
    }
    assert list(one) == ["kind=page"]
    assert names == ["host_load_ratio"]


def test_nothing_was_taken(database):
    assert course(AT, AT + DAY, HOUR) == []
    with UnitOfWork() as work:
        assert queries.latest(work.session, "disk") == {}
        assert queries.first_day(work.session) is None
        assert queries.rolled_up_until(work.session) is None
        assert queries.readings(work.session, "disk", "host_load_ratio", "", AT, AT + DAY) == []


def test_how_far_hours_are_made(day):
    roll_up(AT, AT + 3 * HOUR)
    with UnitOfWork() as work:
        assert queries.rolled_up_until(work.session) == AT + 3 * HOUR
