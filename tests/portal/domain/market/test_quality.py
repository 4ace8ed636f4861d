"""Findings in price series: gaps, spikes, stale runs, late feeds and impossible bars."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.business_days import business_days
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.market.quality import (
    Gap,
    check_bars,
    find_gaps,
    find_spikes,
    find_stale_runs,
    judge_staleness,
    robust_z,
)

WALK = 50.0 + np.cumsum(np.random.default_rng(8).normal(0.0, 0.5, 200))
WEEK = business_days(date(2026, 5, 4), date(2026, 5, 16))  # two weeks of five days


def test_gaps_are_runs_of_expected_days():
    have = WEEK[[1, 2, 5, 7]]
    assert find_gaps(have, WEEK) == (
        Gap(date(2026, 5, 7), date(2026, 5, 8), 2),
        Gap(date(2026, 5, 12), date(2026, 5, 12), 1),
        Gap(date(2026, 5, 14), date(2026, 5, 15), 2),
    )
    assert find_gaps(WEEK, WEEK) == ()
    assert find_gaps(WEEK[:0], WEEK) == ()


def test_robust_z_by_hand():
    assert robust_z([1.0, 2.0, 3.0, 4.0, 100.0])[4] == pytest.approx(97.0 / 1.4826022, rel=1e-6)
    assert np.isnan(robust_z([np.nan, 1.0])[0])
    assert robust_z([5.0, 5.0, 5.0]).tolist() == [0.0, 0.0, 0.0]
    assert robust_z([0.0] * 9 + [1.0])[9] == pytest.approx(10.0 / 1.2533141, rel=1e-6)
    assert np.isnan(robust_z([np.nan])).all()


def test_a_bad_tick_is_one_spike_and_a_new_level_another():
    prices = WALK.copy()
    prices[50] += 30.0
    prices[120:] -= 40.0
    tick, level = find_spikes(prices)
    assert (tick.position, tick.reverted) == (50, True)
    assert (level.position, level.reverted) == (120, False)
    assert tick.z > 8.0 > -8.0 > level.z


def test_negative_prices_are_no_spikes_by_themselves():
    assert find_spikes(WALK - 100.0) == find_spikes(WALK - 100.0 + 0.0)
    assert [s.position for s in find_spikes(WALK - 200.0)] == [s.position for s in find_spikes(WALK)] == []


def test_spikes_need_a_usual_step_and_skip_gaps():
    assert find_spikes([1.0, 2.0, 99.0]) == ()
    prices = WALK.copy()
    prices[60:64] = np.nan
    prices[64] += 30.0
    assert [spike.position for spike in find_spikes(prices)] == [64]
    with pytest.raises(BadParameter):
        find_spikes(WALK, threshold=0.0)


def test_stale_runs():
    prices = [1.0, 2.0, 2.0, np.nan, 2.0, 3.0, 3.0]
    (run,) = find_stale_runs(prices, least=3)
    assert (run.first, run.last, run.price, run.length) == (1, 4, 2.0, 3)
    assert len(find_stale_runs(prices, least=2)) == 2
    assert find_stale_runs([np.nan]) == ()
    with pytest.raises(BadParameter):
        find_stale_runs(prices, least=1)


@given(st.lists(st.sampled_from([1.0, 2.0, float("nan")]), max_size=40), st.integers(2, 6))
def test_stale_runs_are_constant_and_maximal(prices, least):
    known = [price for price in prices if price == price]  # noqa: PLR0124 - NaN differs from itself
    for run in find_stale_runs(prices, least=least):
        inside = [p for p in prices[run.first : run.last + 1] if p == p]  # noqa: PLR0124
        assert inside == [run.price] * run.length
    assert sum(run.length for run in find_stale_runs(prices, least=2)) <= len(known)


def test_weekends_do_not_make_a_feed_late():
    friday, monday = datetime(2026, 5, 8, 18, tzinfo=UTC), datetime(2026, 5, 11, 10, tzinfo=UTC)
    fine, late = judge_staleness(friday, monday, 24.0), judge_staleness(friday, monday, 12.0, name="TTF")
    assert (fine.age_hours, fine.late) == (16.0, False)
    assert late.sentence == "TTF is late: its latest value is 16 business hours old, 12 are promised."
    never = judge_staleness(None, monday, 24.0, name="TTF")
    assert (never.age_hours, never.late, never.sentence) == (None, True, "TTF has never delivered a value.")
    with pytest.raises(BadParameter):
        judge_staleness(friday, monday, 0.0)


def test_bars_that_contradict_themselves():
    faults = check_bars(
        [10.0, 10.0, 12.0, np.nan], [11.0, 9.0, 11.0, 5.0], [9.0, 9.5, 9.0, 1.0], [10.0, 9.2, 10.0, 6.0]
    )
    assert [(fault.position, fault.reason) for fault in faults] == [
        (1, "The high 9 is below the low 9.5."),
        (1, "The open 10 is above the high 9."),
        (1, "The close 9.2 is above the high 9."),
        (1, "The close 9.2 is below the low 9.5."),
        (2, "The open 12 is above the high 11."),
        (3, "The close 6 is above the high 5."),
    ]
    with pytest.raises(LengthMismatch, match="open and close"):
        check_bars([1.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0])
