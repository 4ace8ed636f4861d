"""Correlation: values, gaps, warnings, shrinkage and repair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.domain.market.correlation import (
    correlate,
    nearest_correlation,
    rolling_correlation,
    shrink_covariance,
)
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN

NOISE = np.random.default_rng(5).normal(size=(300, 4))


def test_equals_numpy_when_nothing_is_missing():
    result = correlate(NOISE)
    assert result.matrix == pytest.approx(np.corrcoef(NOISE, rowvar=False), abs=1e-12)
    assert result.condition_number == pytest.approx(np.linalg.cond(result.matrix), rel=1e-9)
    assert not result.ill_conditioned
    assert result.warning is None
    assert result.counts[0, 0] == 300


def test_gaps_cost_days_of_all_or_of_the_pair():
    table = NOISE.copy()
    table[:100, 0] = np.nan
    complete, pairwise = correlate(table), correlate(table, overlap="pairwise")
    assert complete.counts[1, 2] == 200
    assert (pairwise.counts[0, 1], pairwise.counts[1, 2]) == (200, 300)
    assert pairwise.matrix[1, 2] == pytest.approx(np.corrcoef(NOISE[:, 1], NOISE[:, 2])[0, 1])
    assert pairwise.matrix[0, 1] == pytest.approx(np.corrcoef(NOISE[100:, 0], NOISE[100:, 1])[0, 1])


def test_near_copies_are_named():
    table = np.column_stack([NOISE[:, :2], NOISE[:, 0] + 1e-3 * NOISE[:, 2]])
    result = correlate(table, ("BRENT", "TTF", "DUBAI"))
    assert result.ill_conditioned
    assert "BRENT and DUBAI move almost together" in result.warning
    assert result.warning.endswith("before inverting it.")


def test_more_series_than_days_is_said():
    result = correlate(NOISE[:4].copy().repeat(1, axis=0)[:, :4], ("A", "B", "C", "D"))
    assert np.isinf(result.condition_number)
    assert "4 common days are too few for 4 series" in result.warning


def test_a_constant_series_is_left_blank():
    table = NOISE.copy()
    table[:, 3] = 1.0
    result = correlate(table, ("A", "B", "C", "PEG"))
    assert np.isnan(result.matrix[3]).all()
    assert "PEG did not move" in result.warning
    assert result.ill_conditioned


def test_refusals():
    with pytest.raises(InsufficientHistory, match="at least 2 series"):
        correlate(NOISE[:, :1])
    with pytest.raises(LengthMismatch, match="4 series but 1 names"):
        correlate(NOISE, ("A",))
    with pytest.raises(LengthMismatch, match="must be a table"):
        correlate(NOISE[:, 0])
    gappy = np.full((10, 2), np.nan)
    with pytest.raises(InsufficientHistory, match="Only 0 days"):
        correlate(gappy)
    with pytest.raises(SeriesHasNaN):
        shrink_covariance(gappy)
    with pytest.raises(InsufficientHistory, match="at least 3 days"):
        shrink_covariance(NOISE[:2])


@given(arrays(np.float64, (20, 3), elements=st.floats(-10, 10)), st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_scale_and_shift_do_not_matter(table, factor, shift):
    table = table + NOISE[:20, :3]
    before, after = correlate(table).matrix, correlate(factor * table + shift).matrix
    assert after == pytest.approx(before, abs=1e-9)
    assert np.all(np.abs(before) <= 1.0)


def test_rolling_equals_the_plain_calculation():
    x, y = NOISE[:, 0], NOISE[:, 0] + NOISE[:, 1]
    rolled = rolling_correlation(x, y, 30)
    assert np.isnan(rolled[:29]).all()
    assert rolled[29:] == pytest.approx(
        [np.corrcoef(x[i - 29 : i + 1], y[i - 29 : i + 1])[0, 1] for i in range(29, 300)]
    )
    assert np.isnan(rolling_correlation(np.ones(40), x[:40], 30)).all()
    assert np.isnan(rolling_correlation(x[:5], y[:5], 30)).all()
    with pytest.raises(BadParameter):
        rolling_correlation(x, y, 2)


def test_shrinkage_by_the_published_formula():
    table = NOISE[:6]
    centred = table - table.mean(axis=0)
    n, k = table.shape
    sample = centred.T @ centred / n
    level = np.trace(sample) / k
    spread = np.sum((sample - level * np.eye(k)) ** 2) / k
    noise = sum(np.sum((np.outer(row, row) - sample) ** 2) for row in centred) / (k * n * n)
    weight = min(noise, spread) / spread
    shrunk = shrink_covariance(table)
    assert shrunk.shrinkage == pytest.approx(weight)
    assert shrunk.covariance == pytest.approx((1 - weight) * sample + weight * level * np.eye(k))
    assert np.diag(shrunk.correlation) == pytest.approx(np.ones(k))
    assert np.linalg.eigvalsh(shrunk.correlation)[0] > 0.0


def test_shrinkage_fades_with_days_and_saves_short_samples():
    wide = np.random.default_rng(1).normal(size=(10, 30))
    assert (
        shrink_covariance(np.random.default_rng(1).normal(size=(5000, 3)) * [1.0, 5.0, 9.0]).shrinkage < 0.01
    )
    assert np.linalg.cond(shrink_covariance(wide).covariance) < 1e3


def test_repair_of_the_published_example():
    # Higham (2002), section 4: [[2,-1,0,0],...] is his 4 x 4; this 3 x 3 has the known nearest matrix 0.7607, 0.1573
    given_matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    repaired = nearest_correlation(given_matrix)
    assert repaired.matrix[0, 1] == pytest.approx(0.76069, abs=1e-5)
    assert repaired.matrix[0, 2] == pytest.approx(0.15730, abs=1e-5)
    assert repaired.distance == pytest.approx(0.52779, abs=1e-5)


@given(arrays(np.float64, (5, 5), elements=st.floats(-1, 1)))
def test_repaired_matrices_are_correlations(entries):
    matrix = np.tril(entries, -1)
    matrix = matrix + matrix.T + np.eye(5)
    repaired = nearest_correlation(matrix)
    assert np.diag(repaired.matrix) == pytest.approx(np.ones(5))
    assert np.linalg.eigvalsh(repaired.matrix)[0] > -1e-10
    assert repaired.matrix == pytest.approx(repaired.matrix.T)


def test_a_good_matrix_is_left_alone():
    matrix = np.corrcoef(NOISE, rowvar=False)
    repaired = nearest_correlation(matrix)
    assert repaired.distance == 0.0
    assert repaired.matrix == pytest.approx(matrix)
    with pytest.raises(LengthMismatch, match="is square"):
        nearest_correlation(NOISE)
