"""The factor: variances, transition operators against closed forms, and what is kept."""

import numpy as np
import pytest
from scipy.special import ndtr

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.ou import (
    GRID_EDGE,
    factor_grid,
    ou_forward_curve,
    ou_variance,
    transition_operator,
)

TIMES = np.arange(1, 53) / 52


def test_variance_goes_over_into_brownian_motion():
    assert ou_variance(2.0, 1e-9, 0.5) == pytest.approx(0.5)
    assert ou_variance(2.0, 1e-6, 0.5) == pytest.approx(0.5, rel=1e-5)
    assert ou_variance([-1.0, 0.0], 1.0, 0.5).tolist() == [0.0, 0.0]


def test_the_forward_curve_reverts_from_the_spot_to_the_level():
    curve = ou_forward_curve(np.log(30.0), np.log(20.0), [0.0, 50.0], kappa=2.0, sigma=0.4)
    assert curve == pytest.approx([30.0, 20.0 * np.exp(0.5 * 0.4**2 / 4.0)])


@pytest.mark.parametrize("sd", [0.0, 0.01, 0.3, 1.0])
def test_operators_keep_straight_lines(sd):
    nodes, means = np.linspace(-GRID_EDGE, GRID_EDGE, 61), np.linspace(-4.0, 4.0, 17)
    operator = transition_operator(nodes, means, sd)
    assert operator.sum(axis=1) == pytest.approx(1.0)
    assert operator @ (2.0 - 3.0 * nodes) == pytest.approx(2.0 - 3.0 * means)


@pytest.mark.parametrize("sd", [0.15, 0.3, 1.0])
def test_smooth_functions_are_integrated_to_high_order(sd):
    means = np.linspace(-1.0, 1.0, 11)
    exact = np.exp(0.5 * means + 0.5 * (0.5 * sd) ** 2)
    errors = []
    for number in (61, 121):
        nodes = np.linspace(-GRID_EDGE, GRID_EDGE, number)
        errors.append(np.abs(transition_operator(nodes, means, sd) @ np.exp(0.5 * nodes) / exact - 1.0).max())
    assert errors[0] < 2e-4
    assert errors[1] < max(errors[0] / 3.5, 1e-6)  # what is cut off at the edge stays


def test_a_year_of_weekly_steps_is_one_step_of_a_year():
    grid = factor_grid(TIMES, 2.5, 401)
    growth = grid.growth(0.8)
    values = np.maximum(growth[-1] - 1.0, 0.0)
    for step in grid.steps[::-1]:
        values = step @ values
    sd = 0.8 * grid.spread[-1]
    assert grid.start @ values == pytest.approx(2.0 * ndtr(sd / 2.0) - 1.0, rel=1e-4)


def test_vega_of_growth_is_its_slope():
    grid = factor_grid(TIMES, 2.5, 61)
    slope = (grid.growth(0.8001) - grid.growth(0.7999)) / 2e-4
    assert grid.growth(0.8) * grid.growth_slope(0.8) == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_grids_are_kept_and_cannot_be_changed():
    grid = factor_grid(TIMES, 2.5, 61)
    assert factor_grid(TIMES.copy(), 2.5, 61) is grid
    with pytest.raises(ValueError, match="read-only"):
        grid.steps[0][0, 0] = 1.0


def test_contracts_that_begin_in_other_months_share_their_steps():
    whole, later = factor_grid(TIMES, 1.5, 61), factor_grid(TIMES[20:], 1.5, 61)
    assert all(a is b for a, b in zip(whole.steps[20:], later.steps, strict=True))


def test_grids_of_daily_contracts_are_not_kept():
    times = np.arange(1, 200) / 365
    assert factor_grid(times, 2.5, 9) is not factor_grid(times, 2.5, 9)


def test_wide_prices_get_a_finer_grid_that_reaches_further_up():
    plain, wide = factor_grid(TIMES, 0.0, 61), factor_grid(TIMES, 0.0, 61, 1.9)
    assert plain.nodes[-1] == pytest.approx(GRID_EDGE)
    assert wide.nodes[-1] == pytest.approx(GRID_EDGE + 2.0, abs=0.1)
    assert np.diff(wide.nodes)[0] == pytest.approx(np.diff(plain.nodes)[0] / 2.0)
    assert factor_grid(TIMES, 0.0, 61, 1.95) is wide


def test_grids_that_make_no_sense_are_refused():
    with pytest.raises(BadParameter, match="at least 9 nodes, not 5"):
        factor_grid(TIMES, 2.5, 5)
    with pytest.raises(BadParameter, match="at least 0 per year, not nan"):
        factor_grid(TIMES, float("nan"), 61)
