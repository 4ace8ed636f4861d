"""Risk from exposures and moves: the same figures as from the cube, and gaps that are named."""

import tracemalloc

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.decomposition import split_es, split_var
from portal.domain.risk.errors import EmptyPortfolio
from portal.domain.risk.factor_tail import factor_tail, sparse_parts, tail_moves

RANDOM = np.random.default_rng(5)
EXPOSURES = RANDOM.normal(size=(40, 7))
MOVES = RANDOM.standard_t(4, (300, 7))
POSITIONS = [f"trade {at}" for at in range(40)]
FACTORS = [f"TTF +{at}" for at in range(7)]


@pytest.mark.parametrize("half_width", [0, 4])
@pytest.mark.parametrize("weights", [None, 0.99 ** np.arange(299, -1, -1)], ids=["equal", "by age"])
def test_the_same_figures_as_from_the_cube(half_width, weights):
    found = factor_tail(EXPOSURES, MOVES, 0.975, weights=weights, half_width=half_width)
    cube = MOVES @ EXPOSURES.T
    es, var = split_es(cube, 0.975, weights), split_var(cube, 0.975, weights, half_width=half_width)
    assert found.tail.es == pytest.approx(es.total, rel=1e-12)
    assert found.tail.var == pytest.approx(var.total, rel=1e-12)
    np.testing.assert_allclose(found.position_es, es.parts, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(found.tail.scenarios, es.tail.scenarios)
    for parts, total in ((found.position_es, found.tail.es), (found.position_var, found.tail.var)):
        assert parts.sum() == pytest.approx(total, rel=1e-12)
    assert found.factor_es.sum() == pytest.approx(found.tail.es, rel=1e-12)
    assert found.factor_var.sum() == pytest.approx(found.tail.var, rel=1e-12)
    cells = found.cell_es(EXPOSURES)
    np.testing.assert_allclose(cells.sum(axis=0), found.factor_es)
    np.testing.assert_allclose(cells.sum(axis=1), found.position_es)


def test_entries_give_the_same_parts_as_the_table():
    found = factor_tail(EXPOSURES, MOVES, 0.975)
    row, column = np.nonzero(EXPOSURES)
    falls = tail_moves(MOVES, found.tail)
    parts = sparse_parts(row, column, EXPOSURES[row, column], 41, falls)
    np.testing.assert_allclose(parts[:40], found.position_es)
    assert parts[40] == 0.0


def test_the_cube_is_never_made():
    exposures, moves = RANDOM.normal(size=(5000, 50)), RANDOM.normal(size=(2500, 50))
    tracemalloc.start()
    factor_tail(exposures, moves, 0.99)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # the cube takes 100 MB


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gap_is_named(bad):
    moves = MOVES.copy()
    moves[12, 3] = bad
    with pytest.raises(SeriesHasNaN, match=r"move of TTF \+3 is missing in scenario 13"):
        factor_tail(EXPOSURES, moves, 0.9, factors=FACTORS)
    exposures = EXPOSURES.copy()
    exposures[5, 2] = bad
    with pytest.raises(SeriesHasNaN, match="exposure of trade 5 is missing"):
        factor_tail(exposures, MOVES, 0.9, positions=POSITIONS)


@pytest.mark.parametrize(
    ("exposures", "moves", "error"),
    [
        (np.empty((0, 7)), MOVES, EmptyPortfolio),
        (np.empty((3, 0)), np.empty((9, 0)), EmptyPortfolio),
        (np.ones((3, 2)), MOVES, LengthMismatch),
        (EXPOSURES, MOVES[:5], InsufficientHistory),
        (EXPOSURES, MOVES[:0], InsufficientHistory),
    ],
    ids=["no trade", "no factor", "other factors", "too few", "none"],
)
def test_what_cannot_be_measured_is_refused(exposures, moves, error):
    with pytest.raises(error):
        factor_tail(exposures, moves, 0.9)
