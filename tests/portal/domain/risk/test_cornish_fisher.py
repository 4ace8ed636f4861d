"""Cornish-Fisher: the expansion, its tail mean, and where it is no quantile function."""

import numpy as np
import pytest
from scipy.stats import norm

from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.risk.cornish_fisher import Moments, coefficients, cornish_fisher, sample_moments


def test_normal_moments_give_the_normal_figures():
    found = cornish_fisher(Moments(1.0, 2.0, 0.0, 0.0), 0.99)
    assert found.var == pytest.approx(2.0 * norm.ppf(0.99) - 1.0)
    assert found.es == pytest.approx(2.0 * norm.pdf(norm.ppf(0.99)) / 0.01 - 1.0)
    assert found.monotone


@pytest.mark.parametrize("order", [3, 4])
def test_the_tail_mean_is_that_of_the_expanded_quantiles(order):
    moments = Moments(0.0, 1.0, -0.3, 1.0)
    chances = (np.arange(200_000) + 0.5) / 200_000 * 0.025
    z = norm.ppf(chances)
    a, b, c, d = coefficients(-0.3, 1.0 if order == 4 else None)
    expected = -np.mean(a + b * z + c * z**2 + d * z**3)
    assert cornish_fisher(moments, 0.975, order=order).es == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("skewness", "kurtosis", "monotone"),
    [(0.0, 1.0, True), (-0.3, 1.0, True), (-1.0, 1.0, False), (0.0, 12.0, False), (-0.35, 0.17, False)],
)
def test_the_domain_is_checked(skewness, kurtosis, monotone):
    assert cornish_fisher(Moments(0.0, 1.0, skewness, kurtosis), 0.99).monotone is monotone
    _, b, c, d = coefficients(skewness, kurtosis)
    z = np.linspace(-60.0, 60.0, 100_001)
    assert (np.min(b + 2 * c * z + 3 * d * z**2) >= 0.0) is np.bool_(monotone)


def test_moments_of_a_sample():
    values = np.random.default_rng(1).normal(3.0, 2.0, 200_000) ** 1
    found = sample_moments(values)
    assert found.mean == pytest.approx(3.0, abs=0.02)
    assert found.variance == pytest.approx(np.var(values))
    assert abs(found.skewness) < 0.02
    assert abs(found.excess_kurtosis) < 0.04
    assert sample_moments(np.full(5, 0.1)) == Moments(pytest.approx(0.1), 0.0, 0.0, 0.0)
    with pytest.raises(InsufficientHistory):
        sample_moments([1.0, 2.0, 3.0])


def test_an_unknown_order_is_refused():
    with pytest.raises(BadParameter, match="order 3 or 4"):
        cornish_fisher(Moments(0.0, 1.0, 0.0, 0.0), 0.99, order=5)
