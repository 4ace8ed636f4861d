"""Euler splits: smoothing over ranks, splits that cancel out, the normal split."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.decomposition import fitted, normal_split, split_es, split_var, var_ranks
from portal.domain.risk.errors import NotPositiveSemidefinite

RANDOM = np.random.default_rng(3)
TABLE = RANDOM.standard_t(4, (500, 6)) * [1.0, 2.0, 3.0, -2.0, 0.5, 1.0]


def test_shares_and_residual():
    found = split_es(TABLE, 0.99)
    assert found.shares.sum() == pytest.approx(1.0)
    assert abs(found.residual) < 1e-12 * found.total
    assert split_es(np.zeros((50, 2)), 0.9).shares.tolist() == [0.0, 0.0]


def test_smoothing_keeps_the_sum_and_lowers_the_noise():
    noise = []
    for width in (0, 5, 10):
        parts = []
        for seed in range(60):
            pnl = np.random.default_rng(seed).normal(size=(500, 4))
            found = split_var(pnl, 0.99, half_width=width)
            assert found.parts.sum() == pytest.approx(found.total, rel=1e-12)
            parts.append(found.parts / found.total)
        noise.append(np.std(parts))
    assert noise[0] > 1.5 * noise[1] > 1.5 * noise[2]


def test_ranks_around_the_var_are_cut_off_at_the_ends_and_weigh_less_with_distance():
    total = TABLE.sum(axis=1)
    found = split_var(TABLE, 0.99, half_width=8)
    rows, kernel = var_ranks(total, found.tail, 8)
    assert len(rows) == 5 + 1 + 8
    assert kernel.sum() == pytest.approx(1.0)
    assert rows[kernel.argmax()] == found.tail.scenario
    with pytest.raises(BadParameter, match="0 or more ranks"):
        split_var(TABLE, 0.99, half_width=-1)


def test_ties_at_the_var_are_averaged():
    pnl = np.array([[-1.0, -1.0], [-2.0, 0.0], [5.0, 5.0], [1.0, 1.0]])
    assert split_var(pnl, 0.7).parts.tolist() == [1.5, 0.5]


def test_parts_are_moved_to_the_total_by_size_even_when_they_cancel_out():
    assert fitted(np.array([2.0, -1.0]), 4.0).tolist() == [4.0, 0.0]
    assert fitted(np.array([1.0, -1.0]), 1.0).tolist() == [1.5, -0.5]
    assert fitted(np.zeros(2), 0.0).tolist() == [0.0, 0.0]


def test_normal_split_sums_to_the_tail_factor_times_the_deviation():
    matrix = np.cov(TABLE, rowvar=False)
    exposures = np.arange(1.0, 7.0)
    parts = normal_split(exposures, matrix, 2.0)
    assert parts.sum() == pytest.approx(2.0 * np.sqrt(exposures @ matrix @ exposures), rel=1e-12)
    assert normal_split([1.0, -1.0], np.ones((2, 2)), 2.0).tolist() == [0.0, 0.0]
    with pytest.raises(NotPositiveSemidefinite, match="lowest eigenvalue is -1"):
        normal_split([1.0, 1.0], [[1.0, 2.0], [2.0, 1.0]], 2.0)
    with pytest.raises(BadParameter, match="symmetric"):
        normal_split([1.0, 1.0], [[1.0, 0.5], [0.0, 1.0]], 2.0)
