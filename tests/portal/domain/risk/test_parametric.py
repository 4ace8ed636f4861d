"""Linear books with normal and t tails: sums, slopes, limits, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, t

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk import parametric
from portal.domain.risk.errors import NotPositiveSemidefinite

LOADINGS = np.random.default_rng(9).normal(size=(5, 5))
SIGMA = LOADINGS @ LOADINGS.T * 1e-4
exposures = arrays(np.float64, 5, elements=st.floats(-1e6, 1e6).map(lambda value: round(value, 2)))
degrees = st.sampled_from([None, 3.0, 4.0, 10.0])
MEAN = np.array([1e-4, -2e-4, 0.0, 3e-4, 1e-4])


@given(x=exposures, dof=degrees, level=st.sampled_from([0.9, 0.975, 0.99]), days=st.sampled_from([1.0, 10.0]))
def test_components_sum_and_es_is_beyond_var(x, dof, level, days):
    found = parametric.linear_risk(x, SIGMA, level, mean=MEAN, dof=dof, horizon_days=days)
    scale = max(1.0, np.abs(x).max())
    assert found.component_var.sum() == pytest.approx(found.var, abs=1e-12 * scale)
    assert found.component_es.sum() == pytest.approx(found.es, abs=1e-12 * scale)
    assert found.es >= found.var
    np.testing.assert_allclose(x * found.marginal_var, found.component_var, atol=1e-12 * scale)


def test_marginal_is_the_slope_and_incremental_the_difference():
    x = np.array([3e6, -1e6, 2e6, 5e5, -4e6])
    for dof in (None, 5.0):
        options = {"mean": MEAN, "dof": dof, "horizon_days": 5}
        found = parametric.linear_risk(x, SIGMA, 0.99, **options)
        for at in range(5):
            step = np.zeros(5)
            step[at] = 1.0
            up, down = (
                parametric.linear_risk(x + sign * step, SIGMA, 0.99, **options).var for sign in (1, -1)
            )
            assert found.marginal_var[at] == pytest.approx((up - down) / 2.0, rel=1e-5)
            alone, without = x * (np.arange(5) == at), x * (np.arange(5) != at)
            rest = parametric.linear_risk(without, SIGMA, 0.99, **options).var
            assert found.incremental_var[at] == pytest.approx(found.var - rest)
            assert found.stand_alone_var[at] == pytest.approx(
                parametric.linear_risk(alone, SIGMA, 0.99, **options).var
            )


def test_t_tails_have_the_same_variance_and_end_at_the_normal():
    factors = parametric.tail_factors(0.99, dof=4.0)
    assert factors.var == pytest.approx(t.ppf(0.99, 4) / np.sqrt(2.0))
    chances = (np.arange(400_000) + 0.5) / 400_000 * 0.01
    assert factors.es == pytest.approx(-np.mean(t.ppf(chances, 4)) / np.sqrt(2.0), rel=1e-3)
    far, normal = parametric.tail_factors(0.99, dof=1e8), parametric.tail_factors(0.99)
    assert far.var == pytest.approx(normal.var, rel=1e-6)
    assert far.es == pytest.approx(normal.es, rel=1e-6)
    assert parametric.tail_factors(0.99, dof=np.inf) == normal


def test_a_printed_factor_stands_for_its_level():
    found = parametric.tail_factors(z=norm.ppf(0.99))
    assert found.es == pytest.approx(parametric.tail_factors(0.99).es)


def test_a_perfect_hedge_has_no_parts():
    found = parametric.linear_risk([1.0, -1.0], np.ones((2, 2)), 0.99)
    assert (found.var, found.es, found.sd) == (0.0, 0.0, 0.0)
    assert not found.component_var.any()


def test_normal_risk_of_a_sample_uses_its_mean_and_deviation():
    pnl = np.random.default_rng(2).normal(10.0, 100.0, 1000)
    found = parametric.normal_risk(pnl, 0.95)
    assert found.var == pytest.approx(norm.ppf(0.95) * np.std(pnl) - pnl.mean())
    assert parametric.modified_risk(pnl, 0.95).var == pytest.approx(found.var, rel=0.05)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"exposures": []}, InsufficientHistory, "no scenarios"),
        ({"exposures": [1.0, np.nan]}, SeriesHasNaN, "missing"),
        ({"exposures": [1.0]}, LengthMismatch, r"shape \(1, 1\)"),
        ({"exposures": np.ones((2, 2))}, LengthMismatch, "one number a factor"),
        ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, NotPositiveSemidefinite, "not positive semidefinite"),
        ({"covariance": [[1.0, np.nan], [np.nan, 1.0]]}, SeriesHasNaN, "covariance"),
        ({"level": 1.0}, BadParameter, "confidence level"),
        ({"level": None}, BadParameter, "confidence level"),
        ({"dof": 2.0}, BadParameter, "above 2 degrees"),
        ({"mean": [0.0]}, LengthMismatch, "means of shape"),
        ({"horizon_days": 0.0}, BadParameter, "positive number of days"),
    ],
)
def test_refusals(options, error, text):
    arguments = {"exposures": [1.0, 2.0], "covariance": np.eye(2), "level": 0.99, **options}
    with pytest.raises(error, match=text):
        parametric.linear_risk(**arguments)
