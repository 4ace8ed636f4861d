"""Figures of machines and databases out of samples: hand-computed, with what is missing left unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.monitoring import infrastructure as of
from portal.domain.monitoring.samples import Point

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def points(*values: float, late: int = 0) -> list[Point]:
    return [Point(AT + timedelta(seconds=15 * (number + late)), value) for number, value in enumerate(values)]


def test_values_over_labels_are_those_of_the_newest_moment():
    found = {("a", "x=1"): points(1.0, 5.0), ("a", "x=2"): points(1.0, 2.0), ("a", "x=3"): points(9.0)}
    assert of.newest(found, "a") == 7.0  # x=3 is gone since
    assert of.largest(found, "a") == 5.0
    assert of.smallest(found, "a") == 2.0


@pytest.mark.parametrize("function", [of.newest, of.largest, of.smallest, of.growth_per_second])
def test_without_samples_nothing_is_known(function):
    assert function({}, "a") is None
    assert function({("b", ""): points(1.0, 2.0)}, "a") is None
    assert function({("a", ""): []}, "a") is None


def test_a_share_needs_both_and_a_whole():
    assert of.share({("a", ""): points(1.0), ("b", ""): points(4.0)}, "a", "b") == 0.25
    assert of.share({("a", ""): points(1.0), ("b", ""): points(0.0)}, "a", "b") is None
    assert of.share({("a", ""): points(0.0), ("b", ""): points(4.0)}, "a", "b") == 0.0
    assert of.share({("a", ""): points(1.0)}, "a", "b") is None


def test_share_of_growth_survives_a_new_start_and_needs_growth():
    found = {("hit", ""): points(100.0, 190.0), ("miss", ""): points(50.0, 10.0)}
    assert of.share_of_growth(found, "hit", "miss") == 0.9  # the second began anew and read 10
    still = {("hit", ""): points(5.0, 5.0), ("miss", ""): points(1.0, 1.0)}
    assert of.share_of_growth(still, "hit", "miss") is None
    assert of.share_of_growth({("hit", ""): points(5.0, 6.0)}, "hit", "miss") is None


def test_growth_per_second_is_added_up():
    found = {("n", "card=a"): points(0.0, 15.0, 30.0), ("n", "card=b"): points(0.0, 30.0)}
    assert of.growth_per_second(found, "n") == 1.0 + 2.0
