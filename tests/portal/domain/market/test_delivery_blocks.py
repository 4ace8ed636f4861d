"""Base, peak and off-peak: hours of months and weekdays, and that the parts make the whole."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.calendars import CALENDARS, DeliveryCalendar, Interval, delivery_day
from portal.domain.market.delivery_blocks import block_hours, block_intervals, month_hours
from portal.domain.market.errors import BadParameter

DE = CALENDARS["DE_LU"]
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MARKETS = st.sampled_from(sorted(CALENDARS))


@pytest.mark.parametrize(
    ("first", "end", "block", "hours"),
    [
        ("2026-03-01", "2026-04-01", "base", 743.0),
        ("2026-10-01", "2026-11-01", "base", 745.0),
        ("2026-03-01", "2026-04-01", "peak", 22 * 12.0),
        ("2026-01-01", "2027-01-01", "base", 8760.0),
        ("2028-01-01", "2029-01-01", "base", 8784.0),
        ("2026-01-01", "2027-01-01", "peak", 261 * 12.0),
        ("2026-01-03", "2026-01-05", "peak", 0.0),
        ("2026-01-03", "2026-01-05", "offpeak", 48.0),
    ],
)
def test_block_hours(first, end, block, hours):
    assert block_hours(date.fromisoformat(first), date.fromisoformat(end), DE, block) == hours


def test_peak_hours_of_a_weekday():
    peak = block_intervals(date(2026, 7, 1), date(2026, 7, 2), DE, "peak")
    assert peak == (Interval(datetime(2026, 7, 1, 6, tzinfo=UTC), datetime(2026, 7, 1, 18, tzinfo=UTC)),)
    assert len(block_intervals(date(2026, 7, 1), date(2026, 7, 2), DE, "offpeak")) == 2


def test_holidays_have_no_peak_where_the_market_says_so():
    us = DeliveryCalendar("America/New_York", 7, 23, holidays=frozenset({date(2026, 7, 3)}))
    assert block_hours(date(2026, 7, 3), date(2026, 7, 4), us, "peak") == 0.0
    assert block_hours(date(2026, 7, 3), date(2026, 7, 4), DE, "peak") == 12.0


@given(MARKETS, DAYS, st.integers(1, 60))
def test_base_is_peak_plus_offpeak(market, first, days):
    calendar, end = CALENDARS[market], first + timedelta(days=days)
    base, peak, off = (block_hours(first, end, calendar, block) for block in ("base", "peak", "offpeak"))
    assert base == peak + off
    pieces = sorted(
        [*block_intervals(first, end, calendar, "peak"), *block_intervals(first, end, calendar, "offpeak")]
    )
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert pieces[0].start == delivery_day(first, calendar).start
    assert pieces[-1].end == delivery_day(end, calendar).start


def test_months_add_up_to_the_year():
    hours = month_hours(np.arange("2026-01", "2027-01", dtype="datetime64[M]"), DE)
    assert sum(hours.values()) == 8760.0
    assert hours[np.datetime64("2026-03", "M")] == 743.0


def test_a_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(BadParameter, match="must end after it starts"):
        block_intervals(date(2026, 1, 2), date(2026, 1, 1), DE)
