"""Incidents in time: counts at a moment, mean times, and when one resolves itself; by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.monitoring import incidents
from portal.domain.monitoring.incidents import Step

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("severity", "cleared", "touched", "expected"),
    [
        pytest.param("warning", [NOON, after(3)], False, after(13), id="ten-minutes-after-the-last"),
        pytest.param("info", [NOON], False, after(10), id="info"),
        pytest.param("warning", [NOON, None], False, None, id="one-is-open"),
        pytest.param("critical", [NOON], False, None, id="critical-is-for-people"),
        pytest.param("warning", [NOON], True, None, id="somebody-deals-with-it"),
        pytest.param("warning", [], False, None, id="opened-by-hand"),
    ],
)
def test_when_it_resolves_itself(severity, cleared, touched, expected):
    assert incidents.settles_at(severity, cleared, touched=touched) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [([Step.OPENED, Step.JOINED, Step.CLEARED], False), ([Step.OPENED, Step.COMMENT], True), ([], False)],
)
def test_who_touched_it(steps, expected):
    assert incidents.is_touched(steps) is expected


def test_counts_at_a_moment():
    opened, resolved = [NOON, NOON, after(30)], [None, after(10), None]
    assert [incidents.open_at(opened, resolved, after(m)) for m in (-1, 0, 10, 30)] == [0, 2, 1, 2]
    assert [incidents.resolved_lately(resolved, after(m)) for m in (9, 10, 30 * 1440 + 10)] == [0, 1, 0]


def test_it_waits_until_it_is_taken_and_again_when_it_asks():
    opened, resolved = [NOON] * 4, [None, None, None, after(5)]
    asked = [NOON, NOON, after(9), NOON]
    taken = [None, after(4), after(4), after(5)]
    assert incidents.waiting_at(opened, resolved, asked, taken, after(20)) == 2


def test_mean_times_count_what_was_done_in_the_window():
    begun = [NOON, NOON, NOON, NOON - timedelta(days=40)]
    done = [after(4), after(10), None, NOON - timedelta(days=31)]
    assert incidents.mean_minutes(begun, done, after(60)) == pytest.approx(7.0)
    assert incidents.mean_minutes(begun, done, after(3)) is None
    assert incidents.mean_minutes([], [], NOON) is None


def test_the_worse_of_two():
    assert incidents.worse_of("info", "warning") == "warning"
    assert incidents.worse_of("critical", "warning") == "critical"
