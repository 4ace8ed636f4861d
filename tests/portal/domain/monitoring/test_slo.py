"""Objectives: attained shares, budgets, burn rates and the windows of the SRE Workbook, computed by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring import slo

MONTH = 30 * slo.DAY


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_the_factors_are_those_of_the_workbook():
    """Table 5-8: 2 % of the budget in one hour, 5 % in six hours, 10 % in three days."""
    spent = (0.02, 0.05, 0.10)
    for share, one in zip(spent, slo.WORKBOOK, strict=True):
        assert slo.factor_of(share, one.long_seconds, MONTH) == pytest.approx(one.factor)
        assert one.short_seconds == pytest.approx(one.long_seconds / 12)


def test_a_tenth_of_a_percent_failing_burns_at_a_fifth_of_the_allowed_rate():
    good, total = array(9990, 9950, 0), array(10_000, 10_000, 0)
    np.testing.assert_allclose(slo.attained(good, total), [0.999, 0.995, np.nan])
    np.testing.assert_allclose(slo.burn_rate(good, total, 0.995), [0.2, 1.0, np.nan], rtol=1e-9)
    np.testing.assert_allclose(slo.budget_left(good, total, 0.995), [0.8, 0.0, np.nan], atol=1e-9)
    np.testing.assert_allclose(slo.budget_events(total, 0.995), [50, 50, 0])


def test_a_missed_objective_leaves_less_than_nothing():
    assert slo.budget_left(array(980), array(1000), 0.99) == pytest.approx([-1.0])


def test_more_good_than_there_is_reads_as_all():
    assert slo.attained(array(101), array(100)) == pytest.approx([1.0])


def test_how_long_the_rest_lasts():
    assert slo.lasts_seconds(0.5, 1.0, MONTH) == pytest.approx(15 * slo.DAY)
    assert slo.lasts_seconds(1.0, 14.4, MONTH) == pytest.approx(50 * slo.HOUR)
    assert slo.lasts_seconds(-0.2, 3.0, MONTH) == 0.0
    for left, burn in ((0.5, 0.0), (math.nan, 1.0), (0.5, math.nan)):
        assert slo.lasts_seconds(left, burn, MONTH) is None


def test_both_windows_must_burn_and_the_most_urgent_pair_decides():
    hour, quarter, days = slo.WORKBOOK
    pairs = [
        (array(20, 20, 0, np.nan), array(30, 1, 0, np.nan)),  # the second look: over already
        (array(7, 7, 3, np.nan), array(6.6, 0, 9, np.nan)),
        (array(1, 1, 1.5, np.nan), array(1, 0, 1.2, np.nan)),
    ]
    found = slo.burn_pressure(pairs, (hour, quarter, days))
    np.testing.assert_allclose(found, [20 / 14.4, 1 / 14.4, 1.2, np.nan])


def test_a_pair_that_knows_nothing_leaves_the_others_to_judge():
    pairs = [(array(np.nan), array(99)), (array(9), array(9))]
    assert slo.burn_pressure(pairs, slo.WORKBOOK[:2]) == pytest.approx([1.5])


@given(
    st.integers(0, 10_000), st.integers(1, 10_000), st.floats(0.5, 0.9999), st.integers(1, 100)
)  # fmt: skip
def test_laws_of_budgets(failed, total, objective, times):
    failed = min(failed, total)
    good, all_of = array(total - failed), array(total)
    burn = slo.burn_rate(good, all_of, objective)
    assert burn >= 0
    assert slo.burn_rate(good * times, all_of * times, objective) == pytest.approx(burn), "a rate has no size"
    spent = slo.budget_events(all_of, objective) * (1 - slo.budget_left(good, all_of, objective))
    assert spent == pytest.approx([failed], rel=1e-6, abs=1e-6), "what is not left is what failed"
    assert (slo.attained(good, all_of) >= objective - 1e-12) == (burn <= 1 + 1e-9)
