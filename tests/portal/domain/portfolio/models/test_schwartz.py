"""Curves and volatilities of the three models: limits, laws, refusals."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.models import schwartz
from portal.domain.portfolio.models import schwartz_smith as ss

ONE = schwartz.OneFactor(0.8, 3.2, 0.35, -0.1)
TWO = schwartz.TwoFactor(0.06, 1.876, 0.106, 0.198, 0.393, 0.527, 0.766)
OIL = ss.SchwartzSmith(-0.0125, 0.0115, 0.157, 1.49, 0.145, 0.286, 0.3)
YEARS = np.array([0.0, 0.1, 0.5, 1.0, 3.0, 10.0])


def test_at_no_maturity_every_model_returns_the_spot_and_its_volatility():
    assert schwartz.one_factor_futures(20.0, 0.0, ONE) == pytest.approx(20.0)
    assert schwartz.two_factor_futures(20.0, 0.05, 0.0, TWO) == pytest.approx(20.0)
    assert ss.futures_curve([2.9, 0.1], [0.0], OIL)[0] == pytest.approx(np.exp(3.0))
    assert schwartz.one_factor_vol(0.0, ONE) == ONE.sigma
    assert schwartz.two_factor_vol(0.0, TWO) == pytest.approx(TWO.sigma1)


def test_far_out_prices_go_to_their_level_and_volatilities_to_theirs():
    far = np.exp(ONE.alpha_star + ONE.sigma**2 / (4 * ONE.kappa))
    assert schwartz.one_factor_futures(20.0, 60.0, ONE) == pytest.approx(far)
    assert ss.futures_vol(60.0, OIL) == pytest.approx(OIL.sigma_xi)
    limit = TWO.sigma1**2 + (TWO.sigma2 / TWO.kappa) ** 2 - 2 * TWO.rho * TWO.sigma1 * TWO.sigma2 / TWO.kappa
    assert schwartz.two_factor_vol(60.0, TWO) == pytest.approx(np.sqrt(limit))


def test_a_book_of_states_has_one_curve_each():
    states = np.array([[2.9, 0.1], [3.1, -0.2]])
    curves = ss.futures_curve(states, YEARS, OIL)
    assert curves.shape == (2, 6)
    np.testing.assert_allclose(curves[1], ss.futures_curve(states[1], YEARS, OIL))


def test_one_factor_is_the_simulated_mean():
    rng, steps, years = np.random.default_rng(1), 400, 1.0
    x, dt = np.full(100_000, np.log(20.0)), years / steps
    kept = np.exp(-ONE.kappa * dt)
    noise = ONE.sigma * np.sqrt((1 - kept**2) / (2 * ONE.kappa))
    for _ in range(steps):
        x = ONE.alpha_star + kept * (x - ONE.alpha_star) + noise * rng.normal(size=x.size)
    error = np.exp(x).std() / np.sqrt(x.size)
    assert abs(np.exp(x).mean() - schwartz.one_factor_futures(20.0, years, ONE)) < 4 * error


def test_the_terminal_deviation_sums_the_instantaneous_variance():
    expiry, maturity = 0.8, 1.5
    left = maturity - (np.arange(200_000) + 0.5) / 200_000 * expiry
    total = (ss.futures_vol(left, OIL) ** 2).mean() * expiry
    assert ss.terminal_deviation(expiry, maturity, OIL) == pytest.approx(np.sqrt(total), rel=1e-9)
    assert ss.terminal_deviation([0.0, -1.0], 1.0, OIL).tolist() == [0.0, 0.0]


def test_a_small_measurement_error_recovers_the_states():
    states = np.column_stack([3 + 0.01 * np.arange(40), 0.1 * np.cos(np.arange(40) / 5)])
    panel = np.log(ss.futures_curve(states, YEARS[1:], OIL))
    panel[3, 2] = np.nan
    found = ss.filter_curve(
        panel, YEARS[1:], 1 / 52, OIL, np.full(5, 1e-6), start=[0.0, 0.0], start_covariance=100 * np.eye(2)
    )
    np.testing.assert_allclose(found.states, states, atol=1e-4)
    assert found.rmse.max() < 1e-5


def test_a_column_without_prices_has_no_error_of_fit():
    panel = np.log(ss.futures_curve(np.tile([3.0, 0.1], (10, 1)), [0.1, 0.5, 1.0], OIL))
    panel[:, 1] = np.nan
    found = ss.filter_curve(
        panel, [0.1, 0.5, 1.0], 1 / 52, OIL, [0.01] * 3, start=[3.0, 0.0], start_covariance=np.eye(2)
    )
    assert np.isnan(found.rmse).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: schwartz.OneFactor(0.0, 3.0, 0.3), "speed of mean reversion must be positive"),
        (lambda: schwartz.OneFactor(1.0, 3.0, -0.3), "must not be negative"),
        (lambda: schwartz.TwoFactor(0, 1, 0, 0, 0.3, 0.3, 1.2), "between -1 and 1"),
        (lambda: ss.SchwartzSmith(0, 0, 0, -1, 0.1, 0.1, 0), "speed of mean reversion must be positive"),
        (lambda: ss.SchwartzSmith(0, 0, 0, 1, 0.1, -0.1, 0), "must not be negative"),
        (lambda: ss.SchwartzSmith(0, 0, 0, 1, 0.1, 0.1, -1.1), "between -1 and 1"),
    ],
)
def test_impossible_parameters_are_refused(build, text):
    with pytest.raises(BadParameter, match=text):
        build()
