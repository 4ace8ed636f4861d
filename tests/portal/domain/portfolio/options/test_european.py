"""Black-76, Bachelier and generalised Black-Scholes: bumps, an independent library, parity, bounds, and the edges."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.portfolio.options.european import (
    Greeks,
    bachelier,
    bachelier_price,
    black76,
    black76_price,
    generalised_black_scholes,
)

NAMES = tuple(Greeks.__dataclass_fields__)
prices = st.floats(0.5, 500.0)
moneyness = st.floats(-1.5, 1.5)
times = st.floats(0.003, 8.0)
vols = st.floats(0.03, 1.5)
rates = st.floats(-0.03, 0.15)
sides = st.booleans()


def random_book(n=400, seed=5):
    rng = np.random.default_rng(seed)
    forward = rng.uniform(5.0, 150.0, n)
    return {
        "forward": forward,
        "strike": forward * np.exp(rng.normal(0.0, 0.3, n)),
        "years": rng.uniform(0.02, 3.0, n),
        "vol": rng.uniform(0.1, 0.9, n),
        "rate": rng.uniform(-0.02, 0.1, n),
        "is_call": rng.random(n) < 0.5,
    }


def bumped(function, book, name, step, what="value"):
    up, down = {**book, name: book[name] + step}, {**book, name: book[name] - step}
    return (getattr(function(**up), what) - getattr(function(**down), what)) / (2.0 * step)


def normal_book():
    book = random_book()
    return {**book, "vol": book["vol"] * 40.0, "strike": book["forward"] + (book["strike"] - 60.0)}


@pytest.mark.parametrize(("function", "book"), [(black76, random_book()), (bachelier, normal_book())])
def test_greeks_equal_bump_and_revalue(function, book):
    got = function(**book)
    wide = 1.0 if function is black76 else 40.0
    scale = np.maximum(book["forward"], 1.0)
    assert got.delta == pytest.approx(bumped(function, book, "forward", 1e-4), abs=1e-7)
    assert got.gamma == pytest.approx(bumped(function, book, "forward", 1e-4, "delta"), abs=1e-7)
    assert got.vega / scale == pytest.approx(bumped(function, book, "vol", 1e-5 * wide) / scale, abs=1e-7)
    assert got.theta / scale == pytest.approx(-bumped(function, book, "years", 1e-6) / scale, abs=1e-5)
    assert got.rho / scale == pytest.approx(bumped(function, book, "rate", 1e-5) / scale, abs=1e-7)
    assert got.vanna == pytest.approx(bumped(function, book, "vol", 1e-5 * wide, "delta"), abs=1e-6)
    assert got.volga / scale == pytest.approx(
        bumped(function, book, "vol", 1e-5 * wide, "vega") / scale, abs=1e-5
    )


@given(prices, moneyness, times, vols, rates, sides)
def test_black76_equals_quantlib(forward, distance, years, vol, rate, call):
    strike = forward * np.exp(distance * vol * np.sqrt(years))
    kind = ql.Option.Call if call else ql.Option.Put
    discount = np.exp(-rate * years)
    theirs = ql.BlackCalculator(ql.PlainVanillaPayoff(kind, strike), forward, vol * np.sqrt(years), discount)
    ours = black76(forward, strike, years, vol, rate, call)
    assert ours.value[0] == pytest.approx(theirs.value(), rel=1e-9, abs=1e-11 * forward)
    assert ours.delta[0] == pytest.approx(theirs.deltaForward(), rel=1e-9, abs=1e-12)
    assert ours.gamma[0] == pytest.approx(theirs.gammaForward(), rel=1e-8, abs=1e-12)
    assert ours.vega[0] == pytest.approx(theirs.vega(years), rel=1e-8, abs=1e-11 * forward)
    # The volga of its calculator lacks a factor sqrt(years), and its theta is at a fixed spot: not compared here.


@given(st.floats(-100.0, 200.0), moneyness, times, st.floats(1.0, 80.0), rates, sides)
def test_bachelier_equals_quantlib(forward, distance, years, vol, rate, call):
    strike = forward + distance * vol * np.sqrt(years)
    kind = ql.Option.Call if call else ql.Option.Put
    theirs = ql.bachelierBlackFormula(kind, strike, forward, vol * np.sqrt(years), np.exp(-rate * years))
    assert bachelier(forward, strike, years, vol, rate, call).value[0] == pytest.approx(
        theirs, rel=1e-9, abs=1e-10
    )


@given(prices, moneyness, times, vols, rates, st.floats(-0.05, 0.15), sides)
def test_spot_greeks_equal_quantlib(spot, distance, years, vol, rate, dividend, call):
    strike = spot * np.exp(distance * vol * np.sqrt(years))
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    theirs = ql.BlackCalculator(payoff, forward, vol * np.sqrt(years), discount)
    ours = generalised_black_scholes(spot, strike, years, vol, rate, call, dividend_yield=dividend)
    assert ours.value[0] == pytest.approx(theirs.value(), rel=1e-8, abs=1e-10 * spot)
    assert ours.delta[0] == pytest.approx(theirs.delta(spot), rel=1e-8, abs=1e-11)
    assert ours.gamma[0] == pytest.approx(theirs.gamma(spot), rel=1e-8, abs=1e-11)
    assert ours.theta[0] == pytest.approx(theirs.theta(spot, years), rel=1e-8, abs=1e-9 * spot)
    assert ours.rho[0] == pytest.approx(theirs.rho(years), rel=1e-8, abs=1e-9 * spot)


@given(prices, st.floats(-4.0, 4.0), times, vols, rates)
def test_parity_bounds_and_monotonicity(forward, distance, years, vol, rate):
    strike = forward * np.exp(distance)
    call, put = (black76(forward, strike, years, vol, rate, side) for side in (True, False))
    discount = np.exp(-rate * years)
    forward_value = discount * (forward - strike)
    assert call.value[0] - put.value[0] == pytest.approx(forward_value, rel=1e-12, abs=1e-12 * forward)
    assert call.delta[0] - put.delta[0] == pytest.approx(discount, rel=1e-12)
    assert max(forward_value, 0.0) <= call.value[0] <= discount * forward * (1.0 + 1e-12)
    assert max(-forward_value, 0.0) <= put.value[0] <= discount * strike * (1.0 + 1e-12)
    more = black76_price(forward, strike, years, [vol, vol * 1.01, vol * 1.1], 0.0, True)
    assert (np.diff(more) >= -1e-12 * forward).all()
    rising = black76_price(forward * np.array([0.9, 1.0, 1.1]), strike, years, vol, 0.0, True)
    assert (np.diff(rising) >= 0.0).all()


@given(prices, st.floats(0.05, 0.6), times, vols)
def test_calls_are_convex_in_the_strike(forward, gap, years, vol):
    strikes = forward * np.array([1.0 - gap, 1.0, 1.0 + gap])
    low, middle, high = black76_price(forward, strikes, years, vol, 0.0, True)
    assert low >= middle >= high
    assert low + high - 2.0 * middle >= -1e-12 * forward


def test_far_wings_keep_their_relative_accuracy():
    # by 40-digit arithmetic (mpmath): F Phi(d1) - K Phi(d2)
    got = black76_price([80.0, 100.0], [40.0, 300.0], [2.0, 0.1], [0.05, 0.8], 0.0, [False, True])
    assert got == pytest.approx([2.193399685106066e-23, 6.44788341130792e-05], rel=1e-12)


@pytest.mark.parametrize("function", [black76, bachelier])
@pytest.mark.parametrize(("years", "vol"), [(0.0, 0.3), (-0.5, 0.3), (1.0, 0.0), (1e-200, 0.3)])
def test_without_time_or_volatility_the_option_is_intrinsic(function, years, vol):
    got = function([110.0, 100.0, 90.0], 100.0, years, vol, 0.05, [[True], [False]], pay_years=0.5)
    discount = np.exp(-0.025)
    assert got.value == pytest.approx(discount * np.array([[10.0, 0.0, 0.0], [0.0, 0.0, 10.0]]))
    assert got.delta == pytest.approx(discount * np.array([[1.0, 0.5, 0.0], [0.0, -0.5, -1.0]]))
    for name in ("gamma", "vanna", "volga"):
        assert (getattr(got, name) == 0.0).all()
    assert got.theta == pytest.approx(0.05 * got.value)
    assert got.rho == pytest.approx(-0.5 * got.value)


def test_extreme_inputs_give_finite_numbers():
    forward = np.array([100.0, 100.0, 1e-200, 1e200, 100.0])[:, None]
    strike = np.array([1e-12, 1e12, 1e200, 1e-200, 0.0])[:, None]
    for years in (-1.0, 0.0, 1e-300, 1e-8, 1.0, 100.0):
        for vol in (0.0, 1e-300, 1e-9, 0.3, 20.0, 1e5):
            for function in (black76, bachelier):
                got = function(forward, strike, years, vol, 0.03, [True, False])
                assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
                assert (got.value >= 0.0).all()


def test_only_the_bad_element_is_nan():
    got = black76([100.0, -1.0, 100.0, np.nan, 100.0], 100.0, 1.0, [0.2, 0.2, -0.1, 0.2, 0.2], 0.0, True)
    for name in NAMES:
        assert list(np.isnan(getattr(got, name))) == [False, True, True, True, False]
    assert list(np.isnan(bachelier([-1.0, np.inf], 0.0, 1.0, 5.0, 0.0, True).value)) == [False, True]


def test_a_call_struck_at_or_below_zero_is_a_forward():
    got = black76(50.0, [-5.0, 0.0], 1.0, 0.4, 0.0, [[True], [False]])
    assert got.value == pytest.approx(np.array([[55.0, 50.0], [0.0, 0.0]]))
    assert got.delta == pytest.approx(np.array([[1.0, 1.0], [0.0, 0.0]]))
    assert (got.vega == 0.0).all()


def test_the_shift_moves_price_and_strike():
    shifted = black76(-5.0, 2.0, 0.5, 0.4, 0.02, True, shift=30.0)
    plain = black76(25.0, 32.0, 0.5, 0.4, 0.02, True)
    assert all(getattr(shifted, name) == pytest.approx(getattr(plain, name)) for name in NAMES)
    assert np.isnan(black76(-30.0, 2.0, 0.5, 0.4, 0.02, True, shift=30.0).value).all()


def test_payment_after_expiry_discounts_longer():
    late, prompt = (black76(90.0, 85.0, 0.5, 0.3, 0.05, True, pay_years=pay) for pay in (0.6, 0.5))
    assert late.value == pytest.approx(prompt.value * np.exp(-0.005))
    assert late.rho == pytest.approx(-0.6 * late.value)
    step = 1e-5  # a moment later both expiry and payment are nearer
    later = black76(90.0, 85.0, 0.5 - step, 0.3, 0.05, True, pay_years=0.6 - step).value
    assert late.theta == pytest.approx((later - late.value) / step, rel=1e-3)


def test_the_price_path_equals_the_greeks_path_on_a_scenario_cube():
    book = random_book(50)
    shocked = book["forward"] * np.exp(np.linspace(-0.5, 0.5, 11))[:, None]
    for price, full in ((black76_price, black76), (bachelier_price, bachelier)):
        cube = price(**{**book, "forward": shocked})
        assert cube.shape == (11, 50)
        assert cube[5] == pytest.approx(full(**book).value)


def test_short_expiries_tend_to_the_intrinsic_value_without_a_jump():
    years = np.array([1e-4, 1e-8, 1e-16, 1e-30, 0.0])
    value = black76_price(100.0, 100.0, years, 0.5, 0.0, True)
    assert (np.diff(value) <= 0.0).all()
    assert value[-1] == 0.0
