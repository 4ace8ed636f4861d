"""Average-price options: bumps, QuantLib, the seasoned rule, bounds against each other, and the edges."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from portal.domain.portfolio.options.asian import (
    average_state,
    curran,
    curran_lower_bound,
    turnbull_wakeman,
    turnbull_wakeman_price,
)
from portal.domain.portfolio.options.european import Greeks, black76

NAMES = tuple(Greeks.__dataclass_fields__)
MONTH = np.arange(30, 51) / 365.0


def random_averages(n=200, m=15, seed=11):
    rng = np.random.default_rng(seed)
    forward = rng.uniform(20.0, 120.0, n)
    fixings = rng.uniform(0.02, 1.5, n)[:, None] + np.arange(1, m + 1) / 250.0
    left = rng.integers(1, m + 1, n)
    past = m - left
    return {
        "forward": forward,
        "strike": forward * np.exp(rng.normal(0.0, 0.2, n)),
        "fixing_years": np.where(np.arange(m) < left[:, None], fixings, np.nan),
        "vol": rng.uniform(0.1, 0.9, n),
        "rate": rng.uniform(0.0, 0.1, n),
        "is_call": rng.random(n) < 0.5,
        "past_sum": past * forward * rng.uniform(0.9, 1.1, n),
        "past_count": past.astype(float),
    }


def bumped(book, name, step, what="value"):
    up, down = {**book, name: book[name] + step}, {**book, name: book[name] - step}
    return (getattr(turnbull_wakeman(**up), what) - getattr(turnbull_wakeman(**down), what)) / (2.0 * step)


@pytest.mark.parametrize("structure", [False, True])
def test_greeks_equal_bump_and_revalue(structure):
    book = random_averages()
    if structure:  # volatility rises towards delivery
        book["vol"] = book["vol"][:, None] * np.linspace(0.7, 1.3, 15)
    got, scale = turnbull_wakeman(**book), book["forward"]
    assert got.delta == pytest.approx(bumped(book, "forward", 1e-4), abs=1e-7)
    assert got.gamma == pytest.approx(bumped(book, "forward", 1e-4, "delta"), abs=1e-7)
    assert got.vega / scale == pytest.approx(bumped(book, "vol", 1e-5) / scale, abs=1e-7)
    assert got.theta / scale == pytest.approx(-bumped(book, "fixing_years", 1e-6) / scale, abs=1e-6)
    assert got.rho / scale == pytest.approx(bumped(book, "rate", 1e-5) / scale, abs=1e-7)
    assert got.vanna == pytest.approx(bumped(book, "vol", 1e-5, "delta"), abs=1e-6)
    assert got.volga / scale == pytest.approx(bumped(book, "vol", 1e-5, "vega") / scale, abs=1e-6)
    assert turnbull_wakeman_price(**book) == pytest.approx(got.value, rel=1e-13)


@pytest.mark.parametrize("call", [True, False])
def test_turnbull_wakeman_equals_quantlib(call):
    today = ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    curve = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.04, count))
    for forward, strike, vol in ((100.0, 95.0, 0.3), (100.0, 100.0, 0.6), (100.0, 120.0, 0.45)):
        surface = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, count))
        process = ql.BlackProcess(ql.QuoteHandle(ql.SimpleQuote(forward)), curve, surface)
        option = ql.DiscreteAveragingAsianOption(
            ql.Average.Arithmetic,
            210.0,
            2,
            [today + int(day) for day in range(30, 51)],
            ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike),
            ql.EuropeanExercise(today + 50),
        )
        option.setPricingEngine(ql.TurnbullWakemanAsianEngine(process))
        got = turnbull_wakeman(forward, strike, MONTH, vol, 0.04, call, past_sum=210.0, past_count=2)
        assert got.value[0] == pytest.approx(option.NPV(), rel=1e-9)
        assert got.delta[0] == pytest.approx(option.delta(), rel=1e-6)
        assert got.gamma[0] == pytest.approx(option.gamma(), rel=1e-4)


@pytest.mark.parametrize(
    ("strike", "count", "years", "vol", "near"),
    [(100.0, 12, 1.0, 0.4, 1e-3), (130.0, 12, 1.0, 0.4, 1e-3), (72.0, 21, 0.15, 0.45, 2e-4)],
)
def test_curran_equals_conditional_monte_carlo(strike, count, years, vol, near):
    """Above the strike of the geometric average the value is exact; only the part below is drawn."""
    times = np.arange(1, count + 1) / count * years
    covariance = np.minimum.outer(times, times) * vol**2
    deviation = np.sqrt(covariance.mean())
    slopes = covariance.mean(axis=1) / deviation
    edge = (np.log(strike / 100.0) + 0.5 * np.trace(covariance) / count) / deviation
    exact = 100.0 * ndtr(slopes - edge).mean() - strike * ndtr(-edge)
    rng, n = np.random.default_rng(2), 40_000
    z = ndtri((np.arange(n) + rng.random(n)) / n * ndtr(edge))
    roots, axes = np.linalg.eigh(covariance - np.outer(slopes, slopes))
    noise = rng.standard_normal((n, count)) @ (axes * np.sqrt(np.maximum(roots, 0.0))).T
    base = slopes * z[:, None] - 0.5 * np.diag(covariance)
    below = [np.maximum(100.0 * np.exp(base + sign * noise).mean(axis=1) - strike, 0.0) for sign in (1, -1)]
    expected = exact + np.mean(below) * ndtr(edge)
    assert curran(100.0, strike, times, vol, 0.0, True)[0] == pytest.approx(expected, abs=near)


@given(
    st.floats(0.4, 2.5),
    st.floats(0.05, 1.2),
    st.floats(0.001, 2.0),
    st.integers(1, 30),
    st.floats(0.001, 0.1),
)
def test_bounds_hold(moneyness, vol, start, count, gap):
    fixings = start + gap * np.arange(count)
    strike = 50.0 * moneyness
    values = {}
    for call in (True, False):
        low = curran_lower_bound(50.0, strike, fixings, vol, 0.03, call)[0]
        value = curran(50.0, strike, fixings, vol, 0.03, call)[0]
        last = black76(50.0, strike, fixings[-1], vol, 0.03, call).value[0]
        intrinsic = np.exp(-0.03 * fixings[-1]) * max((50.0 - strike) * (1 if call else -1), 0.0)
        assert intrinsic - 1e-12 <= low <= value
        assert value <= last * (1.0 + 1e-9) + 1e-9  # an average moves less than its last price
        values[call] = value
    parity = np.exp(-0.03 * fixings[-1]) * (50.0 - strike)
    assert values[True] - values[False] == pytest.approx(parity, abs=1e-9)
    total = vol * np.sqrt(fixings[-1])
    near = turnbull_wakeman_price(50.0, strike, fixings, vol, 0.03, True)[0]
    assert near == pytest.approx(values[True], abs=50.0 * (1e-3 * total + 0.05 * total**3))


def test_one_fixing_is_a_european_option():
    book = random_averages(m=1)
    plain = black76(
        book["forward"],
        book["strike"],
        book["fixing_years"][:, 0],
        book["vol"],
        book["rate"],
        book["is_call"],
    )
    got = turnbull_wakeman(**book)
    for name in NAMES:
        assert getattr(got, name) == pytest.approx(getattr(plain, name), rel=1e-9, abs=1e-10), name
    for function in (curran, curran_lower_bound):
        assert function(**book) == pytest.approx(plain.value, rel=1e-9, abs=1e-10)


def test_past_fixings_move_the_strike_and_scale_the_rest():
    state = average_state([70.0, 70.0, 70.0, 70.0], [9, 0, 4, 0], [420.0, 710.0, 500.0, 0.0], [6, 10, 6, 0])
    assert state.scale[:3] == pytest.approx([0.6, 0.0, 0.4])
    assert state.effective_strike[:3] == pytest.approx([70.0, 70.0, 50.0])
    assert state.known_average[1] == pytest.approx(71.0)
    assert np.isnan(state.scale[3])
    seasoned = turnbull_wakeman(80.0, 70.0, MONTH[:9], 0.4, 0.03, True, past_sum=420.0, past_count=6)
    fresh = turnbull_wakeman(80.0, 70.0, MONTH[:9], 0.4, 0.03, True)
    for name in NAMES:
        assert getattr(seasoned, name) == pytest.approx(0.6 * getattr(fresh, name)), name


def test_with_every_fixing_known_the_payoff_is_certain():
    got = turnbull_wakeman(
        99.0,
        70.0,
        np.full((2, 3), np.nan),
        0.4,
        0.05,
        [True, False],
        past_sum=730.0,
        past_count=10,
        pay_years=0.1,
    )
    assert got.value == pytest.approx([3.0 * np.exp(-0.005), 0.0])
    for name in ("delta", "gamma", "vega", "vanna", "volga"):
        assert (getattr(got, name) == 0.0).all()
    assert got.theta == pytest.approx(0.05 * got.value)
    assert curran(
        99.0, 70.0, np.full(3, np.nan), 0.4, 0.0, True, past_sum=730.0, past_count=10
    ) == pytest.approx([3.0])


def test_a_strike_that_is_passed_already_leaves_a_forward():
    got = turnbull_wakeman(80.0, 30.0, MONTH[:4], 0.4, 0.0, [True, False], past_sum=600.0, past_count=6)
    assert got.value == pytest.approx([0.4 * (80.0 - (300.0 - 600.0) / 4), 0.0])
    assert got.delta == pytest.approx([0.4, 0.0])
    assert (got.vega == 0.0).all()
    for function in (curran, curran_lower_bound):
        values = function(80.0, 30.0, MONTH[:4], 0.4, 0.0, [True, False], past_sum=600.0, past_count=6)
        assert values == pytest.approx(got.value)


def test_the_order_of_fixings_does_not_matter():
    order = np.random.default_rng(1).permutation(21)
    vols = np.linspace(0.3, 0.6, 21)
    for function in (turnbull_wakeman_price, curran, curran_lower_bound):
        sorted_value = function(70.0, 72.0, MONTH, vols[None, :], 0.03, True)
        assert function(70.0, 72.0, MONTH[order], vols[None, order], 0.03, True) == pytest.approx(
            sorted_value
        )


def test_padding_changes_nothing():
    padded = np.vstack([np.append(MONTH, [np.nan] * 4), np.append(MONTH[:9], [np.nan] * 16)])
    for function in (turnbull_wakeman_price, curran, curran_lower_bound):
        both = function(70.0, 72.0, padded, 0.45, 0.03, True)
        alone = [function(70.0, 72.0, row, 0.45, 0.03, True)[0] for row in (MONTH, MONTH[:9])]
        assert both == pytest.approx(alone, rel=1e-12)


def test_delta_falls_by_one_share_a_fixing():
    deltas = [
        turnbull_wakeman(70.0, 70.0, MONTH[i:], 0.001, 0.0, True, past_sum=80.0 * i, past_count=i).delta[0]
        for i in range(22)
    ]
    assert np.diff(deltas[1:]) == pytest.approx(-1.0 / 21.0)


@pytest.mark.parametrize(("vol", "fixings"), [(0.0, MONTH), (0.4, np.zeros(5)), (0.4, -MONTH)])
def test_without_uncertainty_the_option_is_intrinsic(vol, fixings):
    got = turnbull_wakeman([80.0, 60.0], 70.0, fixings, vol, 0.0, [[True, True]][0])
    assert got.value == pytest.approx([10.0, 0.0])
    assert got.delta == pytest.approx([1.0, 0.0])
    assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
    for function in (curran, curran_lower_bound):
        assert function([80.0, 60.0], 70.0, fixings, vol, 0.0, True) == pytest.approx([10.0, 0.0])


def test_vega_without_volatility_is_the_limit():
    at_zero, near_zero = (turnbull_wakeman(70.0, 70.0, MONTH, vol, 0.0, True) for vol in (0.0, 1e-6))
    assert at_zero.vega == pytest.approx(near_zero.vega, rel=1e-6)


def test_extreme_inputs_give_finite_numbers():
    forward = np.array([100.0, 100.0, 100.0, 1e-9, 1e9])
    strike = np.array([1e-9, 1e9, 100.0, 1e9, 1e-9])
    for scale in (1e-12, 1e-3, 1.0, 40.0):
        for vol in (1e-12, 0.01, 0.5, 4.0):
            got = turnbull_wakeman(forward, strike, MONTH * scale, vol, 0.03, True)
            assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
            low = curran_lower_bound(forward, strike, MONTH * scale, vol, 0.03, True)
            value = curran(forward, strike, MONTH * scale, vol, 0.03, True)
            assert np.isfinite(value).all()
            assert (value >= low).all()


def test_only_the_bad_element_is_nan():
    fixings = np.vstack([MONTH[:3]] * 4)
    for function in (turnbull_wakeman_price, curran, curran_lower_bound):
        got = function([70.0, -1.0, 70.0, np.nan], 70.0, fixings, [0.4, 0.4, -0.4, 0.4], 0.0, True)
        assert list(np.isnan(got)) == [False, True, True, True]
    assert np.isnan(turnbull_wakeman(70.0, 70.0, [np.nan], 0.4, 0.0, True).value).all()
