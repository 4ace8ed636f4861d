"""Wall clocks against the zone database: every moment of a year there and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.zones import BIDDING_ZONES, NEVER, ONCE, TWICE, from_wall_clock, local_days, utc_offsets

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
    "America/Sao_Paulo",
]
moments = st.integers(
    int(datetime(1950, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2050, 1, 1, tzinfo=UTC).timestamp())
)


@given(moments, st.sampled_from(ZONES))
def test_offsets_are_those_of_the_zone_database(second, zone):
    shift = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert utc_offsets(np.array([second]), zone)[0] == int(shift.total_seconds())


@given(moments, st.sampled_from(ZONES))
def test_there_and_back(second, zone):
    local = second + utc_offsets(np.array([second]), zone)
    first, later, times = from_wall_clock(local, zone)
    assert times[0] in (ONCE, TWICE)
    assert second in (first[0], later[0])
    assert (first[0] == later[0]) == (times[0] == ONCE)
    assert first[0] <= later[0]


@pytest.mark.parametrize(
    ("zone", "hours"), [("Europe/Berlin", (23, 25)), ("America/New_York", (23, 25)), ("UTC", (24, 24))]
)
def test_days_of_23_and_25_hours(zone, hours):
    start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    days, counts = np.unique(local_days(start + 3600 * np.arange(24 * 365), zone), return_counts=True)
    assert (counts[1:-1].min(), counts[1:-1].max()) == hours
    assert len(days) >= 365


def test_the_skipped_and_the_repeated_hour():
    local = np.array(
        [
            int(datetime(2024, m, d, h, tzinfo=UTC).timestamp())
            for m, d, h in ((3, 31, 2), (10, 27, 2), (7, 1, 2))
        ]
    )
    first, later, times = from_wall_clock(local, "Europe/Berlin")
    assert times.tolist() == [NEVER, TWICE, ONCE]
    assert datetime.fromtimestamp(first[1], UTC) == datetime(2024, 10, 27, 0, tzinfo=UTC)
    assert datetime.fromtimestamp(later[1], UTC) == datetime(2024, 10, 27, 1, tzinfo=UTC)


def test_bidding_zones_name_zones_that_exist():
    for name in BIDDING_ZONES.values():
        ZoneInfo(name)
