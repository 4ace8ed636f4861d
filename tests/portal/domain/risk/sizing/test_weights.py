"""Weights: risk parity to 1e-10, Kelly against an optimiser, volatility targets, caps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.risk.errors import NotPositiveSemidefinite
from portal.domain.risk.sizing.caps import Cap, cap_weights, scale_within, within
from portal.domain.risk.sizing.equal_risk_contribution import equal_risk_contribution
from portal.domain.risk.sizing.kelly import kelly_asset, kelly_bet, kelly_portfolio
from portal.domain.risk.sizing.risk_parity import inverse_volatility, risk_shares
from portal.domain.risk.sizing.volatility_target import scale_to_target

FIVE = np.array(
    [
        [0.051824, 0.011441, -0.020984, 0.004867, -0.007282],
        [0.011441, 0.094936, -0.035451, 0.001292, -0.000747],
        [-0.020984, -0.035451, 0.078044, -0.009369, 0.015861],
        [0.004867, 0.001292, -0.009369, 0.038263, -0.034004],
        [-0.007282, -0.000747, 0.015861, -0.034004, 0.082247],
    ]
)


def covariance(seed: int, k: int, spread: float = 1.0) -> np.ndarray:
    """A covariance with volatilities over several orders."""
    rng = np.random.default_rng(seed)
    draws = rng.normal(size=(3 * k, k)) + rng.normal(size=(3 * k, 1))
    scale = 10.0 ** rng.uniform(-spread, spread, k)
    return np.cov(draws, rowvar=False).reshape(k, k) * np.outer(scale, scale)


def test_equal_contributions_of_a_published_set():
    """Spinu's method on the covariance of the mean-variance reference case."""
    found = equal_risk_contribution(FIVE)
    expected = [0.1809538787704947, 0.14226731917717161, 0.19468685663897342, 0.29655856561940885]
    assert found.weights[:4] == pytest.approx(expected, abs=2e-5)
    assert found.shares == pytest.approx(np.full(5, 0.2), abs=1e-13)


@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0.0, 3.0))
@settings(max_examples=60, deadline=None)
def test_contributions_meet_their_budgets_to_1e10(seed, k, spread):
    cov = covariance(seed, k, spread)
    budgets = np.random.default_rng(seed).uniform(0.05, 1.0, k)
    found = equal_risk_contribution(cov, budgets=budgets)
    assert np.all(found.weights > 0.0)
    assert found.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.max(np.abs(found.shares - budgets / budgets.sum())) < 1e-10


def test_without_correlation_equal_contribution_is_inverse_volatility():
    vols = np.array([0.2, 0.15, 0.3, 0.9])
    assert equal_risk_contribution(np.diag(vols**2)).weights == pytest.approx(
        inverse_volatility(vols), abs=1e-12
    )


def test_hundreds_of_assets_are_quick_and_exact():
    found = equal_risk_contribution(covariance(1, 300))
    assert np.max(np.abs(found.shares - 1.0 / 300.0)) < 1e-10


def test_a_cap_is_kept_and_named():
    found = equal_risk_contribution(FIVE, cap=0.25)
    assert found.weights.max() == 0.25
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.capped == (3,)
    assert found.shares.sum() == pytest.approx(1.0)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), st.floats(0.01, 1.0))
def test_capped_weights_sum_to_one_and_keep_their_order(weights, cap):
    wanted = np.array(weights)
    if not wanted.sum() > 0.0 or cap * np.count_nonzero(wanted) < 1.0 or wanted.max() < 1e-6:
        return
    found = cap_weights(wanted, cap)
    assert found.sum() == pytest.approx(1.0)
    assert np.all(found <= cap + 1e-12)
    assert np.all(np.diff(found[np.argsort(wanted, kind="stable")]) >= -1e-12)


