"""How services stand and stood."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.monitoring.standing import count_services, count_unwell, seconds_by_state, share_good

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
END = BEGIN + timedelta(hours=10)


def hour(number: float) -> datetime:
    return BEGIN + timedelta(hours=number)


def test_what_nobody_could_look_at_is_not_good():
    assert count_unwell(["good", "unknown", "warning", "bad"]) == 3
    assert count_unwell([]) == 0
    assert count_services(["a", "b", "a"]) == 2


def test_time_is_split_at_the_changes_and_adds_up():
    changes = [(hour(-5), "good"), (hour(4), "bad"), (hour(6), "good")]
    spent = seconds_by_state(changes, BEGIN, END)
    assert spent == {"good": 8 * 3600.0, "warning": 0.0, "bad": 2 * 3600.0, "unknown": 0.0}
    assert share_good(changes, BEGIN, END) == pytest.approx(0.8)


def test_what_lies_before_the_first_change_is_unknown_and_counts_for_neither():
    changes = [(hour(5), "good"), (hour(9), "warning")]
    assert seconds_by_state(changes, BEGIN, END)["unknown"] == 5 * 3600.0
    assert share_good(changes, BEGIN, END) == pytest.approx(0.8)


def test_nothing_known_has_no_share():
    assert share_good([], BEGIN, END) is None
    assert share_good([(hour(-1), "unknown")], BEGIN, END) is None


def test_changes_after_the_end_do_not_count():
    spent = seconds_by_state([(hour(-1), "bad"), (hour(11), "good")], BEGIN, END)
    assert spent["bad"] == 10 * 3600.0
