"""Returns: hand-computed steps, gaps that keep their span, and refusals at or below zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.domain.market.errors import InsufficientHistory, LengthMismatch, NonPositivePrices
from portal.domain.market.returns import ReturnKind, change, compute_returns, percent_change, recommended_kind

APRIL = np.array(["2020-04-17", "2020-04-20", "2020-04-21"], dtype="datetime64[D]")
WTI = [18.31, -36.98, 8.91]
POSITIVE = arrays(np.float64, st.integers(2, 30), elements=st.floats(0.01, 1e4))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("absolute", [10.0, -22.0]), ("simple", [0.1, -0.2]), ("log", [np.log(1.1), np.log(0.8)])],
)
def test_hand_computed(kind, expected):
    assert compute_returns([100.0, 110.0, 88.0], kind).values == pytest.approx(expected, rel=1e-14)


def test_a_gap_keeps_its_span_and_makes_no_zero():
    series = compute_returns([10.0, np.nan, np.nan, 16.0, 17.0], "absolute")
    assert series.values.tolist() == [6.0, 1.0]
    assert series.spans.tolist() == [3, 1]
    assert series.positions.tolist() == [3, 4]


def test_gap_rules():
    prices = [10.0, np.nan, np.nan, np.nan, 16.0, 17.0]
    assert compute_returns(prices, "absolute", gaps="drop").values.tolist() == [1.0]
    assert compute_returns(prices, "absolute", gaps="sqrt_span").values.tolist() == [3.0, 1.0]


def test_negative_oil_is_refused_with_its_day():
    with pytest.raises(NonPositivePrices, match=r"2020-04-20 is -36.98.*Use absolute returns") as caught:
        compute_returns(WTI, "log", dates=APRIL)
    assert caught.value.subject["date"] == "2020-04-20"
    assert compute_returns(WTI, "absolute", dates=APRIL).values == pytest.approx([-55.29, 45.89])


def test_without_dates_the_position_is_named():
    with pytest.raises(NonPositivePrices, match="observation 2"):
        compute_returns([1.0, 0.0, 2.0], "simple")


def test_recommended_kind_follows_the_sign():
    assert recommended_kind(WTI) is ReturnKind.ABSOLUTE
    assert recommended_kind([np.nan, 3.0]) is ReturnKind.LOG


def test_short_and_uneven_input_is_refused():
    with pytest.raises(InsufficientHistory):
        compute_returns([np.nan, 5.0])
    with pytest.raises(LengthMismatch, match="prices and dates"):
        compute_returns([1.0, 2.0], dates=APRIL)


def test_a_collapse_keeps_its_digits():
    assert compute_returns([1e10, 1e-10]).values[0] == pytest.approx(np.log(1e-20), rel=1e-14)


def test_change_beside_a_price():
    assert change(8.91, -36.98) == pytest.approx(45.89)
    assert percent_change(8.91, -36.98) is None
    assert percent_change(8.91, 0.0) is None
    assert percent_change(110.0, 100.0) == pytest.approx(0.1)
    assert change(None, 1.0) is None
    assert change(float("nan"), 1.0) is None
    assert percent_change(1.0, None) is None


@given(POSITIVE, st.floats(0.01, 100.0))
def test_relative_returns_do_not_depend_on_the_unit(prices, factor):
    left, right = compute_returns(prices, "log").values, compute_returns(prices * factor, "log").values
    assert right == pytest.approx(left, abs=1e-9)


@given(POSITIVE)
def test_log_returns_add_up(prices):
    total = compute_returns(prices, "log").values.sum()
    assert total == pytest.approx(np.log(prices[-1] / prices[0]), abs=1e-9)


@given(POSITIVE, st.floats(-1e3, 1e3))
def test_absolute_returns_ignore_the_level(prices, shift):
    left, right = (
        compute_returns(prices, "absolute").values,
        compute_returns(prices + shift, "absolute").values,
    )
    assert right == pytest.approx(left, abs=1e-8)
