"""Counts and durations of jobs, by hand and at their boundaries."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.monitoring import runs

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("asked", "ended", "count"),
    [
        pytest.param(NOON, None, 1, id="asked at the moment"),
        pytest.param(NOON - HOUR, NOON, 0, id="ended at the moment"),
        pytest.param(NOON - HOUR, NOON + HOUR, 1, id="ended later"),
        pytest.param(NOON + HOUR, None, 0, id="asked later"),
    ],
)
def test_under_way(asked, ended, count):
    assert runs.under_way([asked], [ended], NOON) == count


@pytest.mark.parametrize(
    ("state", "ended", "count"),
    [
        pytest.param("failed", NOON, 1, id="at the moment"),
        pytest.param("lost", NOON - 23 * HOUR, 1, id="within"),
        pytest.param("failed", NOON - 24 * HOUR, 0, id="a day ago"),
        pytest.param("failed", NOON + HOUR, 0, id="later"),
        pytest.param("cancelled", NOON, 0, id="no failure"),
        pytest.param("failed", None, 0, id="not ended"),
    ],
)
def test_unsuccessful(state, ended, count):
    assert runs.unsuccessful([state], [ended], NOON) == count


def test_durations():
    assert runs.run_seconds(NOON, NOON + HOUR) == 3600.0
    assert runs.run_seconds(None, NOON) is None
    assert runs.run_seconds(NOON, None) is None
    assert runs.typical_seconds([1.0, 2.0, 90.0]) == 2.0
    assert runs.typical_seconds([]) is None
