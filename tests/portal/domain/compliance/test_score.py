"""The compliance score and what takes points off it."""

import pytest

from portal.domain.compliance.score import Part, points_lost, score, share, total

PARTS = (Part("Blocked", 5, 2, 100), Part("Flagged", 2, 10, 200), Part("Late", 3, 1, 20))


def test_the_score_is_what_its_parts_leave():
    assert score(PARTS) == pytest.approx(100 * (1 - (10 + 20 + 3) / (500 + 400 + 60)))
    assert 100 - sum(points_lost(part, PARTS) for part in PARTS) == pytest.approx(score(PARTS))


def test_nothing_open_is_one_hundred_and_nothing_evaluated_is_nothing():
    assert score([Part("Blocked", 5, 0, 10)]) == 100.0
    assert score([Part("Blocked", 5, 3, 0)]) is None
    assert points_lost(PARTS[0], []) is None


def test_it_does_not_fall_below_zero():
    assert score([Part("Blocked", 5, 30, 10)]) == 0.0


def test_shares_and_sums():
    assert share(3, 4) == 0.75
    assert share(0, 0) is None
    assert total([]) == 0.0
    assert total([2, 3]) == 5.0
