"""Tests of the number and the order of exceptions: laws, corners, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.base import check_level, exceptions
from portal.domain.risk.backtests.christoffersen import (
    Transitions,
    conditional_coverage,
    independence,
    transitions,
)
from portal.domain.risk.backtests.durations import waits
from portal.domain.risk.backtests.pof import accepted_counts, binomial_tails, proportion_of_failures
from portal.domain.risk.backtests.tbf import time_between_failures
from portal.domain.risk.backtests.traffic_light import Zone, traffic_light, zone_bounds
from portal.domain.risk.backtests.tuff import time_until_first_failure

PROBABILITIES = st.floats(1e-6, 1.0 - 1e-6)
HITS = st.lists(st.booleans(), min_size=1, max_size=120)


def _finite(test) -> bool:
    return math.isfinite(test.statistic) and test.statistic >= 0.0 and 0.0 <= test.p_value <= 1.0


@given(HITS, PROBABILITIES)
def test_every_statistic_is_finite_whatever_happened(days, p):
    hits = np.array(days)
    positions, n = np.flatnonzero(hits), len(hits)
    failures, runs = proportion_of_failures(len(positions), n, p), independence(transitions(hits))
    haas = time_between_failures(positions, n, p)
    first = time_until_first_failure(positions, n, p)
    for test in (failures, runs, conditional_coverage(failures, runs), haas.independence, haas.mixed, first):
        assert _finite(test)
    light = traffic_light(len(positions), n, p)
    assert light.zone in Zone
    assert 3.0 <= light.multiplier_1996 <= 4.0


@pytest.mark.parametrize("hits", [np.zeros(250, bool), np.ones(250, bool)], ids=["none", "all"])
def test_corners_of_250_days(hits):
    positions = np.flatnonzero(hits)
    failures = proportion_of_failures(len(positions), 250, 0.01)
    assert failures.statistic == pytest.approx(-500 * math.log(0.01 if hits.all() else 0.99), rel=1e-12)
    assert independence(transitions(hits)).statistic == 0.0
    haas = time_between_failures(positions, 250, 0.01)
    assert haas.independence.degrees == len(positions)
    assert haas.mixed.statistic == pytest.approx(haas.independence.statistic + failures.statistic)


def test_without_exception_the_first_failure_says_what_the_count_says():
    none = np.array([], dtype=np.int64)
    assert time_until_first_failure(none, 250, 0.01).statistic == pytest.approx(
        proportion_of_failures(0, 250, 0.01).statistic
    )


def test_first_failure_by_hand():
    """The 50th day at 1 %: 2 ln[(1/50 (49/50)^49) / (0.01 0.99^49)]."""
    by_hand = 2 * (math.log(1 / 50) + 49 * math.log(49 / 50) - math.log(0.01) - 49 * math.log(0.99))
    assert time_until_first_failure(np.array([49]), 250, 0.01).statistic == pytest.approx(by_hand, rel=1e-12)


@given(st.integers(1, 2000), st.floats(0.001, 0.2), st.data())
def test_accepted_counts_are_those_that_the_test_accepts(n, p, data):
    least, most = accepted_counts(n, p)
    count = data.draw(st.integers(0, n))
    accepted = proportion_of_failures(count, n, p).statistic < stats.chi2.isf(0.05, 1)
    assert accepted == (least <= count <= most)


@given(HITS)
def test_waits_add_up_to_the_day_of_the_last_exception(days):
    positions = np.flatnonzero(np.array(days))
    assert waits(positions).sum() == (positions[-1] + 1 if positions.size else 0)


@given(HITS)
def test_transitions_are_one_less_than_days(days):
    counts = transitions(np.array(days))
    assert counts.n00 + counts.n01 + counts.n10 + counts.n11 == len(days) - 1
    assert abs(counts.n01 - counts.n10) <= 1


def test_clusters_are_seen_and_spread_exceptions_are_not():
    clustered, spread = np.zeros(500, bool), np.zeros(500, bool)
    clustered[100:110], spread[::50] = True, True
    assert independence(transitions(clustered)).rejects(0.001)
    assert not independence(transitions(spread)).rejects(0.05)
    assert time_between_failures(np.flatnonzero(clustered), 500, 0.02).independence.rejects(0.001)


def test_a_loss_of_exactly_var_is_no_exception():
    assert exceptions(np.array([-5.0, np.nextafter(-5.0, -6.0)]), np.array([5.0, 5.0])).tolist() == [
        False,
        True,
    ]


def test_a_negative_var_can_be_exceeded_by_a_gain():
    assert exceptions(np.array([1.0, 3.0]), np.array([-2.0, -2.0])).tolist() == [True, False]


@pytest.mark.parametrize("n", [1, 100, 250, 1000])
@pytest.mark.parametrize("p", [0.01, 0.025, 0.05])
def test_zones_follow_their_probabilities(n, p):
    yellow, red = zone_bounds(n, p)
    below = stats.binom(n, p).cdf
    assert below(yellow) >= 0.95 > below(yellow - 1)
    assert below(red) >= 0.9999 > below(red - 1)


@given(st.integers(10, 2000), st.floats(0.005, 0.1))
def test_multipliers_grow_with_the_count(n, p):
    lights = [traffic_light(count, n, p) for count in range(min(n, 3 * int(n * p) + 20))]
    for name in ("plus_1996", "multiplier_1996", "multiplier_frtb", "cumulative_probability"):
        assert np.all(np.diff([getattr(light, name) for light in lights]) >= 0.0)
    assert all((light.plus_1996 == 0.0) == (light.zone == Zone.GREEN) for light in lights)
    assert all((light.plus_1996 == 1.0) == (light.zone == Zone.RED) for light in lights)


def test_tails_of_the_count_share_its_own_probability():
    found = binomial_tails(4, 250, 0.01)
    assert found.at_most + found.at_least - 1.0 == pytest.approx(stats.binom.pmf(4, 250, 0.01))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proportion_of_failures(3, 0, 0.01), "at least one day"),
        (lambda: proportion_of_failures(5, 4, 0.01), "5 exceptions do not fit into 4 days"),
        (lambda: proportion_of_failures(1, 4, 0.0), "must lie between 0 and 1, not 0"),
        (lambda: check_level(1.0), "confidence level must lie between 0 and 1"),
        (lambda: check_level(99.0), "not 99"),
        (lambda: check_level(float("nan")), "not nan"),
        (lambda: accepted_counts(1, 0.01, test_level=1.5), "level of the test"),
    ],
)
def test_refusals_are_sentences(call, words):
    with pytest.raises(BadParameter, match=words):
        call()


def test_the_probability_has_no_dust():
    assert [check_level(level) for level in (0.99, 0.975, 0.9, 0.999)] == [0.01, 0.025, 0.1, 0.001]


def test_independence_is_symmetric_in_what_is_called_an_exception():
    counts, swapped = Transitions(90, 6, 5, 2), Transitions(2, 5, 6, 90)
    assert independence(counts).statistic == pytest.approx(independence(swapped).statistic)
