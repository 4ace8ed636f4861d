"""Unusual for the time of the week: medians by hand, robustness, no look ahead, short history said to be unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.seasonal import (
    MONDAY,
    NORMAL,
    WEEK,
    Season,
    Usual,
    _medians,
    robust_z,
    usual,
)

HOUR = 3_600.0
DAILY = Season(seconds=24 * HOUR, bucket_seconds=HOUR, past=3, least=3, floor=0.0)


def test_monday_midnight_is_the_first_bucket_of_the_week():
    season, bucket = Season().place(np.array([MONDAY, MONDAY + WEEK - 1, MONDAY - 1]))
    assert season.tolist() == [0, 0, -1]
    assert bucket.tolist() == [0, 167, 167]


def test_median_and_mad_of_a_bucket_by_hand():
    """The same hour of three days holds 10, 12 and 40: median 12, deviations 2, 0 and 28, MAD 2."""
    times = MONDAY + np.array([0, 24, 48]) * HOUR
    found = usual(times, np.array([10.0, 12.0, 40.0]), np.array([MONDAY + 72 * HOUR]), DAILY)
    assert found.middle == pytest.approx([12.0])
    assert found.scale == pytest.approx([2 * NORMAL])
    assert robust_z(np.array([12 + 2 * NORMAL * 5]), found) == pytest.approx([5.0])


def test_too_short_history_is_unknown():
    times = MONDAY + np.array([0, 24]) * HOUR
    found = usual(times, np.array([10.0, 12.0]), MONDAY + np.array([48.0, 49.0]) * HOUR, DAILY)
    assert np.isnan(found.middle).all()
    assert np.isnan(robust_z(np.array([1e9, 1e9]), found)).all()
    nothing = usual(np.zeros(0), np.zeros(0), np.array([MONDAY]), DAILY)
    assert np.isnan(nothing.middle).all()


def test_outages_in_the_past_do_not_move_it():
    rng = np.random.default_rng(5)
    times = MONDAY + np.arange(28 * 24 * 4) * HOUR / 4
    shape = 100 + 30 * np.sin((times - MONDAY) / (24 * HOUR) * 2 * np.pi)
    values = shape + rng.normal(size=len(times))
    broken = values.copy()
    broken[(times >= MONDAY + 9 * 24 * HOUR) & (times < MONDAY + 11 * 24 * HOUR)] = 0.0
    look = np.array([MONDAY + 28 * 24 * HOUR + 12 * HOUR])
    season = Season(floor=0.0)
    clean, dirty = usual(times, values, look, season), usual(times, broken, look, season)
    assert dirty.middle == pytest.approx(clean.middle, abs=1.0)
    at_noon = 100 + 30 * np.sin(np.pi)
    assert robust_z(np.array([at_noon + 15]), dirty)[0] > 4
    assert robust_z(np.array([at_noon]), dirty)[0] < 2


def test_what_never_moved_may_move_a_little():
    times = MONDAY + np.arange(0, 72) * HOUR
    season = Season(seconds=24 * HOUR, past=3, least=3, floor=0.05)
    found = usual(times, np.full(72, 200.0), np.array([MONDAY + 72 * HOUR]), season)
    assert found.scale == pytest.approx([10.0])


def office(hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Requests per second, hour by hour of four weeks: traffic from 8 to 18 on weekdays, none at night and weekends."""
    rng = np.random.default_rng(7)
    hour, day = hours % 24, hours // 24 % 7
    busy = (hour >= 8) & (hour < 18) & (day < 5)
    return np.where(busy, 1.0 + 0.1 * rng.normal(size=len(hours)), 0.0), busy


def test_one_event_in_an_hour_that_is_usually_idle_is_not_unusual_but_a_surge_is():
    hours = np.arange(28 * 24)
    values, _ = office(hours)
    season = Season()
    monday = np.full(2, MONDAY + 28 * 24 * HOUR + 2.5 * HOUR)
    night = usual(MONDAY + hours * HOUR, values, monday, season)
    one_request, surge = robust_z(np.array([1 / HOUR, 3.0]), night)
    assert one_request < 1
    assert surge > 8


def test_where_hardly_anything_moves_one_event_is_measured_by_what_is_usual_elsewhere():
    """Traffic that is the same every week has no deviation anywhere; the floor is a share of what a busy hour has."""
    hours = np.arange(28 * 24)
    values = (hours % 24 == 12) * 2.0
    night = usual(MONDAY + hours * HOUR, values, np.array([MONDAY + 28 * 24 * HOUR]), Season(floor=0.05))
    assert night.scale == pytest.approx([0.05 * 2.0])
    silent = usual(MONDAY + hours * HOUR, hours * 0.0, np.array([MONDAY + 28 * 24 * HOUR]), Season())
    assert silent.scale == pytest.approx([Season().floor_value])


def test_idle_hours_change_nothing_about_busy_ones():
    hours = np.arange(28 * 24)
    values, busy = office(hours)
    looks = MONDAY + (28 * 24 + hours[: 7 * 24][busy[: 7 * 24]]) * HOUR
    with_nights = usual(MONDAY + hours * HOUR, values, looks, Season())
    alone = usual(MONDAY + hours[busy] * HOUR, values[busy], looks, Season())
    np.testing.assert_array_equal(with_nights.middle, alone.middle)
    np.testing.assert_array_equal(with_nights.scale, alone.scale)
    assert (robust_z(np.full(len(looks), 1.0), with_nights) < 4).all()
    assert (robust_z(np.full(len(looks), 3.0), with_nights) > 8).all()


def test_directions():
    found = Usual(np.array([10.0, 10.0]), np.array([2.0, 2.0]))
    values = np.array([16.0, 4.0])
    assert robust_z(values, found, "above").tolist() == [3.0, -3.0]
    assert robust_z(values, found, "below").tolist() == [-3.0, 3.0]
    with pytest.raises(ValueError, match="'sideways'"):
        robust_z(values, found, "sideways")


@given(st.integers(0, 71), st.floats(-1e6, 1e6))
def test_it_never_looks_ahead(at, other):
    """What happens from the look's own season on changes nothing about what is usual at it."""
    times = MONDAY + np.arange(0, 96) * HOUR
    values = np.sin(np.arange(96.0))
    changed = np.where(np.arange(96) >= (at // 24) * 24, other, values)
    look = np.array([times[at]])
    before, after = usual(times, values, look, DAILY), usual(times, changed, look, DAILY)
    np.testing.assert_array_equal(before.middle, after.middle)
    np.testing.assert_array_equal(before.scale, after.scale)


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-1e3, 1e3)), max_size=50))
def test_medians_of_groups_are_medians(drawn):
    bucket = np.array([one for one, _ in drawn], dtype=np.int64)
    values = np.array([value for _, value in drawn], dtype=float)
    found, count = _medians(bucket, values, 5)
    for one in range(5):
        inside = values[bucket == one]
        assert count[one] == len(inside)
        expected = np.median(inside) if len(inside) else np.nan
        assert found[one] == pytest.approx(expected, nan_ok=True)


@given(st.floats(0.1, 50), st.floats(-100, 100))
def test_scores_do_not_depend_on_the_unit(scale, shift):
    rng = np.random.default_rng(3)
    times, values = MONDAY + np.arange(0, 72) * HOUR, rng.normal(size=72)
    look = np.array([MONDAY + 75 * HOUR])
    one = robust_z(np.array([4.0]), usual(times, values, look, DAILY))
    other = robust_z(np.array([4.0 * scale + shift]), usual(times, values * scale + shift, look, DAILY))
    assert other == pytest.approx(one, rel=1e-6)
