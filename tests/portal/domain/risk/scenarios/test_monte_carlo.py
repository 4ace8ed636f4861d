"""Drawn scenarios: blocks, moments, tails, jumps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.ask import Method, Sampling, ScenarioAsk
from portal.domain.risk.scenarios.build import build_scenarios
from portal.domain.risk.scenarios.draws import CHUNK, uniforms
from portal.domain.risk.scenarios.factors import Shock
from portal.domain.risk.scenarios.jumps import split_jumps
from portal.domain.risk.scenarios.monte_carlo import simulator
from portal.domain.risk.scenarios.prepared import Prepared, prepare
from tests.portal.domain.risk.scenarios.scenario_cases import correlated, made_history, price_factors

DRAWN = [method for method in Method if method.simulates]


def prepared(moves, ask, **given) -> Prepared:
    factors, history = made_history(moves, shock=Shock.ABSOLUTE, **given)
    return prepare(history, factors, ask)


def asked(**given):
    return ScenarioAsk(
        **{"window": 200, "covariance": "sample", "variance_kept": 1.0, "sampling": "random", **given}
    )


@pytest.mark.parametrize("method", DRAWN)
@pytest.mark.parametrize("sampling", list(Sampling))
def test_paths_do_not_depend_on_the_size_of_blocks(method, sampling):
    moves = correlated(200, 6, seed=2)
    moves[50] *= 9.0  # a day that jumps
    ask = asked(method=method, sampling=sampling, seed=11)
    model = simulator(prepared(moves, ask, curves=2), ask)
    whole = model.native(0, 2_500)
    for size in (7, 1_000, 1_024, 2_048):
        parts = [model.native(first, min(size, 2_500 - first)) for first in range(0, 2_500, size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    again = simulator(prepared(moves, ask, curves=2), ask).native(0, 2_500)
    np.testing.assert_array_equal(again, whole)
    assert not np.array_equal(
        simulator(prepared(moves, ask, curves=2), replace(ask, seed=12)).native(0, 9), whole[:9]
    )


@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("horizon", [1, 10])
def test_normal_paths_have_the_covariance_that_was_estimated(sampling, horizon):
    ask = asked(method="monte_carlo_normal", sampling=sampling, scenarios=16_384, horizon_days=horizon)
    base = prepared(correlated(200, 6, seed=5) * np.array([1, 2, 3, 0.1, 0.2, 0.3]), ask, curves=2)
    target = base.native.T @ base.native / 199.0 * horizon
    drawn = simulator(base, ask).native(0, ask.scenarios)
    deviation = np.sqrt(np.diag(target))
    error = (drawn.T @ drawn / len(drawn) - target) / np.outer(deviation, deviation)
    assert np.abs(error).max() < (0.005 if sampling is Sampling.SOBOL else 0.04)
    mean = np.abs(drawn.mean(axis=0)) / deviation
    assert mean.max() < (1e-12 if sampling is Sampling.ANTITHETIC else 0.03)


def test_t_marginals_have_the_variance_of_returns():
    ask = asked(method="monte_carlo_t", marginals="t", dof=6.0, scenarios=50_000)
    base = prepared(correlated(200, 3, seed=7), ask)
    drawn = simulator(base, ask).native(0, ask.scenarios)
    np.testing.assert_allclose(drawn.var(axis=0), (base.native**2).sum(axis=0) / 199.0, rtol=0.04)
    kurtosis = ((drawn / drawn.std(axis=0)) ** 4).mean(axis=0)
    assert (kurtosis > 4.0).all()  # 3 + 6 / (nu - 4) = 6 in theory


def test_historical_marginals_are_kept_and_tails_go_on():
    rng = np.random.default_rng(3)
    skewed = np.exp(rng.standard_normal((400, 3)) * 0.6) - 1.2
    ask = asked(method="monte_carlo_t", window=400, dof=4.0, scenarios=40_000)
    base = prepared(skewed, ask)
    drawn = simulator(base, ask).native(0, ask.scenarios)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        np.testing.assert_allclose(
            np.quantile(drawn, share, axis=0), np.quantile(skewed, share, axis=0), atol=0.06
        )
    assert (drawn.max(axis=0) > skewed.max(axis=0)).all()
    assert ((drawn > skewed.max(axis=0)).mean(axis=0) < 0.004).all()


def test_a_t_copula_makes_extremes_coincide():
    moves = correlated(400, 2, seed=8, common=0.4)
    shares = {}
    for method in ("monte_carlo_normal", "monte_carlo_t"):
        ask = asked(method=method, window=400, dof=3.0, scenarios=50_000)
        drawn = simulator(prepared(moves, ask, tenors=2), ask).native(0, ask.scenarios)
        low = drawn < np.quantile(drawn, 0.005, axis=0)
        shares[method] = low.all(axis=1).mean() / 0.005
    assert shares["monte_carlo_t"] > 1.5 * shares["monte_carlo_normal"]


def jumpy(seed=1, n=400):
    rng = np.random.default_rng(seed)
    moves = rng.standard_normal((n, 4))
    moves[:, 1], moves[:, 3] = moves[:, 0], moves[:, 2]
    days = rng.choice(n, 12, replace=False)
    moves[days, :2] = rng.normal(-12.0, 1.0, (12, 1))
    return moves, np.sort(days)


def test_jumps_and_diffusion_add_up_to_what_happened():
    moves, days = jumpy()
    found = split_jumps(price_factors([1, 2], 2), moves, 5.0)
    np.testing.assert_array_equal(found.day, days)
    total = found.diffusion.copy()
    total[found.day] += found.jump
    np.testing.assert_array_equal(total, moves)
    assert not found.jump[:, 2:].any()  # the other curve did not leap on these days
    assert found.intensity == 12 / 400
    np.testing.assert_allclose(found.spread.T @ found.spread, np.cov(found.jump.T, bias=True), atol=1e-12)


def test_paths_with_jumps_have_their_mean_variance_and_skewness():
    moves, _ = jumpy()
    ask = asked(method="monte_carlo_jump", window=400, scenarios=60_000)
    base = prepared(moves, ask, curves=2, tenors=2)
    jumps = split_jumps(base.factors, base.native, 5.0)
    drawn = simulator(base, ask).native(0, ask.scenarios)
    second = jumps.spread.T @ jumps.spread + np.outer(jumps.mean, jumps.mean)
    target = jumps.diffusion.T @ jumps.diffusion / 399.0 + jumps.intensity * second
    np.testing.assert_allclose(np.cov(drawn.T), target, atol=0.08)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.0, atol=0.03)
    assert (drawn[:, 0] ** 3).mean() < -20.0  # crashes: -12^3 * 0.03 in theory
    assert abs((drawn[:, 2] ** 3).mean()) < 1.0


def test_without_outliers_there_are_no_jumps():
    ask = asked(method="monte_carlo_jump", jump_threshold=50.0, scenarios=100)
    model = simulator(prepared(correlated(200, 3), ask), ask)
    plain = simulator(prepared(correlated(200, 3), ask), replace(ask, method=Method.MONTE_CARLO_NORMAL))
    assert "no jumps" in model.notes[-1]
    assert np.isfinite(model.native(0, 100)).all()
    assert model.native(0, 100).std() == pytest.approx(plain.native(0, 100).std(), rel=0.3)


@settings(max_examples=30)
@given(
    sampling=st.sampled_from(list(Sampling)), seed=st.integers(0, 2**63 - 1), chunk=st.integers(0, 50),
    dimensions=st.integers(1, 40),
)  # fmt: skip
def test_uniforms_are_inside_and_pairs_mirror(sampling, seed, chunk, dimensions):
    mirrored = dimensions // 2
    drawn = uniforms(sampling, seed, chunk, dimensions, mirrored)
    assert drawn.shape == (CHUNK, dimensions)
    assert (drawn > 0.0).all()
    assert (drawn < 1.0).all()
    if sampling is Sampling.ANTITHETIC:
        np.testing.assert_allclose(drawn[::2, :mirrored] + drawn[1::2, :mirrored], 1.0)
        np.testing.assert_array_equal(drawn[::2, mirrored:], drawn[1::2, mirrored:])


def test_sobol_points_are_one_balanced_sequence():
    points = np.concatenate([uniforms(Sampling.SOBOL, 5, chunk, 3, 3) for chunk in range(4)])
    counts = np.histogram(points[:, 0], bins=4096, range=(0.0, 1.0))[0]
    assert (counts == 1).all()
    with pytest.raises(BadParameter, match="Keep fewer principal components"):
        uniforms(Sampling.SOBOL, 5, 0, 30_000, 30_000)


def test_more_paths_than_memory_should_hold_are_refused():
    factors, history = made_history(correlated(30, 400, scale=0.1), curves=20, tenors=20)
    with pytest.raises(BadParameter, match="ask for at most 150,000 scenarios"):
        build_scenarios(
            history, factors, ScenarioAsk(method="monte_carlo_normal", window=30, scenarios=200_000)
        )
