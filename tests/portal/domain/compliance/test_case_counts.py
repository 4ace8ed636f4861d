"""Counts of cases at a moment, and the time that one has left."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.compliance import case_counts as counts

NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def test_states_are_counted():
    states = ["open", "proposed", "closed", "open"]
    assert counts.open_count(states) == 3
    assert counts.waiting_count(states) == 1


def test_a_case_is_late_after_its_deadline_and_not_on_it():
    states = ["open", "proposed", "open", "closed"]
    due = [ago(hours=1), ago(seconds=1), NOW, ago(days=1)]
    assert counts.late_count(states, due, NOW) == 2


def test_decided_lately_means_thirty_days():
    closed = [None, NOW, ago(days=29), ago(days=30), NOW + timedelta(days=1)]
    assert counts.decided_count(closed, NOW) == 2


def test_the_share_in_time_counts_only_what_was_decided_lately():
    due = [NOW, ago(days=3), ago(days=5), NOW]
    closed = [NOW, ago(days=2), ago(days=40), None]
    assert counts.in_time_share(due, closed, NOW) == pytest.approx(0.5)
    assert counts.in_time_share([NOW], [None], NOW) is None


def test_time_left_stops_when_the_case_is_decided():
    assert counts.hours_left(NOW, None, ago(hours=6)) == 6
    assert counts.hours_left(NOW, None, NOW + timedelta(hours=2)) == -2
    assert counts.hours_left(NOW, ago(hours=1), NOW + timedelta(days=9)) == 1
