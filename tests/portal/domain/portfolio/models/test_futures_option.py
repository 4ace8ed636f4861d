"""Options in the Schwartz-Smith model."""

import numpy as np
import pytest

from portal.domain.portfolio.models.futures_option import futures_option
from portal.domain.portfolio.models.schwartz_smith import SchwartzSmith, futures_curve

OIL = SchwartzSmith(-0.0125, 0.0115, 0.157, 1.49, 0.145, 0.286, 0.3)
STATE = [2.92, -0.015]


def test_parity_holds_and_volatility_falls_with_delivery():
    terms = {"maturity": [0.5, 1.0, 2.0], "expiry": 0.4, "strike": 18.0, "rate": 0.05}
    call = futures_option(STATE, OIL, is_call=True, **terms)
    put = futures_option(STATE, OIL, is_call=False, **terms)
    discounted = np.exp(-0.05 * 0.4) * (call.futures - 18.0)
    np.testing.assert_allclose(call.greeks.value - put.greeks.value, discounted)
    assert np.all(np.diff(call.vol) < 0)
    np.testing.assert_allclose(call.futures, futures_curve(STATE, [0.5, 1.0, 2.0], OIL))


def test_the_value_is_that_of_simulated_states():
    rng, n, expiry, maturity, strike = np.random.default_rng(7), 400_000, 0.8, 1.5, 18.0
    kept = np.exp(-OIL.kappa * expiry)
    cross = OIL.rho * OIL.sigma_xi * OIL.sigma_chi * (1 - kept) / OIL.kappa
    short = OIL.sigma_chi**2 * (1 - kept**2) / (2 * OIL.kappa)
    noise = (
        rng.normal(size=(n, 2)) @ np.linalg.cholesky([[OIL.sigma_xi**2 * expiry, cross], [cross, short]]).T
    )
    mean = [STATE[0] + OIL.mu_rn * expiry, STATE[1] * kept - OIL.lambda_chi * (1 - kept) / OIL.kappa]
    prices = futures_curve(mean + noise, [maturity - expiry], OIL)[:, 0]
    paid = np.exp(-0.03 * expiry) * np.maximum(prices - strike, 0.0)
    value = futures_option(
        STATE, OIL, maturity=maturity, expiry=expiry, strike=strike, rate=0.03, is_call=True
    )
    assert abs(paid.mean() - value.greeks.value[0]) < 4 * paid.std() / np.sqrt(n)


def test_at_expiry_there_is_the_intrinsic_value():
    found = futures_option(STATE, OIL, maturity=0.5, expiry=0.0, strike=10.0, rate=0.05, is_call=True)
    assert found.vol[0] == 0.0
    assert found.greeks.value[0] == pytest.approx(found.futures[0] - 10.0)
