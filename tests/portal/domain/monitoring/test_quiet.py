"""Quiet hours by the clock on the wall, also when it is set forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.quiet import clock_time, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (time(22), time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-01-10T21:59+01:00", None),
        ("2026-01-10T22:00+01:00", "2026-01-11T07:00+01:00"),
        ("2026-01-11T06:59+01:00", "2026-01-11T07:00+01:00"),
        ("2026-01-11T07:00+01:00", None),
        # The night in which clocks are set forward, and the one in which they are set back.
        ("2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),
        ("2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"),
    ],
)
def test_over_midnight(moment, end):
    assert quiet_until(at(moment), *NIGHT, BERLIN) == (at(end) if end else None)


def test_within_a_day():
    assert quiet_until(at("2026-01-10T12:30+01:00"), time(12), time(13), BERLIN) == at(
        "2026-01-10T13:00+01:00"
    )
    assert quiet_until(at("2026-01-10T13:00+01:00"), time(12), time(13), BERLIN) is None


def test_an_end_that_the_clock_shows_twice_is_the_next_one():
    hours = (time(22), time(2, 30))
    assert quiet_until(at("2026-10-25T02:10+02:00"), *hours, BERLIN) == at("2026-10-25T02:30+02:00")
    assert quiet_until(at("2026-10-25T02:10+01:00"), *hours, BERLIN) == at("2026-10-25T02:30+01:00")


def test_an_end_that_the_clock_never_shows_is_an_hour_later_on_it():
    hours = (time(22), time(2, 30))
    assert quiet_until(at("2026-03-29T01:10+01:00"), *hours, BERLIN) == at("2026-03-29T03:30+02:00")


def test_equal_times_are_no_quiet_hours():
    assert quiet_until(at("2026-01-10T12:30+01:00"), time(12), time(12), BERLIN) is None


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_the_end_is_later_within_a_day_or_so_and_not_quiet(moment, begin, end, zone):
    found = quiet_until(moment, begin, end, ZoneInfo(zone))
    if found is not None:
        assert moment < found <= moment + timedelta(hours=26)
        local = found.astimezone(ZoneInfo(zone)).time()
        assert local >= end or (end > time(22) and local < time(2))


@pytest.mark.parametrize("text", ["", "7:00", "24:00", "12:60", "12.30", "noon", "12:30:00"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="is not a time of day"):
        clock_time(text)
