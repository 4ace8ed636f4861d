"""Sizes by rule: what each rule promises holds, and limits cut."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.sizing.rules import Rule, sizes

SIGMA = np.array([100.0, 4000.0, 700.0])
CORRELATION = np.array([[1.0, 0.6, 0.1], [0.6, 1.0, -0.2], [0.1, -0.2, 1.0]])
COVARIANCE = CORRELATION * np.outer(SIGMA, SIGMA)
MEAN = np.array([30.0, -500.0, 50.0])
GIVEN = {"capital": 1e6, "target": 0.1}


def test_a_volatility_target_gives_each_an_even_part_by_itself():
    found = sizes("volatility", COVARIANCE, MEAN, **GIVEN)
    assert found.size * SIGMA == pytest.approx([1e5 / 3] * 3)
    assert found.weights == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("rule", [Rule.PARITY, Rule.EQUAL])
def test_parity_and_equal_contribution_meet_the_target_together(rule):
    found = sizes(rule, COVARIANCE, MEAN, **GIVEN)
    assert found.volatility == pytest.approx(1e5)
    assert found.shares.sum() == pytest.approx(1.0)
    even = found.weights if rule is Rule.PARITY else found.shares
    assert even == pytest.approx([1 / 3] * 3)


def test_kelly_is_the_inverse_covariance_times_the_mean_and_held_to_the_target():
    small = sizes("kelly", COVARIANCE, MEAN * 0.01, **GIVEN)
    assert small.wanted == pytest.approx(np.linalg.solve(COVARIANCE, MEAN * 0.01) * 1e6)
    half = sizes("half_kelly", COVARIANCE, MEAN * 0.01, **GIVEN)
    assert half.wanted == pytest.approx(small.wanted / 2)
    large = sizes("kelly", COVARIANCE, MEAN * 100, **GIVEN)
    assert large.volatility <= 1e5 * (1 + 1e-9)
    assert np.abs(large.size * SIGMA).max() <= 1e5 * (1 + 1e-9)


def test_caps_hold_single_assets():
    found = sizes("equal", COVARIANCE, MEAN, cap=0.34, **GIVEN)
    assert found.weights.max() <= 0.34 + 1e-12
    few = sizes("parity", COVARIANCE, MEAN, most=20.0, whole=True, **GIVEN)
    assert np.abs(few.size).max() <= 20.0
    assert few.size == pytest.approx(np.trunc(few.size))
    assert few.binding[0] == "Most of one"
    assert few.binding[1] == ""
    assert few.volatility < 1e5


def test_nothing_held_has_no_shares():
    found = sizes("parity", COVARIANCE, MEAN, capital=10.0, target=0.1, whole=True)
    assert not found.size.any()
    assert not found.weights.any()
    assert not found.shares.any()


@pytest.mark.parametrize("name", ["capital", "target", "cap"])
def test_bad_numbers_are_refused(name):
    with pytest.raises(BadParameter, match="must be above 0"):
        sizes("equal", COVARIANCE, MEAN, **{**GIVEN, name: 0.0})
