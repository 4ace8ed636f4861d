"""The formulae without guards against the guarded ones."""

import numpy as np
import pytest

from portal.domain.portfolio.options.european import bachelier_price, black76_price
from portal.domain.portfolio.options.plain import plain_price


@pytest.mark.parametrize("is_normal", [False, True])
def test_the_plain_formula_is_the_guarded_one(is_normal):
    rng = np.random.default_rng(3)
    forward, strike = rng.uniform(20.0, 90.0, (2, 7, 300))
    years, vol = rng.uniform(0.01, 3.0, (2, 7, 1))
    vol = vol * (20.0 if is_normal else 0.3)
    call = rng.random((7, 1)) < 0.5
    found = plain_price(forward, strike, vol * np.sqrt(years), call, is_normal=is_normal)
    guarded = (bachelier_price if is_normal else black76_price)(
        forward, strike, years, vol, 0.0, call, pay_years=0.0
    )
    np.testing.assert_allclose(found, guarded, rtol=0.0, atol=1e-13 * 90.0)
    assert (found >= 0.0).all()
