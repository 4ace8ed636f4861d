"""Counts of alerts at a moment, at the edges of their windows."""

from datetime import UTC, datetime, timedelta

from portal.domain.monitoring.alerts import cleared_lately, open_at, waiting_at

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def test_open_from_its_beginning_until_before_its_end():
    assert open_at([NOON, EARLIER, LATER, EARLIER], [None, NOON, None, LATER], NOON) == 2
    assert open_at([], [], NOON) == 0


def test_waiting_until_somebody_takes_notice():
    raised, cleared = [EARLIER] * 4, [None, None, LATER, EARLIER]
    assert waiting_at(raised, [None, NOON, LATER, None], cleared, NOON) == 2


def test_over_within_the_window():
    week = timedelta(days=7)
    assert cleared_lately([NOON, LATER, None, NOON - week, NOON - week + timedelta(seconds=1)], NOON) == 2
