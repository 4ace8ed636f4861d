"""Samples read at moments: stale ones say nothing, and nothing is known before the first."""

import numpy as np

from portal.domain.monitoring.series import age_at, at_moments, steps

TIMES = np.array([100.0, 160.0, 400.0])
VALUES = np.array([1.0, 2.0, 3.0])


def test_a_sample_counts_until_it_is_stale_and_a_gap_is_a_gap():
    moments = np.array([99.0, 100.0, 159.0, 160.0, 220.0, 221.0, 399.0, 400.0])
    found = at_moments(TIMES, VALUES, moments, 60.0)
    np.testing.assert_array_equal(found, [np.nan, 1, 1, 2, 2, np.nan, np.nan, 3])


def test_a_sample_that_measured_nothing_is_unknown():
    found = at_moments(np.array([0.0, 10.0]), np.array([4.0, np.nan]), np.array([5.0, 12.0]), 60.0)
    np.testing.assert_array_equal(found, [4.0, np.nan])


def test_without_samples_nothing_is_known():
    nothing = np.zeros(0)
    assert np.isnan(at_moments(nothing, nothing, np.array([1.0]), 60.0)).all()
    assert np.isnan(age_at(nothing, np.array([1.0]))).all()


def test_ages_grow_until_the_next_sample():
    np.testing.assert_array_equal(age_at(TIMES, np.array([50.0, 130.0, 400.0, 460.0])), [np.nan, 30, 0, 60])


def test_looks_are_on_whole_steps_whoever_asks():
    np.testing.assert_array_equal(steps(31.0, 125.0, 30.0), [60, 90, 120])
    np.testing.assert_array_equal(steps(60.0, 60.0, 30.0), [60])
