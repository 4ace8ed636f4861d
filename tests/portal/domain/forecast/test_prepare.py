"""Preparing a series: what is refused in a sentence, what is filled and said, and the days on which clocks change."""

from datetime import date

import numpy as np
import pytest

from portal.domain.forecast.errors import UnfitSeries
from portal.domain.forecast.local_days import clock_time, hours_of_days, wall_clock
from portal.domain.forecast.prepare import prepare
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import Target, TargetKind
from portal.domain.market.errors import InsufficientHistory, LengthMismatch

POWER = Target(
    TargetKind.POWER, "DE_LU", "Day-ahead power DE_LU", "EUR/MWh", "Europe/Berlin", 24, (24, 168), 24, gate="12:00"
)  # fmt: skip
SETTLE = Target(
    TargetKind.SETTLE, "TTF", "TTF gas", "EUR/MWh", "Europe/Amsterdam", 1, (5,), 20, business_days=True
)  # fmt: skip


def hours(first, last):
    """Return the UTC hours of local days and a value that names its local hour."""
    at, slot = hours_of_days(first, last, "Europe/Berlin")
    return at, 10.0 + slot % 24 + 0.1 * (slot // 24)


def days(n, first="2025-01-06"):
    at = np.arange(np.datetime64(first), np.datetime64(first) + 2 * n)
    at = at[np.is_busday(at)][:n]
    return at, 50.0 + np.sin(np.arange(n))


def test_a_whole_series_stays_as_it_is():
    at, value = hours(date(2026, 6, 1), date(2026, 6, 30))
    found = prepare(POWER, at, value)
    assert found.stamp[0] == np.datetime64("2026-06-01T00:00:00")
    assert len(found.y) == 30 * 24
    np.testing.assert_array_equal(found.y, value)
    assert not found.filled.any()
    assert found.facts["sentences"] == []
    assert found.facts["missing"] == 0


def test_the_spring_day_has_24_slots_one_of_them_made():
    at, value = hours(date(2026, 3, 15), date(2026, 4, 5))
    assert len(at) == 22 * 24 - 1
    found = prepare(POWER, at, value)
    slot = int((np.datetime64("2026-03-29T02:00:00") - found.stamp[0]) / np.timedelta64(1, "h"))
    assert found.y[slot] == pytest.approx(0.5 * (found.y[slot - 1] + found.y[slot + 1]))
    assert np.flatnonzero(found.filled).tolist() == [slot]
    assert found.facts["clock_changes"] == ["2026-03-29"]
    assert found.facts["missing"] == 0
    assert "1 spring clock change" in " ".join(found.facts["sentences"])


def test_the_autumn_day_has_24_slots_one_of_them_the_mean_of_two_hours():
    at, value = hours(date(2026, 10, 10), date(2026, 10, 31))
    assert len(at) == 22 * 24 + 1
    local = wall_clock(at, "Europe/Berlin")
    [first, second] = np.flatnonzero(local == np.datetime64("2026-10-25T02:00:00"))
    value[first], value[second] = 4.0, 8.0
    found = prepare(POWER, at, value)
    slot = int((np.datetime64("2026-10-25T02:00:00") - found.stamp[0]) / np.timedelta64(1, "h"))
    assert found.y[slot] == 6.0
    assert not found.filled[slot]


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_slots_go_back_to_the_hours_of_the_day(day, count):
    at, slot = hours_of_days(day, day, "Europe/Berlin")
    assert len(at) == count
    assert np.diff(at).tolist() == [np.timedelta64(1, "h")] * (count - 1)
    assert (2 in slot) == (count > 23)
    assert np.bincount(slot).max() == (2 if count == 25 else 1)
    np.testing.assert_array_equal(wall_clock(at, "Europe/Berlin").astype("datetime64[D]"), np.datetime64(day))


def test_the_gate_follows_the_clock_on_the_wall():
    found = clock_time(np.array(["2026-01-10", "2026-07-10"], "M8[D]"), "12:00", "Europe/Berlin")
    assert found.astype(str).tolist() == ["2026-01-10T11:00:00", "2026-07-10T10:00:00"]


def test_quarter_hours_are_averaged():
    at, value = hours(date(2026, 6, 1), date(2026, 6, 20))
    quarters = (at[:, None] + np.arange(4) * np.timedelta64(15, "m")).ravel()
    found = prepare(POWER, quarters, (value[:, None] + np.array([-3.0, -1.0, 1.0, 3.0])).ravel())
    np.testing.assert_allclose(found.y, value)


def test_duplicate_stamps_count_once_with_the_last_value():
    at, value = hours(date(2026, 6, 1), date(2026, 6, 20))
    found = prepare(POWER, np.append(at, at[[5, 9]]), np.append(value, [999.0, value[9]]))
    assert found.y[5] == 999.0
    assert found.facts["duplicates"] == 2
    assert found.facts["contradicting"] == 1
    assert "2 stamps came twice, 1 of them with another value" in found.facts["sentences"][0]


def test_gaps_of_hours_are_filled_from_the_week_before_and_said():
    at, value = hours(date(2026, 6, 1), date(2026, 6, 30))
    gone = (at >= np.datetime64("2026-06-15")) & (at < np.datetime64("2026-06-17"))
    value[gone] = np.nan
    found = prepare(POWER, at, value)
    where = np.flatnonzero(found.filled)
    assert len(where) == 48
    np.testing.assert_array_equal(found.y[where], found.y[where - 168])
    assert found.facts["gaps"] == [
        {"first": "2026-06-15T02:00:00", "last": "2026-06-17T01:00:00", "slots": 48}
    ]
    assert found.facts["missing_share"] == pytest.approx(48 / 720)
    assert "48 hours without a value (6.7 %) were filled" in found.facts["sentences"][0]
    assert "never scored" in found.facts["sentences"][0]


def test_thirty_percent_missing_is_the_most():
    at, value = hours(date(2026, 1, 1), date(2026, 3, 1))
    rng = np.random.default_rng(3)
    inner = rng.permutation(np.arange(48, len(at) - 48))
    assert (
        prepare(POWER, at, np.where(np.isin(np.arange(len(at)), inner[:400]), np.nan, value)).filled.sum()
        == 400
    )
    with pytest.raises(
        UnfitSeries, match=r"3[0-9] % of the values of Day-ahead power DE_LU between .* are missing"
    ):
        prepare(POWER, at, np.where(np.isin(np.arange(len(at)), inner[:500]), np.nan, value))


def test_a_newest_day_that_has_not_arrived_is_left_out():
    at, value = hours(date(2026, 6, 1), date(2026, 6, 20))
    found = prepare(POWER, at[:-20], value[:-20])
    assert found.stamp[-1] == np.datetime64("2026-06-19T23:00:00")
    assert found.facts["left_out"] == 4


def test_ten_observations_are_too_few():
    at, value = days(10)
    with pytest.raises(InsufficientHistory, match="values on 10 days, but a forecast needs at least 30"):
        prepare(SETTLE, at, value)
    with pytest.raises(InsufficientHistory, match="needs at least 14"):
        prepare(POWER, *hours(date(2026, 6, 1), date(2026, 6, 10)))


def test_a_constant_series_is_refused():
    at, value = days(60)
    with pytest.raises(
        UnfitSeries, match=r"All 60 values of TTF gas are 7 EUR/MWh; there is nothing to learn"
    ):
        prepare(SETTLE, at, np.full_like(value, 7.0))


def test_lengths_that_differ_are_refused():
    with pytest.raises(LengthMismatch, match="2 stamps and 1 values"):
        prepare(SETTLE, *(days(2)[0], np.ones(1)))


def test_a_holiday_keeps_the_value_of_the_day_before():
    at, value = days(80)
    found = prepare(SETTLE, np.delete(at, 40), np.delete(value, 40))
    assert found.y[40] == value[39]
    assert np.flatnonzero(found.filled).tolist() == [40]
    assert "keeps the value of the day before" in found.facts["sentences"][0]


def test_weekends_are_left_out_of_business_days():
    at = np.arange(np.datetime64("2026-01-01"), np.datetime64("2026-04-01"))
    found = prepare(SETTLE, at, np.arange(len(at), dtype=float))
    assert np.is_busday(found.stamp.astype("M8[D]")).all()
    assert found.facts["left_out"] == len(at) - len(found.y)


def test_a_level_shift_is_named_and_left():
    at, value = days(200)
    shifted = np.where(np.arange(200) >= 120, value + 40.0, value)
    found = prepare(SETTLE, at, shifted)
    assert found.facts["level_shift"]["day"] == str(at[120])
    assert "The level shifted around" in found.facts["sentences"][-1]
    np.testing.assert_array_equal(found.y, shifted)
    walk = 50.0 + np.cumsum(np.random.default_rng(1).standard_normal(200))
    assert prepare(SETTLE, at, walk).facts["level_shift"] is None


def test_infinite_values_are_missing():
    at, value = days(80)
    value[30] = np.inf
    assert prepare(SETTLE, at, value).filled[30]


@pytest.mark.parametrize("origin", [24 * 20, 24 * 25, 24 * 30])
def test_what_comes_after_an_origin_does_not_reach_its_history(origin):
    at, value = hours(date(2026, 6, 1), date(2026, 7, 20))
    value[(at >= np.datetime64("2026-06-18")) & (at < np.datetime64("2026-07-03"))] = (
        np.nan
    )  # across all origins
    other = np.where(at >= at[0] + origin * np.timedelta64(1, "h"), value * -7.0, value)
    one, two = prepare(POWER, at, value), prepare(POWER, at, other)
    np.testing.assert_array_equal(one.y[:origin], two.y[:origin])
    tasks = [
        Series(POWER, found.y, np.append(found.stamp, found.stamp[-24:] + np.timedelta64(24, "h"))).task(
            origin
        )
        for found in (one, two)
    ]
    np.testing.assert_array_equal(tasks[0].y, tasks[1].y)
