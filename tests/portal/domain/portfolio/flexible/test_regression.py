"""The regression: the paper's worked example by parts, bases of several factors, and shapes that do not fit."""

import numpy as np
import pytest

from portal.domain.market.errors import LengthMismatch
from portal.domain.portfolio.flexible.paths import Paths
from portal.domain.portfolio.flexible.regression import (
    fit_policy,
    polynomial_basis,
    price_policy,
    volumes_taken,
)
from portal.domain.portfolio.flexible.swing_contract import SwingContract, check_swing

# Longstaff and Schwartz (2001), section 1: eight paths of a share, strike 1.10, exercise at 1, 2 and 3
SPOT = np.array(
    [
        [1.09, 1.08, 1.34],
        [1.16, 1.26, 1.54],
        [1.22, 1.07, 1.03],
        [0.93, 0.97, 0.92],
        [1.11, 1.56, 1.52],
        [0.76, 0.77, 0.90],
        [0.92, 0.84, 1.01],
        [0.88, 1.22, 1.34],
    ]
)
GIVEN = Paths(SPOT, np.empty((8, 3, 0)))
DISCOUNT = np.exp(-0.06 * np.arange(1, 4))
TERMS = check_swing(3, strike=1.1, rights=1, unit_volume=1.0, cooldown=0, min_rights=0, is_call=False)
PUT = SwingContract(TERMS, 3)


def test_the_worked_example():
    policy = fit_policy(PUT, GIVEN, DISCOUNT, scale=np.ones(3), basis=polynomial_basis(2))
    assert policy.coefficients[1][:, 0] == pytest.approx([-1.070, 2.983, -1.813], abs=6e-4)
    assert policy.coefficients[0][:, 0] == pytest.approx([2.038, -3.335, 1.356], abs=6e-4)
    assert policy.value == pytest.approx(0.1144, abs=6e-5)
    used = volumes_taken(PUT, policy, GIVEN) < 0
    assert used.nonzero()[0].tolist() == [2, 3, 5, 6, 7]
    assert used.nonzero()[1].tolist() == [2, 0, 0, 0, 0]


def test_pricing_on_the_same_paths_gives_the_fitted_value():
    policy = fit_policy(PUT, GIVEN, DISCOUNT, basis=polynomial_basis(2))
    found = price_policy(PUT, policy, GIVEN, antithetic=False)
    assert found.value == pytest.approx(policy.value, rel=1e-12)
    assert np.isnan(found.stretch)
    assert found.schedule.sum() == pytest.approx(-5 / 8)


def test_scaling_changes_coefficients_and_nothing_else():
    plain = fit_policy(PUT, GIVEN, DISCOUNT, scale=np.ones(3), basis=polynomial_basis(2))
    scaled = fit_policy(PUT, GIVEN, DISCOUNT, scale=np.full(3, 1.1), basis=polynomial_basis(2))
    assert scaled.value == pytest.approx(plain.value, rel=1e-12)
    assert scaled.coefficients[0][1] == pytest.approx(plain.coefficients[0][1] * 1.1)


@pytest.mark.parametrize(("dimension", "columns"), [(0, 4), (1, 4), (2, 12), (3, 22)])
def test_bases_hold_every_monomial_once(dimension, columns):
    rng = np.random.default_rng(0)
    ratio, factors = np.exp(rng.standard_normal(50)), rng.standard_normal((50, dimension))
    regressors = polynomial_basis(3, dimension)(ratio, factors)
    assert regressors.shape == (50, columns)
    assert np.linalg.matrix_rank(regressors) == columns


def test_paths_of_other_periods_are_refused():
    with pytest.raises(LengthMismatch, match="The contract has 3 periods"):
        fit_policy(PUT, GIVEN, DISCOUNT[:2])
    with pytest.raises(LengthMismatch, match=r"\(8, 2\)"):
        fit_policy(PUT, Paths(SPOT[:, :2], np.empty((8, 2, 0))), DISCOUNT)
