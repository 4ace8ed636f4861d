"""Reverse stress: crossings by bisection, losses that turn, scenarios that end, and the most likely direction."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.stress.reverse import likely_direction, smallest_multiple


def test_a_crossing_is_found_to_a_ten_thousandth():
    found = smallest_multiple(lambda m: 100.0 * m + 40.0 * m * m, 500.0)
    expected = (-100.0 + np.sqrt(100.0**2 + 4 * 40.0 * 500.0)) / 80.0
    assert found.multiple == pytest.approx(expected, rel=2e-4)
    assert found.loss_at >= 500.0
    assert found.monotone
    assert list(found.trials) == sorted(found.trials)


def test_a_loss_that_is_never_reached_says_how_far_was_looked():
    found = smallest_multiple(lambda m: m, 100.0, most=4.0)
    assert (found.multiple, found.reached, found.loss_at) == (None, 4.0, 4.0)


def test_a_loss_that_turns_is_flagged():
    found = smallest_multiple(lambda m: 80.0 * np.sin(3.0 * m) + 10.0 * m, 100.0, most=20.0)
    assert found.multiple is not None
    assert not found.monotone


def test_a_scenario_that_cannot_go_further_ends_the_way():
    def loss(multiple):
        if multiple > 1.7:
            raise BadParameter("below zero")
        return 100.0 * multiple

    assert smallest_multiple(loss, 150.0).multiple == pytest.approx(1.5, rel=1e-3)
    found = smallest_multiple(loss, 300.0)
    assert found.multiple is None
    assert found.reached == pytest.approx(1.7, abs=0.01)


@pytest.mark.parametrize(("loss", "most"), [(0.0, 5.0), (-1.0, 5.0), (float("nan"), 5.0), (1.0, 0.0)])
def test_a_loss_must_be_a_positive_number(loss, most):
    with pytest.raises(BadParameter, match="above zero"):
        smallest_multiple(lambda m: m, loss, most=most)


def test_a_loss_that_is_not_a_number_is_refused():
    with pytest.raises(SeriesHasNaN, match="not a number"):
        smallest_multiple(lambda _: float("nan"), 1.0)


def test_the_likely_direction_is_nearest_in_the_metric_of_the_covariance():
    rng = np.random.default_rng(4)
    moves = rng.standard_normal((5000, 3)) @ np.array([[2.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 0.7]])
    exposure = np.array([3.0, -1.0, 2.0])
    found = likely_direction(moves, exposure)
    covariance = moves.T @ moves / len(moves)
    assert found.deviation == pytest.approx(np.sqrt(exposure @ covariance @ exposure))
    assert exposure @ found.move == pytest.approx(-found.deviation)  # costs one deviation
    inverse = np.linalg.inv(covariance)
    assert found.move @ inverse @ found.move == pytest.approx(1.0)  # at one deviation
    for _ in range(20):  # any other move of this loss is further away
        other = (
            found.move
            + (step := rng.standard_normal(3))
            - exposure * (step @ exposure) / (exposure @ exposure)
        )
        assert other @ inverse @ other > 1.0


def test_too_few_or_unfit_moves_are_refused():
    with pytest.raises(InsufficientHistory, match="needs 60"):
        likely_direction(np.ones((59, 1)), np.ones(1))
    with pytest.raises(LengthMismatch):
        likely_direction(np.ones((60, 2)), np.ones(1))
    with pytest.raises(SeriesHasNaN):
        likely_direction(np.full((60, 1), np.nan), np.ones(1))
    with pytest.raises(BadParameter, match="does not depend"):
        likely_direction(np.ones((60, 1)), np.zeros(1))
