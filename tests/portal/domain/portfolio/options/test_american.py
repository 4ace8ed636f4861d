"""American options on futures: QuantLib, bumps, bounds, symmetry, and where exercise is best."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.portfolio.options.american import american, american_price, barone_adesi_whaley
from portal.domain.portfolio.options.european import Greeks, black76

NAMES = tuple(Greeks.__dataclass_fields__)


def random_options(n=60, seed=13):
    rng = np.random.default_rng(seed)
    return {
        "forward": rng.uniform(60.0, 140.0, n),
        "strike": np.full(n, 100.0),
        "years": rng.integers(20, 1000, n) / 365.0,
        "vol": rng.uniform(0.08, 0.8, n),
        "rate": rng.uniform(0.005, 0.12, n),
        "is_call": rng.random(n) < 0.5,
    }


def quantlib_values(book, engine):
    today = ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count, values = ql.Actual365Fixed(), []
    for i in range(len(book["forward"])):
        row = {name: column[i].item() for name, column in book.items()}
        curve = ql.YieldTermStructureHandle(ql.FlatForward(today, row["rate"], count))
        surface = ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(today, ql.NullCalendar(), row["vol"], count)
        )
        process = ql.BlackProcess(ql.QuoteHandle(ql.SimpleQuote(row["forward"])), curve, surface)
        kind = ql.Option.Call if row["is_call"] else ql.Option.Put
        expiry = today + round(row["years"] * 365.0)
        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(kind, row["strike"]), ql.AmericanExercise(today, expiry)
        )
        option.setPricingEngine(engine(process))
        values.append(option.NPV())
    return values


def test_values_equal_quantlibs_high_precision_engine():
    book = random_options()
    scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
    theirs = quantlib_values(book, lambda process: ql.QdFpAmericanEngine(process, scheme))
    assert american_price(**book) == pytest.approx(theirs, abs=5e-6)


def test_the_approximation_equals_quantlibs():
    book = random_options()
    theirs = quantlib_values(book, ql.BaroneAdesiWhaleyApproximationEngine)
    assert barone_adesi_whaley(**book) == pytest.approx(theirs, abs=1e-4)


def bumped(book, name, step, what="value"):
    up, down = {**book, name: book[name] + step}, {**book, name: book[name] - step}
    return (getattr(american(**up), what) - getattr(american(**down), what)) / (2.0 * step)


def test_greeks_equal_bump_and_revalue():
    book = random_options()
    got = american(**book)
    held = got.gamma > 0.0
    assert held.any()
    assert got.delta == pytest.approx(bumped(book, "forward", 1e-3), abs=1e-5)
    assert got.gamma[held] == pytest.approx(bumped(book, "forward", 1e-3, "delta")[held], abs=1e-4)
    assert got.vega == pytest.approx(bumped(book, "vol", 1e-4), abs=1e-2)
    assert got.theta == pytest.approx(-bumped(book, "years", 1e-4), abs=2e-3)
    assert got.rho == pytest.approx(bumped(book, "rate", 1e-4), abs=1e-2)
    assert got.vanna == pytest.approx(bumped(book, "forward", 1e-2, "vega"), abs=1e-2)


@given(
    st.floats(40.0, 250.0),
    st.floats(0.01, 4.0),
    st.floats(0.02, 1.2),
    st.floats(-0.03, 0.2),
    st.booleans(),
)
def test_bounds_and_symmetry(forward, years, vol, rate, call):
    got = american(forward, 100.0, years, vol, rate, call)
    intrinsic = max((forward - 100.0) * (1 if call else -1), 0.0)
    european = black76(forward, 100.0, years, vol, rate, call).value[0]
    limit = forward if call else 100.0
    assert max(intrinsic * (rate > 0.0), european) - 1e-9 <= got.value[0]
    assert got.value[0] <= limit * max(1.0, np.exp(-rate * years)) + 1e-9
    # a call is a put with price and strike exchanged
    assert got.value[0] == pytest.approx(
        american_price(100.0, forward, years, vol, rate, not call)[0], abs=1e-9
    )
    assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
    assert -1.0 - 1e-6 <= got.delta[0] * np.exp(min(rate, 0.0) * years) <= 1.0 + 1e-6


def test_without_a_positive_rate_nothing_is_earned_by_exercise():
    for rate in (0.0, -0.02):
        got, plain = american(110.0, 100.0, 1.0, 0.3, rate, True), black76(110.0, 100.0, 1.0, 0.3, rate, True)
        assert got.value == pytest.approx(plain.value)
        assert got.delta == pytest.approx(plain.delta)


def test_deep_in_the_money_is_exercised():
    got = american([200.0, 30.0], 100.0, 0.5, 0.2, 0.08, [True, False])
    assert got.value == pytest.approx([100.0, 70.0])
    assert got.delta == pytest.approx([1.0, -1.0])
    for name in ("gamma", "vega", "theta", "rho", "vanna", "volga"):
        assert getattr(got, name) == pytest.approx([0.0, 0.0])
    assert barone_adesi_whaley([200.0, 30.0], 100.0, 0.5, 0.2, 0.08, [True, False]) == pytest.approx(
        [100.0, 70.0]
    )


@pytest.mark.parametrize(("years", "vol"), [(0.0, 0.3), (-1.0, 0.3), (1.0, 0.0)])
def test_without_time_or_volatility_it_is_intrinsic(years, vol):
    got = american([110.0, 90.0], 100.0, years, vol, 0.05, True)
    assert got.value == pytest.approx([10.0, 0.0])
    assert got.delta == pytest.approx([1.0, 0.0])
    assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)


def test_only_the_bad_element_is_nan():
    for function in (american_price, barone_adesi_whaley):
        got = function([100.0, -1.0, 100.0, np.nan], 100.0, 1.0, [0.3, 0.3, -0.3, 0.3], 0.05, True)
        assert list(np.isnan(got)) == [False, True, True, True]


def test_many_options_are_cut_into_blocks_without_a_trace():
    book = random_options(600)
    whole = american_price(**book)
    parts = [
        american_price(**{name: column[i : i + 100] for name, column in book.items()})
        for i in range(0, 600, 100)
    ]
    assert whole == pytest.approx(np.concatenate(parts), abs=1e-7)


def test_extreme_inputs_give_finite_numbers():
    grid = np.meshgrid(
        [1e-3, 99.0, 100.0, 101.0, 1e5],
        [1e-9, 0.01, 2.0, 20.0],
        [1e-6, 0.01, 0.5, 10.0],
        [1e-200, 1e-12, 1e-6, 0.01, 5.0],
        [0.0, 1.0],
    )
    forward, years, vol, rate, call = (axis.ravel() for axis in grid)
    got = american(forward, 100.0, years, vol, rate, call)
    assert all(np.isfinite(getattr(got, name)).all() for name in NAMES)
    limit = np.where(call > 0.0, forward, 100.0)
    european = black76(forward, 100.0, years, vol, rate, call).value
    assert (got.value >= european - 1e-9 * limit).all()
    assert (got.value <= limit * (1.0 + 1e-9)).all()
    assert (np.abs(got.delta) <= 1.0 + 1e-6).all()
    assert np.isfinite(barone_adesi_whaley(forward, 100.0, years, vol, rate, call)).all()
