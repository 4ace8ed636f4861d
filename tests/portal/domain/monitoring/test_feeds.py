"""Feeds against what is agreed about them, by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.monitoring.cron import CronLine
from portal.domain.monitoring.feed_figures import (
    age_hours,
    count_late,
    count_missing,
    in_time_share,
    newest_rows,
    usual_rows,
)
from portal.domain.monitoring.feeds import (
    WINDOW,
    Delivery,
    Due,
    Terms,
    deliveries,
    due_between,
    expect,
    judge,
    rows_of,
)
from portal.domain.monitoring.health import State

MONDAY = date(2026, 3, 2)
EVENING = Terms(CronLine("30 18 * * mon-fri", "UTC"), timedelta(minutes=30), holidays=True)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def week(*rows: int, hour: int = 18) -> dict[date, Delivery]:
    """One delivery a day from Monday on; 0 rows is a day that never came."""
    days = [MONDAY + timedelta(days=n) for n in range(len(rows))]
    return deliveries([(day, at(day, hour, 20), n) for day, n in zip(days, rows, strict=True) if n])


def stand(found, now, terms=EVENING, ends_on=None):
    dues = due_between(terms, MONDAY - timedelta(days=40), now.date())
    return judge(expect(dues, found, now, ends_on=ends_on), ends_on=ends_on)


def test_nothing_is_due_on_weekends_and_days_off():
    easter = due_between(EVENING, date(2026, 4, 2), date(2026, 4, 7))
    assert [one.day for one in easter] == [date(2026, 4, 2), date(2026, 4, 7)]
    assert easter[0].deadline == at(date(2026, 4, 2), 19)
    always = Terms(EVENING.line, EVENING.grace)
    assert len(due_between(always, date(2026, 4, 2), date(2026, 4, 7))) == 4


def test_a_local_time_is_due_earlier_in_summer_and_names_its_local_day():
    berlin = Terms(CronLine("30 0 * * *", "Europe/Berlin"), timedelta(0), offset=-1)
    found = due_between(berlin, date(2026, 3, 28), date(2026, 3, 30))
    assert [one.at for one in found] == [
        at(date(2026, 3, 28), 23, 30), at(date(2026, 3, 29), 22, 30), at(date(2026, 3, 30), 22, 30),
    ]  # fmt: skip
    assert [one.day.day for one in found] == [28, 29, 30]


def test_a_day_is_there_once_enough_rows_are():
    early, late = at(MONDAY, 12), at(MONDAY, 18)
    found = deliveries([(MONDAY, late, 20), (MONDAY, early, 6)], 10)[MONDAY]
    assert found == Delivery(MONDAY, late, late, 26)
    assert deliveries([(MONDAY, early, 6)], 10) == {}
    corrected = deliveries([(MONDAY, early, 6), (MONDAY, late, 6)], 6)[MONDAY]
    assert (corrected.at, corrected.last_at, corrected.rows) == (early, late, 12)


def test_the_newest_delivery_may_still_come_in_time_and_is_late_one_moment_after_its_deadline():
    found, tuesday = week(10), MONDAY + timedelta(days=1)
    waiting = stand(found, at(tuesday, 19))
    assert (waiting.state, waiting.expected[-1].outcome) == (State.GOOD, "waiting")
    assert "has time until 19:00" in waiting.reason
    late = stand(found, at(tuesday, 19) + timedelta(microseconds=1))
    assert (late.state, late.late_since, late.late_days) == (State.BAD, at(tuesday, 19), (tuesday,))
    assert "due at 2026-03-03 18:30 UTC" in late.reason


def test_a_late_delivery_is_not_taken_for_the_next_one():
    tuesday, wednesday = (MONDAY + timedelta(days=n) for n in (1, 2))
    found = deliveries([(MONDAY, at(MONDAY, 18), 9), (tuesday, at(wednesday, 18, 20), 9)])
    now = at(wednesday, 19, 30)
    judged = stand(found, now)
    assert [one.outcome for one in judged.expected] == ["in time", "late", "missing"]
    assert judged.late_days == (wednesday,)


def test_what_never_came_although_newer_days_did_is_a_warning_that_names_it():
    judged = stand(week(9, 0, 9), at(MONDAY + timedelta(days=2), 20))
    assert (judged.state, judged.missing) == (State.WARNING, (MONDAY + timedelta(days=1),))
    assert "2026-03-03 never did" in judged.reason


def test_half_of_the_usual_rows_is_short_but_no_less():
    now = at(MONDAY + timedelta(days=3), 20)
    assert stand(week(10, 10, 10, 5), now).state is State.GOOD
    short = stand(week(10, 10, 10, 4), now)
    assert short.state is State.WARNING
    assert "has 4 rows; 10 are usual" in short.reason


def test_a_feed_that_ends_is_judged_up_to_its_end():
    friday = MONDAY + timedelta(days=4)
    later = at(friday + timedelta(days=90), 12)
    complete = stand(week(9, 9, 9, 9, 9), at(friday, 23), ends_on=friday)
    assert complete.state is State.GOOD
    assert "where it ends" in complete.reason
    dues = due_between(EVENING, MONDAY, friday)
    assert judge(expect(dues, week(9, 9, 9), later, ends_on=friday), ends_on=friday).late_days == (
        friday - timedelta(days=1), friday,
    )  # fmt: skip


def test_nothing_known_is_unknown_not_good():
    assert stand({}, at(MONDAY, 20)).state is State.UNKNOWN


def test_only_the_newest_deliveries_count():
    days = [MONDAY - timedelta(days=n) for n in range(60)]
    found = deliveries([(day, at(day, 18), 9) for day in days])
    assert len(stand(found, at(MONDAY, 20)).expected) == WINDOW


def test_late_since_is_the_first_that_did_not_come_however_long_ago():
    tuesday = MONDAY + timedelta(days=1)
    months_later = MONDAY + timedelta(days=100)
    judged = stand(week(9), at(months_later, 20))
    assert (judged.state, judged.late_since, len(judged.expected)) == (State.BAD, at(tuesday, 19), WINDOW)
    assert judged.reason.startswith("The delivery for 2026-03-03 and 68 later has not come")
    assert judged.late_days == tuple(one.due.day for one in judged.expected)


def test_figures():
    due = Due(MONDAY, at(MONDAY, 18), at(MONDAY, 19))
    shown = expect([due], week(12), at(MONDAY, 20))
    assert rows_of(shown) == [12]
    assert usual_rows([12, None, 20, 13]) == 13.0
    assert newest_rows([12, 20, None]) == 20
    assert newest_rows([None]) is None
    assert usual_rows([]) is None
    outcomes = ["in time", "late", "missing", "waiting"]
    assert in_time_share(outcomes) == pytest.approx(1 / 3)
    assert in_time_share(["waiting"]) is None
    assert count_missing(outcomes) == 1
    assert count_late(["bad", "good", "unknown", "bad"]) == 2
    assert age_hours([at(MONDAY, 12), at(MONDAY, 18)], at(MONDAY, 19, 30)) == 1.5
    assert age_hours([], at(MONDAY, 19)) is None
