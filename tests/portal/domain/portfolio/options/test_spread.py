"""Spread options: bumps, the closed form without strike, QuantLib, parity, bounds, and degenerate legs."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.portfolio.options.european import black76
from portal.domain.portfolio.options.spread import (
    SpreadGreeks,
    bachelier_spread,
    bachelier_spread_greeks,
    bjerksund_stensland,
    kirk,
    margrabe,
    margrabe_greeks,
    on_spots,
    spread_exact,
    spread_greeks,
)

NAMES = tuple(SpreadGreeks.__dataclass_fields__)
ORDER = ("forward1", "forward2", "strike", "years", "vol1", "vol2", "rho", "rate", "is_call")


def random_spreads(n=300, seed=7, rho=(-0.95, 0.95)):
    rng = np.random.default_rng(seed)
    first = rng.uniform(30.0, 100.0, n)
    second = first * np.exp(rng.normal(-0.2, 0.3, n))
    return {
        "forward1": first,
        "forward2": second,
        "strike": rng.choice([-1.0, 0.0, 1.0], n) * rng.uniform(0.0, 0.4, n) * second,
        "years": rng.uniform(0.05, 2.0, n),
        "vol1": rng.uniform(0.1, 0.8, n),
        "vol2": rng.uniform(0.1, 0.8, n),
        "rho": rng.uniform(*rho, n),
        "rate": rng.uniform(0.0, 0.1, n),
        "is_call": rng.random(n) < 0.5,
    }


def normal_spreads():
    book = random_spreads()
    return {
        **book,
        "vol1": book["vol1"] * 50.0,
        "vol2": book["vol2"] * 50.0,
        "forward1": book["forward1"] - 60.0,
    }


def without_strike(book):
    return {name: book[name] for name in ORDER if name != "strike"}


def bumped(function, book, name, step, what="value"):
    up, down = {**book, name: book[name] + step}, {**book, name: book[name] - step}
    return (getattr(function(**up), what) - getattr(function(**down), what)) / (2.0 * step)


@pytest.mark.parametrize(
    ("function", "book", "vol_step"),
    [
        (spread_greeks, random_spreads(), 1e-4),
        (spread_greeks, random_spreads(seed=8, rho=(0.97, 0.999)), 1e-5),
        (margrabe_greeks, without_strike(random_spreads()), 1e-4),
        (bachelier_spread_greeks, normal_spreads(), 1e-3),
    ],
)
def test_greeks_equal_bump_and_revalue(function, book, vol_step):
    got = function(**book)
    assert got.delta1 == pytest.approx(bumped(function, book, "forward1", 1e-3), abs=1e-6)
    assert got.delta2 == pytest.approx(bumped(function, book, "forward2", 1e-3), abs=1e-6)
    assert got.gamma1 == pytest.approx(bumped(function, book, "forward1", 1e-3, "delta1"), abs=2e-6)
    assert got.gamma2 == pytest.approx(bumped(function, book, "forward2", 1e-3, "delta2"), abs=2e-6)
    assert got.cross_gamma == pytest.approx(bumped(function, book, "forward2", 1e-3, "delta1"), abs=2e-6)
    assert got.cross_gamma == pytest.approx(bumped(function, book, "forward1", 1e-3, "delta2"), abs=2e-6)
    assert got.vega1 == pytest.approx(bumped(function, book, "vol1", vol_step), abs=2e-4)
    assert got.vega2 == pytest.approx(bumped(function, book, "vol2", vol_step), abs=2e-4)
    assert got.theta == pytest.approx(-bumped(function, book, "years", 1e-5), abs=1e-4)
    assert got.rho == pytest.approx(bumped(function, book, "rate", 1e-4), abs=1e-5)
    correlation = bumped(function, book, "rho", 1e-5)
    assert got.correlation_sensitivity == pytest.approx(correlation, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("rho", [-1.0, -0.9999, -0.5, 0.0, 0.5, 0.98, 0.9999])
def test_without_strike_it_is_margrabes_exchange_option(rho):
    book = {**random_spreads(), "strike": 0.0, "rho": rho}
    exact, closed = spread_greeks(**book), margrabe_greeks(**without_strike(book))
    for name in NAMES:
        assert getattr(exact, name) == pytest.approx(getattr(closed, name), rel=1e-7, abs=1e-7), name
    assert margrabe(**without_strike(book)) == pytest.approx(closed.value)


def quantlib_spread(row, engine):
    """Value of one spread by an engine of QuantLib; years are made whole days."""
    today = ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    curve = ql.YieldTermStructureHandle(ql.FlatForward(today, row["rate"], count))
    processes = [
        ql.BlackProcess(
            ql.QuoteHandle(ql.SimpleQuote(row[f"forward{i}"])),
            curve,
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(today, ql.NullCalendar(), row[f"vol{i}"], count)
            ),
        )
        for i in (1, 2)
    ]
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if row["is_call"] else ql.Option.Put, row["strike"])
    expiry = ql.EuropeanExercise(today + round(row["years"] * 365.0))
    option = ql.BasketOption(ql.SpreadBasketPayoff(payoff), expiry)
    option.setPricingEngine(engine(processes[0], processes[1], row["rho"]))
    return option.NPV()


def whole_days(book):
    rounded = {**book, "years": np.round(book["years"] * 365.0) / 365.0}
    rows = [{name: rounded[name][i].item() for name in ORDER} for i in range(len(book["years"]))]
    return rounded, rows


@pytest.mark.parametrize(
    ("ours", "engine"),
    [(kirk, ql.KirkEngine), (bjerksund_stensland, ql.BjerksundStenslandSpreadEngine)],
)
def test_approximations_equal_quantlib(ours, engine):
    book = random_spreads(60, seed=3)
    book, rows = whole_days({**book, "strike": np.abs(book["strike"])})
    assert ours(**book) == pytest.approx([quantlib_spread(row, engine) for row in rows], rel=1e-9, abs=1e-9)


def test_exact_value_equals_quantlibs_integral():
    book = random_spreads(60, seed=4)
    book, rows = whole_days({**book, "strike": np.abs(book["strike"])})

    def engine(first, second, rho):
        matrix = ql.Matrix(2, 2, 1.0)
        matrix[0][1] = matrix[1][0] = rho
        return ql.ChoiBasketEngine(ql.GeneralizedBlackScholesProcessVector([first, second]), matrix, 15.0)

    theirs = [quantlib_spread(row, engine) for row in rows]
    assert spread_exact(**book) == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_deltas_equal_bumped_quantlib():
    book, rows = whole_days({**random_spreads(10, seed=9), "strike": np.full(10, 4.0)})
    step = 1e-3
    for leg in ("forward1", "forward2"):
        theirs = [
            (
                quantlib_spread({**row, leg: row[leg] + step}, ql.BjerksundStenslandSpreadEngine)
                - quantlib_spread({**row, leg: row[leg] - step}, ql.BjerksundStenslandSpreadEngine)
            )
            / (2.0 * step)
            for row in rows
        ]
        got = getattr(spread_greeks(**book), leg.replace("forward", "delta"))
        assert got == pytest.approx(theirs, abs=5e-3)  # the library's engine is an approximation


legs = st.floats(1.0, 200.0)


@given(
    legs,
    legs,
    st.floats(-100.0, 100.0),
    st.floats(0.01, 5.0),
    st.floats(0.0, 1.2),
    st.floats(0.0, 1.2),
    st.floats(-1.0, 1.0),
)
def test_parity_and_bounds(first, second, strike, years, vol1, vol2, rho):
    args = (first, second, strike, years, vol1, vol2, rho, 0.03)
    discount = np.exp(-0.03 * years)
    call, put = spread_greeks(*args, True), spread_greeks(*args, False)
    size = max(first, second, abs(strike))
    forward = discount * (first - second - strike)
    assert call.value[0] - put.value[0] == pytest.approx(forward, abs=1e-11 * size)
    assert call.delta1[0] - put.delta1[0] == pytest.approx(discount)
    assert call.delta2[0] - put.delta2[0] == pytest.approx(-discount)
    assert max(forward, 0.0) <= call.value[0] <= discount * (first + max(-strike, 0.0)) + 1e-9 * size
    assert max(-forward, 0.0) <= put.value[0] <= discount * (second + max(strike, 0.0)) + 1e-9 * size
    assert bjerksund_stensland(*args, True)[0] <= call.value[0] + 1e-7 * size
    assert all(np.isfinite(getattr(call, name)).all() for name in NAMES)


@given(st.floats(-0.99, 0.99), st.floats(0.0, 30.0))
def test_turning_the_legs_round_changes_nothing(rho, strike):
    one = spread_exact(70.0, 60.0, strike, 0.7, 0.5, 0.35, rho, 0.02, True)
    other = spread_exact(60.0, 70.0, -strike, 0.7, 0.35, 0.5, rho, 0.02, False)
    assert one == pytest.approx(other, rel=1e-12)


def test_a_higher_correlation_makes_the_spread_cheaper():
    value = spread_exact(70.0, 60.0, 5.0, 1.0, 0.4, 0.4, np.linspace(-1.0, 1.0, 41), 0.0, True)
    assert (np.diff(value) < 0.0).all()


def test_a_leg_without_volatility_leaves_blacks_option():
    book = random_spreads()
    strike = np.abs(book["strike"]) * 0.5
    sure = {**book, "strike": strike, "vol2": 0.0}
    plain = black76(
        book["forward1"],
        book["forward2"] + strike,
        book["years"],
        book["vol1"],
        book["rate"],
        book["is_call"],
    )
    got = spread_greeks(**sure)
    assert got.value == pytest.approx(plain.value, abs=1e-10)
    assert got.gamma1 == pytest.approx(plain.gamma, abs=1e-9)
    assert got.vega1 == pytest.approx(plain.vega, abs=1e-6)
    strike = np.minimum(strike, 0.5 * book["forward1"])
    plain = black76(
        book["forward2"],
        book["forward1"] - strike,
        book["years"],
        book["vol2"],
        book["rate"],
        ~book["is_call"],
    )
    got = spread_greeks(**{**book, "strike": strike, "vol1": 0.0})
    assert got.value == pytest.approx(plain.value, abs=1e-7)
    assert got.gamma2 == pytest.approx(plain.gamma, abs=1e-6)
    assert got.vega2 == pytest.approx(plain.vega, abs=1e-4)


@pytest.mark.parametrize("function", [spread_greeks, bachelier_spread_greeks])
@pytest.mark.parametrize("years", [0.0, -1.0, 0.4])
def test_expired_or_without_volatility_is_intrinsic(function, years):
    vol = 0.0 if years > 0.0 else 0.3
    got = function(
        [100.0, 90.0, 95.0], 80.0, 15.0, years, vol, vol, 0.3, 0.05, [[True], [False]], pay_years=0.5
    )
    discount = np.exp(-0.025)
    assert got.value == pytest.approx(discount * np.array([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0]]))
    assert got.delta1 == pytest.approx(discount * np.array([[1.0, 0.0, 0.5], [0.0, -1.0, -0.5]]))
    assert got.delta2 == pytest.approx(-got.delta1)
    assert (got.gamma1 == 0.0).all()
    assert (got.correlation_sensitivity == 0.0).all()
    assert got.rho == pytest.approx(-0.5 * got.value)


def test_only_the_bad_element_is_nan():
    got = spread_greeks([100.0, -1.0, 100.0, 100.0, 100.0], 90.0, 5.0, 1.0, [0.3, 0.3, -0.3, 0.3, 0.3],
                        0.2, [0.5, 0.5, 0.5, 1.5, 0.5], [0.0, 0.0, 0.0, 0.0, np.nan], True)  # fmt: skip
    for name in NAMES:
        assert list(np.isnan(getattr(got, name))) == [False, True, True, True, True]
    for function in (kirk, bjerksund_stensland):
        value = function([100.0, -1.0], 90.0, 5.0, 1.0, 0.3, 0.2, 0.5, 0.0, True)
        assert list(np.isnan(value)) == [False, True]
    normal = bachelier_spread([-1.0, np.nan], 90.0, 5.0, 1.0, 30.0, 20.0, 0.5, 0.0, True)
    assert list(np.isnan(normal)) == [False, True]


def test_extreme_inputs_give_finite_numbers():
    first = np.array([100.0, 100.0, 1e-8, 1e8, 100.0])
    second = np.array([90.0, 95.0, 1e8, 1e-8, 120.0])
    strike = np.array([10.0, -200.0, 3.0, 3.0, -20.0])
    for years in (0.0, 1e-300, 1e-12, 1.0, 50.0):
        for vol1, vol2 in ((0.0, 0.3), (0.3, 0.0), (1e-200, 1e-3), (0.3, 0.4), (3.0, 5.0)):
            for rho in (-1.0, 0.0, 1.0):
                got = spread_greeks(first, second, strike, years, vol1, vol2, rho, 0.05, [[True], [False]])
                assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
                assert (got.value >= 0.0).all()


def test_greeks_on_spots_equal_bumped_spots():
    def value(spot1=22.0, spot2=20.0, years=0.5, rate=0.1):
        forwards = spot1 * np.exp((rate - 0.06) * years), spot2 * np.exp((rate - 0.04) * years)
        return margrabe_greeks(*forwards, years, 0.2, 0.15, 0.5, rate)

    got = on_spots(value(), 22.0, 20.0, 0.5, 0.1, yield1=0.06, yield2=0.04)
    step = 1e-4
    for name, bump, sign in (
        ("delta1", "spot1", 1),
        ("delta2", "spot2", 1),
        ("theta", "years", -1),
        ("rho", "rate", 1),
    ):
        base = {"spot1": 22.0, "spot2": 20.0, "years": 0.5, "rate": 0.1}[bump]
        change = value(**{bump: base + step}).value - value(**{bump: base - step}).value
        assert getattr(got, name) == pytest.approx(sign * change / (2.0 * step), abs=1e-6), name


def test_the_values_come_in_the_shape_of_the_arguments():
    cube = spread_exact(np.full((3, 4), 70.0), 60.0, np.arange(4.0), 1.0, 0.3, 0.3, 0.5, 0.0, True)
    assert cube.shape == (3, 4)
    assert (np.diff(cube, axis=1) < 0.0).all()
