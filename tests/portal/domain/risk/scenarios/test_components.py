"""Principal components within curves and across them."""

import numpy as np
import pytest

from portal.domain.risk.scenarios.ask import CovarianceKind, ScenarioAsk
from portal.domain.risk.scenarios.build import build_covariance
from portal.domain.risk.scenarios.components import components
from portal.domain.risk.scenarios.covariance import estimate
from portal.domain.risk.scenarios.factors import Shock
from tests.portal.domain.risk.scenarios.scenario_cases import correlated, made_history, price_factors


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


@pytest.mark.parametrize("days", [1, 2, 5])
def test_moves_of_several_days_see_through_closes_at_different_hours(days):
    # The second market closes early: half of its move comes a day later, so daily correlations are half the true one.
    rng = np.random.default_rng(5)
    halves = rng.standard_normal((2_001, 2))
    early = halves[1:, 0] + halves[:-1, 1]
    moves = np.column_stack([halves.sum(axis=1)[1:], early])
    found = components(
        price_factors([1, 2], 1), moves, CovarianceKind.SAMPLE, kept=1.0, correlation_days=days
    )
    correlation = float(found.loading[:, 0] @ found.loading[:, 1]) / float(np.prod(found.deviation))
    assert correlation == pytest.approx(1.0 - 0.5 / days, abs=0.05)
    np.testing.assert_allclose((found.loading**2).sum(axis=0), (moves**2).sum(axis=0) / 1999.0)
    factors, history = made_history(moves[:500], curves=2, tenors=1, shock=Shock.ABSOLUTE)
    ask = ScenarioAsk(method="parametric", window=500, correlation_days=days)
    matrix = build_covariance(history, factors, ask).matrix
    np.testing.assert_allclose(np.diag(matrix), (moves[:500] ** 2).sum(axis=0) / 499.0)
    assert matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1]) == pytest.approx(1.0 - 0.5 / days, abs=0.1)
