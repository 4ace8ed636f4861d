"""Calibration recovers what simulated panels were made with, and refuses what no panel is."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, FitFailed, InsufficientHistory, LengthMismatch
from portal.domain.portfolio.models import schwartz_smith as ss
from portal.domain.portfolio.models.calibration import fit_schwartz_smith

TRUE = ss.SchwartzSmith(0.02, 0.01, 0.1, 1.5, 0.15, 0.35, 0.3)
TENORS = np.array([1, 3, 6, 12, 24]) / 12
DT = 1 / 52


def simulated_states(n, seed):
    model = ss.state_space(
        np.array([[TRUE.mu, TRUE.mu_rn, TRUE.lambda_chi, TRUE.kappa, TRUE.sigma_xi, TRUE.sigma_chi, TRUE.rho]]),
        np.zeros((1, 5)), TENORS, DT, start=np.zeros(2), start_covariance=np.eye(2),
    )  # fmt: skip
    shocks = np.random.default_rng(seed).normal(size=(n, 2)) @ np.linalg.cholesky(model.noise[0]).T
    states, x = np.empty((n, 2)), np.array([4.0, 0.1])
    for t in range(n):
        x = states[t] = model.transition[0] @ x + model.drift[0] + shocks[t]
    return states


@pytest.fixture(scope="module")
def fitted():
    states = simulated_states(400, seed=1)
    noise = 0.004 * np.random.default_rng(2).normal(size=(400, 5))
    panel = np.log(ss.futures_curve(states, TENORS, TRUE)) + noise
    return states, panel, fit_schwartz_smith(panel, TENORS, DT)


def test_parameters_are_recovered_within_their_errors(fitted):
    _, _, fit = fitted
    assert fit.converged
    for name in ss.NAMES:
        error = fit.standard_errors[name]
        assert error is not None
        assert abs(getattr(fit.params, name) - getattr(TRUE, name)) < 3.5 * error, name
    np.testing.assert_allclose(fit.error_sd, 0.004, rtol=0.25)
    assert fit.standard_errors["kappa"] < 0.1
    assert fit.standard_errors["mu"] > 0.03  # eight years say little of a drift


def test_states_and_volatilities_are_recovered(fitted):
    states, panel, fit = fitted
    log_fit = np.log(ss.futures_curve(fit.states, TENORS, fit.params))
    assert np.sqrt(((log_fit - panel) ** 2).mean()) < 0.005
    np.testing.assert_allclose(fit.states.sum(axis=1)[50:], states.sum(axis=1)[50:], atol=0.06)
    np.testing.assert_allclose(fit.vols, ss.futures_vol(TENORS, TRUE), rtol=0.12)


def test_no_other_parameters_are_more_likely(fitted):
    _, panel, fit = fitted
    start = {"start": [panel[0, -1], 0.0], "start_covariance": 100 * np.eye(2)}
    true = ss.filter_curve(panel, TENORS, DT, TRUE, np.full(5, 0.004), **start)
    again = ss.filter_curve(panel, TENORS, DT, fit.params, fit.error_sd, **start)
    assert again.log_likelihood == pytest.approx(fit.log_likelihood)
    assert fit.log_likelihood > true.log_likelihood


def test_moving_times_to_delivery_and_holes_are_taken(fitted):
    states, _, _ = fitted
    moving = TENORS + (np.arange(60)[:, None] % 4) / 52
    panel = np.stack([np.log(ss.futures_curve(s, m, TRUE)) for s, m in zip(states[:60], moving, strict=True)])
    panel += 0.004 * np.random.default_rng(3).normal(size=panel.shape)
    panel[10, 2] = np.nan
    fit = fit_schwartz_smith(panel, moving, DT, max_iterations=60)
    np.testing.assert_allclose(fit.vols, ss.futures_vol(moving[-1], TRUE), rtol=0.35)


def test_a_parameter_on_its_bound_has_no_standard_error(fitted):
    states, _, _ = fitted
    panel = np.log(ss.futures_curve(states, TENORS, TRUE))
    noise = 0.004 * np.random.default_rng(0).normal(size=panel.shape)
    noise[:, 2] = 0.0  # one column without error
    fit = fit_schwartz_smith(panel + noise, TENORS, DT)
    assert fit.error_sd[2] < 1.1e-5
    on_bound = np.isclose(fit.error_sd, 1e-5, rtol=0.01)
    assert [fit.standard_errors[f"error_sd[{j}]"] is None for j in range(5)] == on_bound.tolist()
    assert fit.standard_errors["error_sd[3]"] == pytest.approx(fit.error_sd[3] / np.sqrt(800), rel=0.3)


def test_impossible_panels_are_refused():
    flat = np.zeros((40, 3))
    with pytest.raises(LengthMismatch, match="two or more tenors"):
        fit_schwartz_smith(np.zeros(40), TENORS[:1], DT)
    with pytest.raises(LengthMismatch, match="do not fit prices"):
        fit_schwartz_smith(flat, TENORS, DT)
    with pytest.raises(InsufficientHistory):
        fit_schwartz_smith(flat[:20], TENORS[:3], DT)
    with pytest.raises(BadParameter, match="must be positive"):
        fit_schwartz_smith(flat, TENORS[:3], 0.0)
    with pytest.raises(FitFailed, match="is empty"):
        fit_schwartz_smith(flat * np.nan, TENORS[:3], DT)
