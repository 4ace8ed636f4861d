"""Business days and business hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.business_days import (
    business_days,
    business_hours_between,
    is_business_day,
    shift_business_days,
)

MAY_DAY = {date(2026, 5, 1)}  # a Friday
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_weekends_and_holidays_are_none():
    assert is_business_day(date(2026, 4, 30), MAY_DAY)
    assert not is_business_day(date(2026, 5, 1), MAY_DAY)
    assert not is_business_day(date(2026, 5, 2))
    assert business_days(date(2026, 4, 30), date(2026, 5, 6), MAY_DAY).astype(str).tolist() == [
        "2026-04-30",
        "2026-05-04",
        "2026-05-05",
    ]
    assert business_days(date(2026, 5, 6), date(2026, 5, 6)).size == 0


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2026-04-30", 1, "2026-05-04"),
        ("2026-05-04", -1, "2026-04-30"),
        ("2026-05-02", 1, "2026-05-04"),
        ("2026-05-02", -1, "2026-04-30"),
        ("2026-05-02", 0, "2026-04-30"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)
def test_shift(day, n, expected):
    assert shift_business_days(date.fromisoformat(day), n, MAY_DAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-05-08T18:00", "2026-05-11T10:00", 16.0),
        ("2026-05-09T01:00", "2026-05-10T23:00", 0.0),
        ("2026-05-04T00:00", "2026-05-11T00:00", 120.0),
        ("2026-05-05T09:00", "2026-05-05T10:30", 1.5),
        ("2026-05-05T10:00", "2026-05-05T09:00", 0.0),
        ("2026-04-30T12:00", "2026-05-04T12:00", 24.0),
    ],
)
def test_business_hours(start, end, hours):
    assert business_hours_between(at(start), at(end), MAY_DAY) == hours


@given(INSTANTS, st.integers(0, 500), st.integers(0, 500))
def test_hours_add_up(start, first, second):
    middle, end = start + timedelta(hours=first), start + timedelta(hours=first + second)
    total = business_hours_between(start, middle) + business_hours_between(middle, end)
    assert total == pytest.approx(business_hours_between(start, end), abs=1e-6)
    assert total <= first + second + 1e-6
