"""Returns over common days, and Fisher's interval."""

import numpy as np
import pytest
from scipy import stats

from portal.domain.market.errors import InsufficientHistory
from portal.domain.market.joint_returns import correlation_interval, joint_returns, standardised
from portal.domain.market.returns import ReturnKind

ALL = np.arange("2024-01-01", "2024-01-15", dtype="datetime64[D]")  # two weeks from a Monday
WORK = ALL[np.is_busday(ALL)]


def test_returns_run_between_days_that_all_have():
    joint = joint_returns({"OIL": (WORK, np.arange(80.0, 90.0)), "POWER": (ALL, np.arange(14.0) - 1.0)})
    assert joint.common_days == 10
    assert joint.days.tolist() == WORK[1:].tolist()
    assert joint.kinds == (ReturnKind.LOG, ReturnKind.ABSOLUTE)
    assert joint.values[4, 1] == 3.0  # Friday to Monday, as the oil's
    assert joint.values[0, 0] == pytest.approx(np.log(81 / 80))


def test_steps_do_not_overlap_and_end_on_the_newest_day():
    joint = joint_returns({"A": (ALL, np.arange(14.0) - 5), "B": (ALL, np.arange(14.0) - 5)}, step=5)
    assert joint.days.tolist() == ALL[[8, 13]].tolist()
    assert joint.values.tolist() == [[5.0, 5.0], [5.0, 5.0]]


@pytest.mark.parametrize(
    "series",
    [
        pytest.param({"A": (ALL, np.ones(14))}, id="one"),
        pytest.param({"A": (ALL[:3], np.ones(3)), "B": (ALL[2:], np.ones(12))}, id="one-common-day"),
    ],
)
def test_too_little_is_refused(series):
    with pytest.raises(InsufficientHistory):
        joint_returns(series)


def test_standardised_columns_have_unit_spread_and_a_constant_stays_zero():
    values = np.column_stack([np.arange(10.0) * 50, np.ones(10)])
    scaled = standardised(values)
    assert scaled[:, 0].std() == pytest.approx(1.0)
    assert not scaled[:, 1].any()


def test_interval_equals_that_of_scipy():
    x, y = np.random.default_rng(2).normal(size=(2, 80))
    found = stats.pearsonr(x, y)
    expected = found.confidence_interval(0.95)
    assert correlation_interval(float(found.statistic), 80) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("r", "n"), [(0.5, 3), (1.0, 50)])
def test_interval_is_left_out_where_there_is_none(r, n):
    assert correlation_interval(r, n) is None