@pytest.mark.parametrize("fraction", [1.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_kelly_between_bounds_is_what_an_optimiser_finds(seed, fraction):
    rng = np.random.default_rng(seed)
    cov, mean = covariance(seed, 6, 0.2), rng.normal(0.0, 0.3, 6)
    low, high = -rng.uniform(0.0, 0.3, 6), rng.uniform(0.0, 0.3, 6)
    low[0] = high[1] = 0.0
    found = kelly_portfolio(mean, cov, fraction=fraction, lower=low, upper=high)
    theirs = minimize(
        lambda w: 0.5 * w @ cov @ w - fraction * mean @ w,
        np.zeros(6),
        jac=lambda w: cov @ w - fraction * mean,
        bounds=list(zip(low, high, strict=True)),
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-12},
    )
    mine = 0.5 * found.weights @ cov @ found.weights - fraction * mean @ found.weights
    assert mine <= theirs.fun + 1e-12
    assert np.all(found.weights >= low)
    assert np.all(found.weights <= high)
    assert found.weights == pytest.approx(theirs.x, abs=1e-5)


@given(st.integers(0, 1000), st.floats(0.1, 2.0))
@settings(max_examples=30, deadline=None)
def test_no_other_fraction_of_kelly_grows_faster(seed, fraction):
    cov = covariance(seed, 4, 0.3)
    mean = np.random.default_rng(seed).normal(0.0, 0.1, 4)
    full, part = kelly_portfolio(mean, cov), kelly_portfolio(mean, cov, fraction=fraction)
    assert part.weights == pytest.approx(fraction * full.weights)
    assert part.growth == pytest.approx((2.0 * fraction - fraction**2) * full.growth)
    assert part.growth <= full.growth + 1e-15


def test_kelly_within_limits():
    free = kelly_portfolio([0.05, 0.03], np.diag([0.04, 0.0225]))
    assert free.binding == ()
    bound = kelly_portfolio(
        [0.05, 0.03], np.diag([0.04, 0.0225]), upper=[0.5, 9.0], gross=Cap("Leverage", 1.0)
    )
    assert bound.binding == ("asset 1 at its most", "Leverage")
    assert np.abs(bound.weights).sum() == pytest.approx(1.0)
    calm = kelly_portfolio([0.05, 0.03], np.diag([0.04, 0.0225]), volatility=Cap("Volatility", 0.1))
    assert calm.volatility == pytest.approx(0.1)
    assert calm.binding == ("Volatility",)
    nothing = kelly_portfolio([0.05, 0.03], np.diag([0.04, 0.0225]), lower=0.0, upper=0.0)
    assert nothing.weights.tolist() == [0.0, 0.0]


def test_half_kelly_keeps_three_quarters_and_twice_kelly_none():
    found = kelly_asset(0.11, 0.15, 0.06)
    assert (found.growth_at(0.5) - 0.06) / (found.growth - 0.06) == pytest.approx(0.75)
    assert found.growth_at(2.0) == pytest.approx(0.06)
    sized = found.sized(0.5, [Cap("Leverage", 1.0)])
    assert (sized.size, sized.binding) == (1.0, "Leverage")
    assert kelly_asset(0.02, 0.15, 0.06).sized(1.0, [Cap("Leverage", 1.0)]).size == -1.0


@given(st.floats(0.01, 0.99), st.floats(0.05, 20.0), st.floats(0.0, 0.99))
def test_no_other_bet_grows_faster(p, odds, other):
    found = kelly_bet(p, odds)
    assert found.growth >= p * math.log1p(other * odds) + (1 - p) * math.log1p(-other) - 1e-12
    assert found.growth >= 0.0


@given(st.integers(0, 1000), st.floats(0.0, 2.0))
@settings(max_examples=30, deadline=None)
def test_weights_reach_their_target(seed, target):
    cov = covariance(seed, 5, 0.5)
    weights = np.random.default_rng(seed).normal(size=5)
    found = scale_to_target(weights, cov, target)
    assert found.volatility == pytest.approx(target)
    assert found.weights == pytest.approx(found.factor * weights)
    capped = scale_to_target(weights, cov, target, caps=[Cap("Leverage", 0.5)])
    assert np.abs(capped.weights).sum() <= 0.5 + 1e-12
    assert (capped.binding == "Leverage") == (np.abs(found.weights).sum() > 0.5)


def test_sizes_within_limits():
    assert within(5.0).binding is None
    assert within(-5.0, [Cap("a", 7.0), Cap("b", 3.0)]).size == -3.0
    assert within(5.0, [Cap("broken", 0.0)]).size == 0.0
    sizes, binding = scale_within([2.0, -2.0], [(Cap("Gross", 3.0), 4.0), (Cap("VaR", 1.0), 2.0)])
    assert (sizes.tolist(), binding) == ([1.0, -1.0], "VaR")
    assert scale_within([2.0], [(Cap("Gross", math.inf), 2.0)])[1] is None


def test_shares_of_risk_may_be_negative():
    shares = risk_shares([1.0, -0.5], [[0.04, 0.03], [0.03, 0.04]])
    assert shares.sum() == pytest.approx(1.0)
    assert shares[1] < 0.0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: equal_risk_contribution([[1.0, 1.0], [1.0, 1.0]]),
            NotPositiveSemidefinite,
            "some assets copy",
        ),
        (
            lambda: equal_risk_contribution([[1.0, 0.0], [0.0, 0.0]]),
            NotPositiveSemidefinite,
            "Asset 2 does not move",
        ),
        (lambda: equal_risk_contribution([[1.0, 2.0], [2.0, 1.0]]), NotPositiveSemidefinite, "."),
        (lambda: equal_risk_contribution([[1.0, 0.5], [0.0, 1.0]]), BadParameter, "symmetric"),
        (lambda: equal_risk_contribution([[1.0, np.nan], [np.nan, 1.0]]), SeriesHasNaN, "covariance"),
        (lambda: equal_risk_contribution([]), BadParameter, "no asset"),
        (lambda: equal_risk_contribution(FIVE, budgets=[1, 1, 1, 1, 0]), BadParameter, "asset 5 is 0"),
        (lambda: equal_risk_contribution(FIVE, budgets=[1]), LengthMismatch, "risk budgets"),
        (lambda: equal_risk_contribution(FIVE, cap=0.1), BadParameter, r"caps leave 0\.5 of the whole"),
        (lambda: kelly_portfolio([0.1], FIVE), LengthMismatch, "covariance of 1 factors"),
        (lambda: kelly_portfolio([0.1], [[0.04]], fraction=0.0), BadParameter, "above 0"),
        (lambda: kelly_portfolio([0.1], [[0.04]], lower=[0.1]), BadParameter, "must have 0 between them"),
        (lambda: kelly_asset(0.1, 0.0), BadParameter, "volatility must be above 0"),
        (lambda: kelly_bet(1.0, 1.0), BadParameter, "probability of winning"),
        (lambda: kelly_bet(0.5, 0.0), BadParameter, "odds must be above 0"),
        (lambda: inverse_volatility([0.1, 0.0]), BadParameter, "asset 2 is 0"),
        (lambda: inverse_volatility([]), BadParameter, "above 0"),
        (lambda: scale_to_target([0.0], [[1.0]], 0.1), BadParameter, "no volatility"),
        (lambda: scale_to_target([1.0], [[1.0]], -0.1), BadParameter, "target must be 0 or more"),
        (lambda: risk_shares([0.0], [[1.0]]), BadParameter, "no risk to share"),
        (lambda: within(math.nan), BadParameter, "finite number"),
        (lambda: Cap("VaR 99 %", -1.0), BadParameter, "a broken limit leaves 0"),
        (lambda: cap_weights([0.0], 1.0), BadParameter, "at least one above 0"),
    ],
)
def test_refusals_are_sentences(call, error, words):
    with pytest.raises(error, match=words):
        call()
