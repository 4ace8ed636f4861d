"""The energy clock: days of 23 and 25 hours, gas days, labels."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.calendars import (
    CALENDARS,
    DeliveryCalendar,
    Interval,
    delivery_day,
    hour_labels,
    intervals_of_day,
    local_label,
)
from portal.domain.market.errors import BadParameter

DE, GAS = CALENDARS["DE_LU"], CALENDARS["GAS_EU"]
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MARKETS = st.sampled_from(sorted(CALENDARS))


@pytest.mark.parametrize(
    ("day", "hours", "start"),
    [
        ("2026-03-29", 23, "2026-03-28T23:00"),
        ("2026-10-25", 25, "2026-10-24T22:00"),
        ("2026-07-01", 24, "2026-06-30T22:00"),
    ],
)
def test_local_days(day, hours, start):
    interval = delivery_day(date.fromisoformat(day), DE)
    assert interval.hours == hours
    assert interval.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert len(intervals_of_day(date.fromisoformat(day), DE)) == hours
    assert len(intervals_of_day(date.fromisoformat(day), DE, 15)) == 4 * hours


def test_the_gas_day_begins_at_six_and_its_long_day_is_the_one_before():
    assert delivery_day(date(2026, 7, 1), GAS).start == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert delivery_day(date(2026, 10, 24), GAS).hours == 25
    assert delivery_day(date(2026, 10, 25), GAS).hours == 24
    assert delivery_day(date(2026, 3, 28), GAS).hours == 23


@given(MARKETS, DAYS)
def test_days_follow_each_other_without_gap(market, day):
    calendar = CALENDARS[market]
    assert delivery_day(day, calendar).end == delivery_day(day + timedelta(days=1), calendar).start
    hours = intervals_of_day(day, calendar)
    assert all(a.end == b.start for a, b in pairwise(hours))
    assert len(set(hour_labels(day, calendar))) == len(hours)


def test_labels_tell_the_two_hours_apart():
    assert local_label(datetime(2025, 10, 26, 0, tzinfo=UTC), "Europe/Berlin") == "2025-10-26 02:00 CEST"
    assert local_label(datetime(2025, 10, 26, 1, tzinfo=UTC), "Europe/Berlin") == "2025-10-26 02:00 CET"
    assert hour_labels(date(2026, 3, 29), DE)[1:3] == ("01:00", "03:00")


def test_refusals():
    with pytest.raises(BadParameter, match="is not a time zone"):
        DeliveryCalendar("Mars/Olympus")
    with pytest.raises(BadParameter, match="Peak must start before it ends"):
        DeliveryCalendar("Europe/Berlin", 20, 8)
    with pytest.raises(BadParameter, match="begins at 0 to 23"):
        DeliveryCalendar("Europe/Berlin", day_hour=24)
    with pytest.raises(BadParameter, match="divide an hour"):
        intervals_of_day(date(2026, 1, 1), DE, 7)
    with pytest.raises(BadParameter, match="given in UTC"):
        Interval(
            datetime.fromisoformat("2026-01-01T00:00+01:00"), datetime.fromisoformat("2026-01-01T02:00+01:00")
        )
    with pytest.raises(BadParameter, match="must end after it starts"):
        Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
