"""Least-squares Monte Carlo against the exact engines: within its noise, close below, bounded above; repeatable."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.lsmc import (
    Effort,
    american_by_simulation,
    storage_by_simulation,
    swing_by_simulation,
)
from portal.domain.portfolio.flexible.paths import factor_model
from portal.domain.portfolio.flexible.storage import storage_value
from portal.domain.portfolio.flexible.swing import swing_value
from portal.domain.portfolio.flexible.terms import InfeasibleContract
from portal.domain.portfolio.flexible.tree import tree_value

TIMES = np.arange(12) / 12 + 0.04
FORWARD = 25.0 * (1.0 + 0.2 * np.cos(2 * np.pi * TIMES))
CURVE = (FORWARD, TIMES, np.exp(-0.03 * TIMES))
STORAGE = {
    "capacity": 100.0,
    "injection_rate": 20.0,
    "withdrawal_rate": 30.0,
    "injection_cost": 0.2,
    "withdrawal_cost": 0.1,
    "start_volume": 10.0,
    "end_volume": 10.0,
}
SWING = {"strike": 25.0, "rights": 4, "unit_volume": 10.0}
ONE = {"kappa": 1.5, "sigma": 0.7}
QUICK = Effort(paths=20_000, bound_paths=600)


def _fits(found, exact):
    """The policy is worth the exact value but for noise and a small loss, and the bound is above it."""
    assert found.value >= 0.99 * exact
    assert abs(found.value - exact) <= 3.0 * found.standard_error + 0.003 * exact
    assert found.standard_error <= 0.01 * exact
    assert found.upper >= exact * 0.985
    assert found.upper <= exact * 1.06


@pytest.mark.parametrize(
    "changes", [{}, {"injection_loss": 0.013, "injection_rate": 17.3, "end_volume": 4.0}]
)
def test_storage_reaches_the_exact_value(changes):
    exact = storage_value(*CURVE, **{**STORAGE, **changes}, **ONE)
    found = storage_by_simulation(*CURVE, **{**STORAGE, **changes}, model=factor_model(**ONE), effort=QUICK)
    _fits(found, exact.value)
    assert found.intrinsic == pytest.approx(exact.intrinsic, rel=1e-9)
    assert found.schedule == pytest.approx(exact.schedule, abs=0.05 * 30.0)
    assert found.delta == pytest.approx(exact.delta, abs=0.05 * 30.0)
    assert found.vega == pytest.approx(exact.vega, rel=0.08)


def test_a_weekly_storage_reaches_the_exact_value():
    """The form of Boogert and de Jong: a year by weeks, small moves of whole units."""
    times = np.arange(1, 53) / 52
    curve = (25.0 * (1.0 + 0.2 * np.cos(2 * np.pi * (times - 0.05))), times, np.exp(-0.04 * times))
    limits = {"capacity": 20.0, "injection_rate": 2.0, "withdrawal_rate": 4.0}
    costs = {"injection_cost": 0.1, "withdrawal_cost": 0.1}
    exact = storage_value(*curve, **limits, **costs, kappa=2.5, sigma=0.8)
    effort = Effort(paths=20_000, bound_paths=200, degree=3)
    _fits(
        storage_by_simulation(*curve, **limits, **costs, model=factor_model(2.5, 0.8), effort=effort),
        exact.value,
    )


@pytest.mark.parametrize(
    "changes", [{}, {"cooldown": 1}, {"min_rights": 4}, {"is_call": False, "min_rights": 2}]
)
def test_swing_reaches_the_exact_value(changes):
    exact = swing_value(*CURVE, **SWING, **changes, **ONE)
    found = swing_by_simulation(*CURVE, **SWING, **changes, model=factor_model(**ONE), effort=QUICK)
    _fits(found, exact.value)
    assert found.delta == pytest.approx(exact.delta, abs=0.5)
    assert found.vega == pytest.approx(exact.vega, rel=0.08)


def test_an_american_put_reaches_the_tree():
    exact = tree_value(
        36.0,
        1.0,
        0.2,
        0.06,
        tree_steps=2000,
        exercise_steps=range(40, 2001, 40),
        strike=40.0,
        is_call=False,
        carry=0.06,
    )
    _fits(american_by_simulation(36.0, 1.0, 0.2, 0.06, strike=40.0, exercises=50, effort=QUICK), exact)


def test_two_factors_that_are_one_give_the_value_of_one():
    """Two perfectly correlated factors of one speed are one factor of the sum of their volatilities."""
    model = factor_model([1.5, 1.5], [0.3, 0.4], [[1.0, 1.0], [1.0, 1.0]])
    _fits(
        swing_by_simulation(*CURVE, **SWING, model=model, effort=QUICK),
        swing_value(*CURVE, **SWING, **ONE).value,
    )


def test_a_second_factor_is_worth_something_and_stays_between_the_bounds():
    """Long-term uncertainty beside the short one, as of Schwartz and Smith."""
    two = factor_model([1.5, 0.0], [0.7, 0.25], [[1.0, 0.3], [0.3, 1.0]])
    found = swing_by_simulation(*CURVE, **SWING, model=two, effort=QUICK)
    assert found.value > swing_value(*CURVE, **SWING, **ONE).value * 1.01
    assert found.intrinsic < found.value < found.upper + 3.0 * found.standard_error
    assert found.upper < 1.05 * found.value


def test_the_answer_repeats_and_another_seed_gives_another():
    effort = Effort(paths=2_000, bound_paths=0)
    first, again = (
        swing_by_simulation(*CURVE, **SWING, model=factor_model(**ONE), effort=effort) for _ in range(2)
    )
    assert first.value == again.value
    assert np.isnan(first.upper)
    other = swing_by_simulation(
        *CURVE, **SWING, model=factor_model(**ONE), effort=Effort(paths=2_000, bound_paths=0, seed=1)
    )
    assert other.value != first.value


def test_standard_errors_tell_the_truth():
    """Over independent seeds the estimates scatter as much as each says."""
    efforts = [Effort(paths=2_000, bound_paths=0, seed=seed) for seed in range(30)]
    found = [
        swing_by_simulation(*CURVE, **SWING, model=factor_model(**ONE), effort=effort) for effort in efforts
    ]
    scatter = np.std([each.value for each in found], ddof=1)
    assert scatter == pytest.approx(np.mean([each.standard_error for each in found]), rel=0.4)


def test_without_volatility_it_is_intrinsic():
    found = storage_by_simulation(
        *CURVE, **STORAGE, model=factor_model(1.0, 0.0), effort=Effort(paths=200, bound_paths=20)
    )
    assert found.value == pytest.approx(found.intrinsic, rel=1e-9)
    assert found.upper == pytest.approx(found.intrinsic, rel=1e-9)
    assert found.vega == 0.0


@pytest.mark.parametrize(
    ("effort", "message"),
    [
        (Effort(paths=100), "number of paths must be even and at least 200, not 100"),
        (Effort(paths=1001), "even"),
        (Effort(bound_paths=-2), "bound paths"),
        (Effort(branches=1), "number of branches must be at least 2"),
        (Effort(degree=0), "degree of the regression must be at least 1"),
    ],
)
def test_efforts_that_make_no_sense_are_refused(effort, message):
    with pytest.raises(BadParameter, match=message):
        swing_by_simulation(*CURVE, **SWING, model=factor_model(**ONE), effort=effort)


def test_contracts_that_make_no_sense_are_refused():
    with pytest.raises(InfeasibleContract, match="cannot be reached"):
        storage_by_simulation(
            *CURVE, **{**STORAGE, "end_volume": 100.0, "injection_rate": 1.0}, model=factor_model(**ONE)
        )
    with pytest.raises(BadParameter, match="at least 1 exercise date"):
        american_by_simulation(36.0, 1.0, 0.2, 0.06, strike=40.0, exercises=0)
