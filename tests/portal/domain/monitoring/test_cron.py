"""When a cron line is due: by hand, over the nights when clocks change, against cron's own rules, and in words."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from portal.domain.monitoring.cron import CronLine, read_cron

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def due(text: str, timezone: str, begin: datetime, count: int) -> list[str]:
    line, found = read_cron(text, timezone, now=NEW_YEAR), []
    moment: datetime | None = begin
    for _ in range(count):
        assert moment is not None
        moment = line.next_after(moment)
        found.append(f"{moment:%d %H:%M}")
    return found


def test_weekdays_are_those_of_cron_not_of_a_library():
    friday = datetime(2026, 3, 6, 20, tzinfo=UTC)  # a Friday, after the moment of that day
    for text in ("15 19 * * 1-5", "15 19 * * mon-fri", "15 19 * * MON-FRI"):
        assert due(text, "UTC", friday, 2) == ["09 19:15", "10 19:15"]
    assert due("0 6 * * 0", "UTC", friday, 1) == due("0 6 * * 7", "UTC", friday, 1) == ["08 06:00"]
    assert due("0 6 * * fri-mon", "UTC", friday, 4) == ["07 06:00", "08 06:00", "09 06:00", "13 06:00"]
    assert due("0 6 * * */2", "UTC", friday, 3) == ["07 06:00", "08 06:00", "10 06:00"]


def test_the_night_of_23_hours_has_it_once():
    evening = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("30 2 * * *", "Europe/Berlin", evening, 3) == ["29 01:30", "30 00:30", "31 00:30"]
    assert due("15 19 * * *", "Europe/Berlin", evening, 2) == ["28 18:15", "29 17:15"]
    assert due("0 * * * *", "Europe/Berlin", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), 3) == [
        "29 00:00",
        "29 01:00",
        "29 02:00",
    ]


def test_the_first_hour_after_the_night_of_23_hours_is_not_skipped():
    evening = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("30 0 * * *", "Europe/Berlin", evening, 3) == ["28 23:30", "29 22:30", "30 22:30"]
    assert due("30 0 1 * *", "Europe/Berlin", datetime(2026, 3, 2, tzinfo=UTC), 2) == ["31 22:30", "30 22:30"]


def test_the_night_of_25_hours_has_it_once_and_every_hour():
    evening = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("30 2 * * *", "Europe/Berlin", evening, 2) == ["25 00:30", "26 01:30"]
    assert due("0 * * * *", "Europe/Berlin", datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 4) == [
        "25 00:00",
        "25 01:00",
        "25 02:00",
        "25 03:00",
    ]
    between = datetime(
        2026, 10, 25, 0, 45, tzinfo=UTC
    )  # the first 02:30 is over, the second comes in 45 minutes
    assert due("30 2 * * *", "Europe/Berlin", between, 1) == ["26 01:30"]


def test_utc_knows_no_such_nights():
    assert due("30 2 * * *", "UTC", datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == ["25 02:30", "26 02:30"]


@given(
    st.sampled_from(["15 19 * * mon-fri", "30 2 * * *", "*/20 * * * *", "0 6 1 * *", "0 0 29 2 *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_the_latest_is_the_last_of_all(text: str, timezone: str, begin: datetime, span: timedelta):
    line, after = CronLine(text, timezone), begin.replace(tzinfo=UTC)
    every, moment = [], line.next_after(after)
    while moment is not None and moment <= after + span:
        every.append(moment)
        moment = line.next_after(moment)
    assert line.latest(after, after + span) == (every[-1] if every else None)
    assert all(b > a for a, b in zip(every, islice(every, 1, None), strict=False))
    local = [one.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) for one in every]
    assert len(set(local)) == len(local) or text.startswith("*/")


def test_after_years_the_latest_is_found_quickly():
    line = CronLine("* * * * *", "UTC")
    assert line.latest(datetime(2000, 1, 1, tzinfo=UTC), NEW_YEAR) == NEW_YEAR
    assert CronLine("0 0 29 2 *", "UTC").latest(datetime(2025, 1, 1, tzinfo=UTC), NEW_YEAR) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15 19 * * mon-fri", "Monday to Friday at 19:15 (UTC)"),
        ("5 3 * * *", "Every day at 03:05 (UTC)"),
        ("0 * * * *", "Every day every hour at minute 0 (UTC)"),
        ("*/15 * * * sat,sun", "Saturday, Sunday every 15 minutes (UTC)"),
        ("0 6 1 * *", "On day 1 of the month at 06:00 (UTC)"),
        ("0 6 last 3 *", "On the last day of month 3 at 06:00 (UTC)"),
        ("0,30 6-8 * * *", "Every day at minute 0,30 of hour 6-8 (UTC)"),
    ],
)
def test_in_words(text: str, words: str):
    assert read_cron(text, "UTC", now=NEW_YEAR).words() == words


@pytest.mark.parametrize(
    ("text", "timezone", "said"),
    [
        ("", "UTC", "not a cron line of five fields"),
        ("* * * *", "UTC", "not a cron line of five fields"),
        ("61 * * * *", "UTC", "cannot be read"),
        ("a b * d *", "UTC", "cannot be read"),
        ("0 6 * * noday", "UTC", "'noday' is not a weekday"),
        ("0 6 * * */0", "UTC", "no whole step"),
        ("0 6 1 * mon", "UTC", "Write a \\* for one of them"),
        ("0 6 30 2 *", "UTC", "never comes"),
        ("0 6 * * *", "Mars/Olympus", "not the name of a time zone"),
        ("0 6 * * *", "../etc/passwd", "not the name of a time zone"),
        ("0 6 * * " + "mon," * 40, "UTC", "not a cron line"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, timezone: str, said: str):
    with pytest.raises(DomainError, match=said):
        read_cron(text, timezone, now=NEW_YEAR)
