"""Tests of expected shortfall: null distributions against simulation, size, power, corners."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.risk.backtests import acerbi_szekely_null as null
from portal.domain.risk.backtests.acerbi_szekely import z1, z2
from portal.domain.risk.backtests.du_escanciano import (
    conditional,
    cumulative_violations,
    tail_probability,
    unconditional,
)
from portal.domain.risk.backtests.exceedance_residuals import exceedance_residuals
from portal.domain.risk.backtests.fz_loss import fz0_losses, rank_models

NORMAL_VAR = float(stats.norm.ppf(0.975))
NORMAL_ES = float(stats.norm.pdf(NORMAL_VAR) / 0.025)


@pytest.mark.parametrize(("tail", "dist"), [("normal", stats.norm()), ("t5", stats.t(5)), ("t3", stats.t(3))])
@pytest.mark.parametrize(("n", "p"), [(250, 0.025), (100, 0.05)])
def test_the_distribution_of_z2_is_that_of_a_simulation(tail, dist, n, p):
    rng = np.random.default_rng(11)
    var = dist.ppf(1.0 - p)
    es = float(dist.expect(lambda x: x, lb=var, conditional=True))
    losses = dist.rvs((20_000, n), random_state=rng)
    simulated = 1.0 - np.where(losses > var, losses, 0.0).sum(axis=1) / (es * n * p)
    for level in (0.05, 0.01):
        critical = null.z2_critical(n, p, test_level=level, tail=tail)
        rejected = np.mean(simulated < critical)
        assert rejected == pytest.approx(level, abs=4.0 * math.sqrt(level / 20_000))
        assert null.z2_p_value(critical, n, p, tail=tail) == pytest.approx(level, abs=2e-4)


def test_the_distribution_of_z1_is_that_of_a_simulation():
    rng = np.random.default_rng(12)
    draws = stats.norm.isf(0.025 * rng.random((40_000, 6)))
    simulated = 1.0 - draws.mean(axis=1) / NORMAL_ES
    critical = null.z1_critical(6, 0.025)
    assert np.mean(simulated < critical) == pytest.approx(0.05, abs=0.005)
    assert null.z1_p_value(critical, 6, 0.025) == pytest.approx(0.05, abs=2e-4)


@given(st.integers(1, 3000), st.floats(0.001, 0.5), st.floats(-20.0, 1.0), st.sampled_from(null.TAILS))
@settings(max_examples=40, deadline=None)
def test_p_values_are_probabilities_and_fall_with_the_statistic(n, p, z, tail):
    value, worse = null.z2_p_value(z, n, p, tail=tail), null.z2_p_value(z - 0.5, n, p, tail=tail)
    assert 0.0 <= worse <= value <= 1.0
    assert 0.0 <= null.z1_p_value(z, min(n, 50), p, tail=tail) <= 1.0


def test_a_lattice_of_any_size_agrees_with_the_normal_limit():
    """20,000 days at 5 %: a thousand draws, where the central limit holds."""
    tail = stats.truncnorm(stats.norm.ppf(0.95), np.inf)
    es = tail.mean()
    variance = 20_000 * (0.05 * (tail.var() + es**2) - (0.05 * es) ** 2) / es**2
    expected = stats.norm.ppf(0.05) * math.sqrt(variance) / 1000
    assert null.z2_critical(20_000, 0.05) == pytest.approx(expected, rel=0.03)


def test_z1_and_z2_by_hand():
    pnl, var, es = [-12.0, 1.0, -18.0, -10.0], [10.0] * 4, [12.0] * 4
    assert z1(pnl, var, es) == pytest.approx(1.0 - (1.0 + 1.5) / 2.0)
    assert z2(pnl, var, es, 0.5) == pytest.approx(1.0 - 2.5 / 2.0)


def test_without_exception_z1_has_nothing_to_say_and_z2_is_one():
    assert z1([1.0, 2.0], [1.0, 1.0], [2.0, 2.0]) == 0.0
    assert z2([1.0, 2.0], [1.0, 1.0], [2.0, 2.0], 0.025) == 1.0
    assert null.z1_p_value(0.0, 0, 0.025) == 1.0
    assert null.z2_p_value(1.0, 2, 0.025) == 1.0


@pytest.mark.parametrize("tail", ["cauchy", "t2", "t", "t1.5", ""])
def test_unknown_tails_are_refused(tail):
    with pytest.raises(BadParameter, match="is not known"):
        null.z2_critical(250, 0.025, tail=tail)


def test_an_es_of_zero_is_refused_with_its_day():
    with pytest.raises(BadParameter, match="observation 2 is 0"):
        z2([1.0, 2.0], [1.0, 1.0], [2.0, 0.0], 0.025)


def test_missing_values_are_refused():
    with pytest.raises(SeriesHasNaN, match="ES forecasts"):
        z1([1.0, 2.0], [1.0, 1.0], [2.0, np.nan])
    with pytest.raises(LengthMismatch, match="P&L and VaR forecasts"):
        z1([1.0, 2.0], [1.0], [2.0, 1.0])


def _du_escanciano(scale: float, days: int = 4000) -> tuple:
    pnl = np.random.default_rng(5).normal(scale=scale, size=days)
    violations = cumulative_violations(stats.norm.cdf(pnl), 0.05)
    return unconditional(violations, 0.05), conditional(violations, 0.05)


def test_du_escanciano_accepts_the_right_model_and_sees_too_small_an_es():
    mean, dependence = _du_escanciano(1.0)
    assert mean.p_value > 0.05
    assert dependence.p_value > 0.05
    mean, _ = _du_escanciano(1.2)
    assert mean.p_understated < 1e-3
    mean, _ = _du_escanciano(0.8)
    assert mean.statistic < -3.0
    assert mean.p_understated > 0.99


def test_du_escanciano_sees_bad_days_that_come_together():
    violations = np.zeros(500)
    violations[200:212] = 0.8
    assert conditional(violations, 0.025).rejects(0.001)


def test_du_escanciano_has_its_size():
    """Mean and variance of a cumulative violation under the right model, by integration."""
    p, u = 0.05, np.linspace(0.0, 1.0, 2_000_001)
    h = np.maximum(p - u, 0.0) / p
    assert np.mean(h) == pytest.approx(p / 2.0, abs=1e-5)
    assert np.var(h) == pytest.approx(p * (1.0 / 3.0 - p / 4.0), abs=1e-5)


def test_the_tail_that_has_var_and_es():
    """Mean loss beyond VaR of the exponential tail is ES."""
    chance = (np.arange(200_000) + 0.5) / 200_000
    losses = 10.0 - 2.0 * np.log(chance)  # exponential beyond VaR 10 with ES 12
    found = tail_probability(-losses, np.full(200_000, 10.0), np.full(200_000, 12.0), 0.01)
    assert found == pytest.approx(0.01 * chance)
    assert tail_probability([-9.0], [10.0], [12.0], 0.01).tolist() == [1.0]
    assert tail_probability([-11.0], [10.0], [10.0], 0.01).tolist() == [0.0]


@pytest.mark.parametrize("violations", [np.zeros(1), np.ones(1), np.zeros(10), np.ones(10)])
def test_du_escanciano_is_finite_in_the_corners(violations):
    mean, dependence = unconditional(violations, 0.025), conditional(violations, 0.025)
    assert all(map(math.isfinite, (mean.statistic, mean.p_value, dependence.statistic, dependence.p_value)))
    if not violations.any():
        assert dependence.p_value == 1.0


def test_probabilities_outside_their_range_are_refused():
    with pytest.raises(BadParameter, match=r"observation 2 is 1\.5"):
        cumulative_violations([0.5, 1.5], 0.01)
    with pytest.raises(BadParameter, match="at least 1 lag"):
        conditional(np.zeros(5), 0.01, lags=0)


def test_residuals_are_the_t_test_of_scipy():
    rng = np.random.default_rng(2)
    pnl = -np.abs(rng.normal(3.0, 1.0, 40))
    found = exceedance_residuals(pnl, np.full(40, 0.0), np.full(40, 2.5))
    theirs = stats.ttest_1samp(pnl + 2.5, 0.0, alternative="less")
    assert (found.t, found.p_value) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-12)


@pytest.mark.parametrize(
    "pnl", [[1.0, 1.0], [-3.0, 1.0], [-3.0, -3.0], [-2.0, -2.0]], ids=["none", "one", "equal", "no gap"]
)
def test_residuals_are_finite_in_the_corners(pnl):
    found = exceedance_residuals(pnl, [1.0, 1.0], [2.0, 2.0], [1.0, 1.0])
    assert math.isfinite(found.t)
    assert 0.0 <= found.p_value <= 1.0
    assert found.count == sum(value < -1.0 for value in pnl)


def test_a_scale_of_zero_is_refused_on_exceptions_only():
    assert exceedance_residuals([-3.0, 1.0], [1.0, 1.0], [2.0, 2.0], [1.0, 0.0]).count == 1
    with pytest.raises(BadParameter, match="observation 1 is 0"):
        exceedance_residuals([-3.0, 1.0], [1.0, 1.0], [2.0, 2.0], [0.0, 1.0])


def test_the_right_forecast_has_the_least_loss():
    pnl = np.random.default_rng(8).normal(size=50_000)
    right = {"right": (NORMAL_VAR, NORMAL_ES), "low": (1.6, 1.9), "high": (2.4, 2.9)}
    losses = {
        name: fz0_losses(pnl, np.full(len(pnl), var), np.full(len(pnl), es), 0.025)
        for name, (var, es) in right.items()
    }
    ranks = rank_models(losses)
    assert ranks[0].name == "right"
    assert (ranks[0].behind, ranks[0].p_value) == (0.0, 1.0)
    assert all(rank.behind > 0.0 and rank.p_value < 0.01 for rank in ranks[1:])


def test_the_unit_of_pnl_changes_all_losses_alike():
    rng = np.random.default_rng(9)
    pnl, var, es = rng.normal(size=100), rng.uniform(1, 2, 100), rng.uniform(2, 3, 100)
    euros, thousands = fz0_losses(pnl, var, es, 0.025), fz0_losses(pnl / 1e3, var / 1e3, es / 1e3, 0.025)
    assert euros - thousands == pytest.approx(math.log(1e3))


def test_rankings_refuse_what_cannot_be_compared():
    with pytest.raises(BadParameter, match="at least one model"):
        rank_models({})
    with pytest.raises(LengthMismatch, match="losses of b"):
        rank_models({"a": np.zeros(3), "b": np.zeros(2)})
    assert [rank.p_value for rank in rank_models({"a": np.zeros(3), "b": np.ones(3)})] == [1.0, 0.0]
