"""Weights by age."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.risk.scenarios.weights import age_weights, effective_scenarios


@pytest.mark.parametrize("lam", [1e-3, 0.5, 0.94, 0.995, 1 - 1e-12, 1.0])
def test_they_sum_to_one_and_fall_by_the_factor(lam):
    weights = age_weights(500, lam)
    assert weights.sum() == pytest.approx(1.0, rel=1e-9)
    np.testing.assert_allclose(weights[-3:-1] / weights[-2:], lam)


def test_effective_scenarios():
    assert effective_scenarios(np.full(500, 0.2)) == 500.0
    assert effective_scenarios([0.0, 1.0]) == 1.0
    assert effective_scenarios(age_weights(10_000, 0.99)) == pytest.approx(199.0)


@pytest.mark.parametrize(
    ("n", "lam", "error"), [(0, 0.9, InsufficientHistory), (5, 0.0, BadParameter), (5, 1.1, BadParameter)]
)
def test_refusals(n, lam, error):
    with pytest.raises(error):
        age_weights(n, lam)
