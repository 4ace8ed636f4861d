"""Counts of requests of persons, and of the rows that hold their data."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core.errors import NotFound
from portal.domain.compliance import privacy_counts as counts
from portal.domain.compliance.record_classes import CLASSES, OWNER, USER, by_code, of_subject

AT = datetime(2026, 5, 8, 12, tzinfo=UTC)
STATES = ["received", "proposed", "done"]


def test_what_is_not_done_is_open_and_late_after_its_deadline():
    assert counts.open_count(STATES) == 2
    assert counts.waiting_count(STATES) == 1
    due = [AT - timedelta(seconds=1), AT, AT - timedelta(days=9)]
    assert counts.late_count(STATES, due, AT) == 1


def test_the_clock_stops_with_the_answer():
    due = AT + timedelta(days=2)
    assert counts.days_left(due, None, AT) == 2
    assert counts.days_left(due, AT + timedelta(days=3), AT) == -1


def test_a_hold_is_in_force_until_it_is_released():
    assert counts.in_force_count([None, AT, AT + timedelta(seconds=1)], AT) == 2


def test_rows_are_added_and_the_oldest_counts():
    assert counts.row_count([2, 3]) == 5
    assert counts.oldest_age([date(2026, 5, 1), date(2026, 4, 8)], AT.date()) == 30
    assert counts.oldest_age([], AT.date()) is None


def test_classes_have_codes_of_their_own_and_subjects():
    assert len({item.code for item in CLASSES}) == len(CLASSES)
    assert {item.code for item in of_subject(OWNER)} == {"owners", "documents", "screening"}
    assert len(of_subject(USER)) + len(of_subject(OWNER)) == len(CLASSES)
    assert by_code("training").regimes == ("MIFID",)
    with pytest.raises(NotFound):
        by_code("photos")
