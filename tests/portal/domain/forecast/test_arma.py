"""ARIMA by exact maximum likelihood, and the local level."""

import numpy as np
import pytest

from portal.domain.forecast import arma
from portal.domain.forecast.arma import fit_arma, fit_local_level
from portal.domain.forecast.errors import NotConverged
from portal.domain.market.errors import BadParameter, InsufficientHistory


def _ar(n=300, phi=0.7, mean=20.0):
    rng = np.random.default_rng(2)
    y = np.zeros(n)
    for at in range(1, n):
        y[at] = phi * y[at - 1] + rng.standard_normal()
    return y + mean


def test_an_autoregression_returns_to_its_mean():
    fit = fit_arma(_ar(), (1, 0, 0))
    assert fit.ar[0] == pytest.approx(0.7, abs=0.1)
    mean, sd = fit.forecast(200)
    assert mean[-1] == pytest.approx(fit.intercept, rel=1e-6)
    assert sd[-1] == pytest.approx(np.sqrt(fit.sigma2 / (1.0 - fit.ar[0] ** 2)), rel=1e-3)


def test_the_unit_of_the_series_does_not_matter():
    """Load in MW is fitted as well as load in GW."""
    small, large = fit_arma(_ar(), (2, 0, 1)), fit_arma(5e4 * _ar(), (2, 0, 1))
    np.testing.assert_allclose(large.ar, small.ar, rtol=1e-2)
    assert large.sigma2 == pytest.approx(25e8 * small.sigma2, rel=1e-3)
    assert large.log_likelihood == pytest.approx(small.log_likelihood - 300 * np.log(5e4), abs=1e-3)


def test_a_regressor_is_used_ahead_too():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((300, 1))
    fit = fit_arma(_ar() + 3.0 * x[:, 0], (1, 0, 0), x=x)
    assert fit.slopes[0] == pytest.approx(3.0, abs=0.2)
    steps = np.array([[0.0], [1.0]])
    with_it, without = fit.forecast(2, steps)[0], fit.forecast(2, np.zeros((2, 1)))[0]
    np.testing.assert_allclose(with_it - without, [0.0, fit.slopes[0]], atol=1e-9)


def test_refusals():
    with pytest.raises(BadParameter, match="3 whole numbers from 0"):
        fit_arma(_ar(), (1, -1, 0))
    with pytest.raises(BadParameter, match="4 whole numbers from 0"):
        fit_arma(_ar(), (1, 0, 0), (1, 0, 0))
    with pytest.raises(InsufficientHistory, match="but there are 9"):
        fit_arma(_ar()[:9], (3, 0, 3))
    with pytest.raises(InsufficientHistory, match="10 values"):
        fit_local_level([1.0, 2.0])


def test_a_search_that_does_not_end_is_refused(monkeypatch):
    monkeypatch.setattr(arma, "MAX_STEPS", 1)
    with pytest.raises(NotConverged, match="did not converge"):
        fit_arma(_ar(), (2, 0, 2))
    with pytest.raises(NotConverged, match="the local level"):
        fit_local_level(np.cumsum(_ar(mean=0.0)))
