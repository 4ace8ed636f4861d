"""Pauses between attempts."""

import pytest

from portal.domain.monitoring.retrying import LONGEST_SECONDS, pause_seconds


def test_it_doubles_up_to_an_hour():
    full = [pause_seconds(attempt, 0.999_999) for attempt in range(1, 12)]
    assert full[:4] == pytest.approx([15, 30, 60, 120], rel=1e-5)
    assert full[-1] == pytest.approx(LONGEST_SECONDS, rel=1e-5)


def test_half_of_it_is_left_to_chance():
    assert pause_seconds(3, 0.0) == 30.0
    assert pause_seconds(3, 0.5) == 45.0
    assert pause_seconds(10_000, 0.0) == LONGEST_SECONDS / 2


@pytest.mark.parametrize(("attempt", "draw"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_what_makes_no_sense_is_refused(attempt, draw):
    with pytest.raises(ValueError, match="An attempt counts from 1"):
        pause_seconds(attempt, draw)
