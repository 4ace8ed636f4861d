"""Simulated spots: forwards met, variances and correlations exact at any step, and models that make no sense."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.flexible.ou import ou_variance
from portal.domain.portfolio.flexible.paths import Simulator, factor_model
from portal.domain.portfolio.flexible.terms import check_prices

TIMES = np.array([0.0, 0.3, 0.31, 1.5])
PRICES = check_prices([20.0, 25.0, 22.0, 30.0], TIMES, np.ones(4), "A test")
TWO = factor_model([2.0, 0.0], [0.6, 0.2], [[1.0, -0.4], [-0.4, 1.0]])


@pytest.fixture(scope="module")
def simulated():
    return Simulator(TWO, PRICES).simulate(200_000, np.random.default_rng(3))


def test_forwards_are_met(simulated):
    assert simulated.spot.mean(axis=0) == pytest.approx(PRICES.forward, rel=4e-3)
    assert np.all(simulated.spot[:, 0] == 20.0)  # known today


def test_variances_are_those_of_the_model(simulated):
    short, long = ou_variance(TIMES, 2.0, 0.6), 0.2**2 * TIMES
    cross = -0.4 * 0.6 * 0.2 * -np.expm1(-2.0 * TIMES) / 2.0
    assert np.log(simulated.spot).var(axis=0) == pytest.approx(short + long + 2 * cross, rel=1e-2, abs=1e-12)
    assert simulated.variance == pytest.approx(short + long + 2 * cross)
    assert simulated.factors[:, 1:].std(axis=0) == pytest.approx(1.0, rel=1e-2)


def test_covariance_over_time_decays_with_the_speed():
    one = Simulator(factor_model(2.0, 0.6), PRICES).simulate(400_000, np.random.default_rng(4))
    raw = np.log(one.spot)
    expected = ou_variance(0.3, 2.0, 0.6) * np.exp(-2.0 * 1.2)
    assert np.cov(raw[:, 1], raw[:, 3])[0, 1] == pytest.approx(float(expected), abs=4e-4)


def test_branches_continue_their_state(simulated):
    simulator = Simulator(TWO, PRICES)
    shocks = np.zeros((3, 2, 2))
    spot, factors = simulator.branch(1, simulated.factors[:3, 0], shocks)
    assert spot == pytest.approx(np.full(6, 25.0 * np.exp(-0.5 * simulated.variance[1])))
    assert np.all(factors == 0.0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 2.0], [0.3]), LengthMismatch, "given are 2, 1"),
        ((-1.0, 0.3), BadParameter, "speed of mean reversion"),
        ((1.0, float("nan")), BadParameter, "volatility of a factor"),
        (([1.0, 2.0], [0.3, 0.3], [[1.0, 1.2], [1.2, 1.0]]), BadParameter, "positive semidefinite"),
        (([1.0, 2.0], [0.3, 0.3], [[1.0, 0.5], [0.1, 1.0]]), BadParameter, "symmetric"),
    ],
)
def test_models_that_make_no_sense_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        factor_model(*arguments)
