"""Principal components within curves and across them."""

import numpy as np
import pytest

from portal.domain.risk.scenarios.ask import CovarianceKind
from portal.domain.risk.scenarios.components import components
from portal.domain.risk.scenarios.covariance import estimate
from tests.portal.domain.risk.scenarios.scenario_cases import correlated, price_factors


@pytest.mark.parametrize("kind", [CovarianceKind.SAMPLE, CovarianceKind.EWMA])
def test_all_components_together_are_the_covariance(kind):
    factors = price_factors([1, 2], 3)
    moves = correlated(80, 6, seed=3) * np.array([1.0, 2.0, 3.0, 0.1, 0.2, 0.3])
    found = components(factors, moves, kind, kept=1.0)
    np.testing.assert_allclose(
        found.loading.T @ found.loading, estimate(moves, kind).matrix, rtol=1e-9, atol=1e-12
    )


def test_fewer_components_keep_each_variance_in_full():
    factors = price_factors([1, 2], 12)
    moves = correlated(300, 24, seed=1, common=0.98)
    found = components(factors, moves, CovarianceKind.SAMPLE, kept=0.98)
    full = estimate(moves, CovarianceKind.SAMPLE).matrix
    assert found.facts["components"] < 12
    np.testing.assert_allclose(np.diag(found.loading.T @ found.loading), np.diag(full), rtol=1e-12)
    np.testing.assert_allclose(found.deviation, np.sqrt(np.diag(full)))
    assert found.facts["variance_kept_of_curves"]["C1"] >= 0.98
    assert found.facts["components_of_curves"].keys() == {"C1", "C2"}
    correlation = found.loading.T @ found.loading / np.outer(found.deviation, found.deviation)
    np.testing.assert_allclose(correlation, full / np.outer(found.deviation, found.deviation), atol=0.03)


def test_shrinking_leaves_a_curve_whole():
    factors = price_factors([1, 2], 20)
    moves = correlated(60, 40, seed=4, common=0.5)
    moves[:, :20] = moves[:, :1] * np.linspace(1.0, 0.5, 20)  # one curve moves as one
    found = components(factors, moves, CovarianceKind.LEDOIT_WOLF, kept=1.0)
    unit = found.loading / found.deviation
    correlation = unit.T @ unit
    assert found.facts["shrinkage"] > 0.01
    np.testing.assert_allclose(correlation[:20, :20], 1.0, rtol=1e-9)
    sample = moves.T @ moves
    own = sample[0, 30] / np.sqrt(sample[0, 0] * sample[30, 30])
    assert abs(correlation[0, 30]) < abs(own)


def test_a_factor_that_never_moves_stays():
    moves = correlated(50, 3)
    moves[:, 1] = 0.0
    found = components(price_factors([1], 3), moves, CovarianceKind.LEDOIT_WOLF)
    assert not found.loading[:, 1].any()
    assert np.isfinite(found.loading).all()
