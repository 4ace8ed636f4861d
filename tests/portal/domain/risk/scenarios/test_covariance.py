"""Estimators by hand and against their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.scenarios.ask import CovarianceKind
from portal.domain.risk.scenarios.covariance import (
    estimate,
    ewma_covariance,
    factor_of,
    ledoit_wolf,
    nearest_covariance,
    sample_covariance,
)
from tests.portal.domain.risk.scenarios.scenario_cases import correlated


def test_the_sample_has_mean_zero_and_divisor_n_less_one():
    np.testing.assert_allclose(
        sample_covariance(np.array([[1.0, 2.0], [3.0, 4.0]])), [[10.0, 14.0], [14.0, 20.0]]
    )


def test_recent_days_weigh_more_and_weights_sum_to_one():
    moves = np.array([[2.0], [4.0]])
    np.testing.assert_allclose(ewma_covariance(moves, 0.5), [[(0.5 * 4.0 + 16.0) / 1.5]])
    np.testing.assert_allclose(ewma_covariance(moves, 1.0), [[10.0]])
    with pytest.raises(BadParameter, match="decay of a day"):
        ewma_covariance(moves, 1.5)


def defined(moves):
    """Ledoit and Wolf (2004), lemma 3.2 to 3.5, day by day."""
    n, k = moves.shape
    sample = moves.T @ moves / n
    mean = np.trace(sample) / k
    distance = np.sum((sample - mean * np.eye(k)) ** 2)
    error = sum(np.sum((np.outer(row, row) - sample) ** 2) for row in moves) / n**2
    share = min(error, distance) / distance
    return share * mean * np.eye(k) + (1.0 - share) * sample, share


@settings(max_examples=30)
@given(seed=st.integers(0, 1_000), n=st.integers(3, 40), k=st.integers(2, 12))
def test_shrinkage_is_that_of_the_paper(seed, n, k):
    moves = correlated(n, k, seed=seed) * np.random.default_rng(seed).uniform(0.5, 3.0, k)
    found = ledoit_wolf(moves)
    matrix, share = defined(moves)
    np.testing.assert_allclose(found.matrix, matrix, rtol=1e-9, atol=1e-12)
    assert found.shrinkage == pytest.approx(share, rel=1e-9, abs=1e-12)
    assert np.linalg.eigvalsh(found.matrix)[0] > -1e-12


def test_the_shrunk_estimate_keeps_variances_and_does_not_depend_on_units():
    moves = correlated(50, 40, seed=2)
    units = np.geomspace(1e-4, 1e4, 40)
    found, rescaled = (
        estimate(moves, CovarianceKind.LEDOIT_WOLF),
        estimate(moves * units, CovarianceKind.LEDOIT_WOLF),
    )
    np.testing.assert_allclose(np.diag(found.matrix), np.diag(sample_covariance(moves)), rtol=1e-12)
    np.testing.assert_allclose(rescaled.matrix, found.matrix * np.outer(units, units), rtol=1e-9)
    assert 0.0 < found.shrinkage < 1.0
    assert np.linalg.eigvalsh(found.matrix)[0] > 0.0  # fifty days of forty factors, and still usable


def test_rows_of_a_factor_give_the_matrix_back():
    matrix = sample_covariance(correlated(3, 6))  # of rank 3
    rows = factor_of(matrix)
    assert len(rows) == 3
    np.testing.assert_allclose(rows.T @ rows, matrix, atol=1e-12)
    power = (rows**2).sum(axis=1)
    assert (np.diff(power) <= 0.0).all()
    assert factor_of(np.zeros((2, 2))).shape == (0, 2)


def test_what_is_no_covariance_is_refused():
    with pytest.raises(InsufficientHistory, match="at least 2 days"):
        sample_covariance(np.ones((1, 2)))
    with pytest.raises(SeriesHasNaN, match="moves of factor 1"):
        estimate(np.array([[np.nan, 1.0], [1.0, 2.0]]), CovarianceKind.LEDOIT_WOLF)


def test_an_impossible_covariance_is_repaired_with_its_variances():
    # The example of section 4 of Higham (2002), with standard deviations of 2, 3 and 1.
    deviation = np.array([2.0, 3.0, 1.0])
    scale = np.outer(deviation, deviation)
    found = nearest_covariance(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]) * scale)
    np.testing.assert_allclose(
        (found.matrix / scale)[[0, 0, 1], [1, 2, 2]], [0.760690, 0.157298, 0.760690], atol=1e-6
    )
    np.testing.assert_allclose(np.diag(found.matrix), deviation**2)
    assert found.distance == pytest.approx(0.5278, abs=1e-4)
    assert np.linalg.eigvalsh(found.matrix)[0] > -1e-10


def test_a_good_covariance_is_not_touched():
    good = sample_covariance(correlated(50, 4))
    good[2], good[:, 2] = 0.0, 0.0  # a factor that never moves
    found = nearest_covariance(good)
    np.testing.assert_array_equal(found.matrix, good)
    assert found.distance == 0.0


def test_what_cannot_be_repaired_is_refused():
    with pytest.raises(SeriesHasNaN, match="covariances"):
        nearest_covariance(np.array([[1.0, np.nan], [np.nan, 1.0]]))
    with pytest.raises(BadParameter, match="symmetric"):
        nearest_covariance(np.array([[1.0, 0.1], [0.2, 1.0]]))
    with pytest.raises(LengthMismatch, match="square"):
        nearest_covariance(np.ones((2, 3)))
    with pytest.raises(BadParameter, match="Factor 2 has a variance of -1"):
        nearest_covariance(np.diag([1.0, -1.0]))
