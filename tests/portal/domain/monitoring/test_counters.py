"""Counters: restarts, gaps, series that appear later; by hand and against a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.counters import add_up, increase, rises

MINUTES = np.arange(6.0) * 60


def test_a_counter_that_begins_again_counts_from_zero():
    values = np.array([100.0, 110.0, 4.0, 4.0, 9.0, 1.0])
    np.testing.assert_array_equal(rises(MINUTES, values), [0, 10, 4, 0, 5, 1])
    whole = increase(MINUTES, values, np.array([300.0]), 300.0)
    assert whole == pytest.approx([20.0])


def test_the_window_begins_at_the_sample_before_it():
    values = np.array([0.0, 1.0, 3.0, 6.0, 10.0, 15.0])
    found = increase(MINUTES, values, np.array([120.0, 130.0, 300.0]), 90.0)
    # (30, 120]: 3 - 0;  (40, 130]: 3 - 0;  (210, 300]: 15 - 6
    np.testing.assert_array_equal(found, [3, 3, 9])


def test_a_window_without_samples_is_unknown_not_zero():
    found = increase(MINUTES, MINUTES / 60, np.array([-5.0, 0.0, 300.0, 390.0, 1000.0]), 60.0)
    np.testing.assert_array_equal(found, [np.nan, 0, 1, np.nan, np.nan])


def test_what_was_counted_over_a_gap_is_counted_after_it_unless_gaps_are_left_out():
    times, values = np.array([0.0, 60.0, 7200.0]), np.array([0.0, 1.0, 51.0])
    assert increase(times, values, np.array([7200.0]), 300.0) == pytest.approx([50.0])
    assert increase(times, values, np.array([7200.0]), 300.0, gap_seconds=300.0) == pytest.approx([0.0])
    assert increase(times, values, np.array([7200.0]), 9000.0, gap_seconds=300.0) == pytest.approx([1.0])


def test_the_first_error_of_a_series_that_appears_later_is_counted():
    times, values = np.array([600.0, 660.0]), np.array([1.0, 1.0])
    assert increase(times, values, np.array([660.0]), 300.0) == pytest.approx([0.0])
    assert increase(times, values, np.array([660.0]), 300.0, from_zero=True) == pytest.approx([1.0])


def test_sums_know_what_any_of_their_series_knows():
    found = add_up([np.array([1.0, np.nan, np.nan]), np.array([2.0, 3.0, np.nan])], 3)
    np.testing.assert_array_equal(found, [3, 3, np.nan])
    assert np.isnan(add_up([], 2)).all()


COUNTED = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 9), st.booleans()), min_size=1, max_size=40)


@given(COUNTED, st.integers(1, 400), st.integers(0, 4000))
def test_it_is_what_was_counted_between_the_looks(drawn, window, moment):
    """Count events one by one, with restarts at looks, and compare with what the samples tell."""
    times, values, counted, level = [], [], [], 0.0
    at = 0.0
    for wait, events, restarts in drawn:
        at += wait
        begins_again = (
            restarts and events < level
        )  # a restart that shows; one that does not is lost to everybody
        level = events if begins_again else level + events
        times.append(at)
        values.append(level)
        counted.append(float(events))
    found = increase(
        np.array(times), np.array(values), np.array([float(moment)]), float(window), from_zero=True
    )[0]
    inside = [n for t, n in zip(times, counted, strict=True) if moment - window < t <= moment]
    assert np.isnan(found) if not inside else found == pytest.approx(sum(inside))


@given(COUNTED, st.integers(1, 200), st.integers(1, 200))
def test_windows_side_by_side_add_up(drawn, first, second):
    times = np.cumsum([wait for wait, _, _ in drawn]).astype(float)
    values = np.array([float(n) for _, n, _ in drawn])
    end = times[-1]
    parts = increase(times, values, np.array([end - second]), float(first))
    parts = np.append(parts, increase(times, values, np.array([end]), float(second)))
    whole = increase(times, values, np.array([end]), float(first + second))
    assert np.nansum(parts) == pytest.approx(np.nansum(whole))
