"""What is filled, from what, how it is counted, and when it is refused."""

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.scenarios.proxies import Missing, complete_moves
from tests.portal.domain.risk.scenarios.scenario_cases import correlated, price_factors

DAYS = np.busday_offset("2025-01-06", np.arange(200))


def test_a_gap_is_filled_from_the_neighbour_by_its_slope():
    factors = price_factors([1], 2)
    base = correlated(200, 1)
    moves = np.hstack([base, 2.0 * base])  # exactly twice: no residual to draw
    moves[[3, 77], 0] = np.nan
    found = complete_moves(moves, factors, DAYS)
    np.testing.assert_allclose(found.moves[:, 0], base[:, 0], rtol=1e-12)
    assert found.proxied.tolist() == [2, 0]
    assert found.drawn.tolist() == [0, 0]


def test_filled_days_are_as_uncertain_as_the_others():
    factors = price_factors([1], 2)
    moves = correlated(200, 2, common=0.3, seed=5)
    moves[100:, 0] = np.nan
    found = complete_moves(moves, factors, DAYS)
    assert found.moves[100:, 0].std() == pytest.approx(found.moves[:100, 0].std(), rel=0.25)
    assert 0.0 < np.corrcoef(found.moves[100:].T)[0, 1] < 0.6


def test_a_whole_curve_is_filled_from_the_curve_that_moved_most_alike():
    factors = price_factors([1, 2, 3], 2)
    rng = np.random.default_rng(4)
    own, other = rng.standard_normal((200, 1)), rng.standard_normal((200, 2))
    moves = np.hstack([own, own, other, -3.0 * own, -3.0 * own])
    moves[50:60, :2] = np.nan
    found = complete_moves(moves, factors, DAYS)
    np.testing.assert_allclose(found.moves[:, :2], np.hstack([own, own]), rtol=1e-12)
    assert found.proxied.tolist() == [10, 10, 0, 0, 0, 0]


def test_where_nothing_is_known_an_own_move_is_drawn_and_counted():
    factors = price_factors([1], 1)
    moves = correlated(200, 1)
    moves[10:20] = np.nan
    found = complete_moves(moves, factors, DAYS)
    assert found.drawn.tolist() == [10]
    assert np.isin(found.moves[10:20], moves[np.isfinite(moves)]).all()


def test_the_same_seed_fills_alike_whatever_else_is_there():
    moves = correlated(200, 4, seed=9)
    moves[5:9, 1] = np.nan
    one = complete_moves(moves, price_factors([1], 4), DAYS, seed=3)
    again = complete_moves(moves, price_factors([1], 4), DAYS, seed=3)
    fewer = complete_moves(moves[:, :3], price_factors([1], 3), DAYS, seed=3)
    np.testing.assert_array_equal(one.moves, again.moves)
    np.testing.assert_array_equal(one.moves[:, 1], fewer.moves[:, 1])


def test_days_are_dropped_when_that_is_asked():
    moves = correlated(200, 3)
    moves[[4, 9], 2] = np.nan
    found = complete_moves(moves, price_factors([1], 3), DAYS, missing=Missing.DROP)
    assert len(found.moves) == 198
    assert 4 not in found.kept
    assert not found.proxied.any()


def test_a_factor_with_too_few_moves_is_named():
    moves = correlated(200, 3)
    moves[59:, 1] = np.nan
    for missing in Missing:
        with pytest.raises(InsufficientHistory, match=r"C1 \+2 has 59 moves .* at least 60 are needed"):
            complete_moves(moves, price_factors([1], 3), DAYS, missing=missing)
