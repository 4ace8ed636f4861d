"""Implied volatility: round trips over all sizes of price, refusals, and QuantLib."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.portfolio.options.european import (
    bachelier_price,
    black76_price,
    generalised_black_scholes,
)
from portal.domain.portfolio.options.implied import implied_bachelier, implied_black76, implied_black_scholes


@given(
    st.floats(1.0, 200.0),
    st.floats(-11.0, 11.0),
    st.floats(0.001, 10.0),
    st.floats(0.01, 1.5),
    st.floats(-0.05, 0.1),
)
def test_black_round_trip_out_of_the_money(forward, distance, years, vol, rate):
    strike = forward * np.exp(distance * vol * np.sqrt(years))
    call = strike >= forward
    price = black76_price(forward, strike, years, vol, rate, call)
    assert implied_black76(price, forward, strike, years, rate, call)[0] == pytest.approx(vol, rel=1e-9)


@given(st.floats(-100.0, 200.0), st.floats(-11.0, 11.0), st.floats(0.001, 10.0), st.floats(0.5, 90.0))
def test_bachelier_round_trip_out_of_the_money(forward, distance, years, vol):
    strike = forward + distance * vol * np.sqrt(years)
    call = strike >= forward
    price = bachelier_price(forward, strike, years, vol, 0.03, call)
    # the distance of price and strike is known to the rounding of the larger one only
    near = 1e-9 + 1e-13 * abs(forward) / (vol * np.sqrt(years))
    assert implied_bachelier(price, forward, strike, years, 0.03, call)[0] == pytest.approx(vol, rel=near)


def test_prices_down_to_the_smallest_numbers():
    deviations = np.linspace(5.0, 36.0, 40)
    strike = 100.0 * np.exp(deviations * 0.2)
    price = black76_price(100.0, strike, 1.0, 0.2, 0.0, True)
    assert price.min() < 1e-280
    assert implied_black76(price, 100.0, strike, 1.0, 0.0, True) == pytest.approx(np.full(40, 0.2), rel=1e-12)


@given(st.floats(-1.5, 1.5), st.floats(0.05, 3.0), st.floats(0.1, 1.0))
def test_in_the_money_as_far_as_the_price_tells(distance, years, vol):
    strike = 100.0 * np.exp(distance * vol * np.sqrt(years))
    call = strike < 100.0
    price = black76_price(100.0, strike, years, vol, 0.03, call)
    assert implied_black76(price, 100.0, strike, years, 0.03, call)[0] == pytest.approx(vol, rel=1e-9)


def test_shift_payment_date_and_spot():
    price = black76_price(-5.0, 2.0, 0.5, 0.4, 0.02, True, shift=30.0, pay_years=0.7)
    back = implied_black76(price, -5.0, 2.0, 0.5, 0.02, True, shift=30.0, pay_years=0.7)
    assert back == pytest.approx([0.4])
    price = generalised_black_scholes(42.0, 40.0, 0.5, 0.2, 0.1, False, dividend_yield=0.03).value
    assert implied_black_scholes(price, 42.0, 40.0, 0.5, 0.1, False, dividend_yield=0.03) == pytest.approx(
        [0.2]
    )


def test_equals_quantlib():
    theirs = [
        ql.blackFormulaImpliedStdDev(ql.Option.Call, strike, 100.0, price, 1.0, 0.0, 0.3, 1e-12, 200)
        for strike, price in ((90.0, 15.0), (110.0, 4.0), (150.0, 0.3))
    ]
    ours = implied_black76([15.0, 4.0, 0.3], 100.0, [90.0, 110.0, 150.0], 1.0, 0.0, True)
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_prices_that_no_volatility_gives():
    # at intrinsic 0; below intrinsic, at the price of the underlying, negative, missing: none
    price = [0.0, 10.0, 9.0, 100.0, -1.0, np.nan]
    forward = [90.0, 110.0, 110.0, 100.0, 100.0, 100.0]
    got = implied_black76(price, forward, 100.0, 1.0, 0.0, True)
    assert got[:2] == pytest.approx([0.0, 0.0])
    assert np.isnan(got[2:]).all()
    normal = implied_bachelier([0.0, 10.0, 9.0, -1.0], [90.0, 110.0, 110.0, 100.0], 100.0, 1.0, 0.0, True)
    assert normal[:2] == pytest.approx([0.0, 0.0])
    assert np.isnan(normal[2:]).all()
    assert np.isnan(implied_black76(3.0, 100.0, 100.0, [0.0, -1.0], 0.0, True)).all()
