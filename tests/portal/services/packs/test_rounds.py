"""Scheduled packs: made when they are due, for each under their own rights, once, and never later than promised."""

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.config import settings
from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.services import jobs
from portal.services.packs import delivering, readiness, rounds, schedules
from portal.services.packs.schedules import BEFORE, SAME, Terms
from tests.helpers import packs
from tests.helpers.packs import add_value, evening, person, store
from tests.portal.services.monitoring.delivery_desk import rows as messages

pytestmark = pytest.mark.usefixtures("small_packs")

THURSDAY, FRIDAY, MONDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)
DUE = datetime(2026, 11, 23, 5, 45, tzinfo=UTC)  # 06:45 in Berlin
EARLY = DUE - timedelta(hours=1)
TERMS = Terms("morning", "Morning pack", "portfolio", ("ann", "ben"), formats=("json",), wait_minutes=15)


def changed(**given) -> Terms:
    return Terms(**as_dict(TERMS) | given)


@pytest.fixture
def desk(small_packs, monkeypatch):
    """Two readers with different books, on a desk whose numbers are in."""
    add_value("GAS", THURSDAY, 1200.0)
    add_value("GAS", FRIDAY, 1100.0)
    add_value("POWER", FRIDAY, 700.0)
    person("ann", Role.RISK_OFFICER, "GAS", "POWER")
    person("ben", Role.TRADER, "GAS")
    monkeypatch.setattr(readiness, "is_ready", lambda _day, _moment: True)
    monkeypatch.setattr(readiness, "gaps", lambda _clocks, _reader: ())
    monkeypatch.setattr(readiness, "newest", lambda _moment: date(2099, 1, 1))
    store(TERMS, EARLY)


def books(row) -> set[str]:
    said = json.loads(packs.content(row.id, "json"))
    return {one[0] for one in said["chapters"][0]["sections"][0]["parts"][1]["table"]["rows"]}


@pytest.mark.usefixtures("desk")
def test_two_recipients_get_different_rows_from_one_schedule():
    assert rounds.make_due(DUE - timedelta(seconds=1)) == []
    asked = rounds.make_due(DUE + timedelta(seconds=5))
    assert len(asked) == 2
    assert packs.run_all() == ["done", "done"]
    rows = packs.packs()
    assert {row.reader: books(row) for row in rows} == {"ann": {"GAS", "POWER"}, "ben": {"GAS"}}
    assert {(row.as_of, row.known_at, row.due_at, row.state) for row in rows} == {
        (FRIDAY, DUE, DUE, "complete")
    }
    assert {row.made_by for row in rows} == {"schedule morning"}
    assert rounds.make_due(DUE + timedelta(minutes=3)) == []
    assert rounds.make_due(DUE + timedelta(hours=20)) == []


@pytest.mark.usefixtures("desk")
def test_the_alert_of_a_failed_pack_is_over_once_one_is_made(monkeypatch):
    from portal.services.monitoring import alerts
    from portal.services.packs import composing

    def refuse(*_, **__):
        raise DomainError("The books are closed. Open them.")

    olga, compose = person("olga", Role.OPERATIONS), composing.compose
    monkeypatch.setattr(composing, "compose", refuse)
    rounds.make_due(DUE)
    assert packs.run_all() == ["failed", "failed"]
    assert [one.rule for one in alerts.alerts(olga)] == ["jobs.failed"]
    monkeypatch.setattr(composing, "compose", compose)
    rounds.make_due(DUE + timedelta(days=1))
    assert packs.run_all() == ["done", "done"]
    assert [one for one in alerts.alerts(olga) if one.rule == "jobs.failed"] == []


@pytest.mark.usefixtures("desk")
def test_many_looks_at_once_ask_once():
    barrier, asked = threading.Barrier(4), []

    def look() -> None:
        barrier.wait()
        asked.extend(rounds.make_due(DUE + timedelta(seconds=1)))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(asked) == 2
    packs.run_all()
    assert len(packs.packs()) == 2


@pytest.mark.usefixtures("desk")
def test_a_failed_job_is_not_asked_for_again_and_again():
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE users SET is_active = false WHERE username = 'ben'"))
    rounds.make_due(DUE)
    assert sorted(packs.run_all()) == ["done", "failed"]
    assert rounds.make_due(DUE + timedelta(minutes=1)) == []
    assert [row.reader for row in packs.packs()] == ["ann"]


@pytest.mark.usefixtures("desk")
def test_who_may_not_see_the_portfolio_any_more_is_refused_and_the_others_get_theirs():
    from portal.services.monitoring import alerts

    given = as_dict(TERMS) | {"params": {"portfolio": "POWER"}}
    store(Terms(**given), EARLY)
    olga, asked = person("olga", Role.OPERATIONS), rounds.make_due(DUE)
    assert sorted(packs.run_all()) == ["done", "failed"]
    assert [row.reader for row in packs.packs()] == ["ann"]
    (said,) = (error for job in asked if (error := jobs.job(job, olga).error))
    assert said.startswith(
        "Ben may not see this pack: it is about the portfolio 'POWER', which is not among those"
    )
    assert [one.rule for one in alerts.alerts(olga)] == ["jobs.failed"]
    assert rounds.make_due(DUE + timedelta(minutes=1)) == []
    with pytest.raises(DomainError, match="Ben may not see this pack: it is about the portfolio 'POWER'"):
        schedules.write(Terms(**given | {"version": 2}), olga)
    assert schedules.write(Terms(**given | {"recipients": ("ann",), "version": 2}), olga) == 3
    assert schedules.write(Terms(**given | {"params": {}, "version": 3}), olga) == 4


@pytest.mark.usefixtures("desk")
def test_moments_before_a_change_or_while_it_was_off_are_not_made_up_for():
    olga, is_lost = (
        person("olga", Role.OPERATIONS),
        "The pack that was due at 06:45 on 2026-11-23 (Europe/Berlin) will",
    )
    assert rounds.given_up("morning", olga) == ""
    store(TERMS, DUE + timedelta(minutes=15))
    assert rounds.given_up("morning", olga).startswith(is_lost), "its wait is over, and nobody has looked"
    assert rounds.make_due(DUE + timedelta(hours=2)) == []
    assert rounds.make_due(DUE + timedelta(days=1)) != []
    tuesday = DUE + timedelta(days=1)
    store(changed(enabled=False), tuesday + timedelta(minutes=2))
    assert rounds.given_up("morning", olga) == "", "it was made before"
    store(TERMS, tuesday + timedelta(days=1, minutes=3))
    assert rounds.given_up("morning", olga) == "", "it was off when it would have been due"
    assert rounds.make_due(tuesday + timedelta(days=1, minutes=4)) == []


@pytest.mark.usefixtures("desk")
def test_a_pack_that_waits_while_its_schedule_is_changed_is_made_once_by_the_new_version(monkeypatch):
    olga, came = person("olga", Role.OPERATIONS), DUE + timedelta(minutes=17)
    person("carl", Role.TRADER, "GAS")
    monkeypatch.setattr(readiness, "is_ready", lambda _day, moment: moment >= came)
    assert rounds.make_due(DUE + timedelta(minutes=4)) == []
    store(changed(title="Morning"), DUE + timedelta(minutes=5))
    store(changed(wait_minutes=20, formats=("csv",), recipients=("ann", "carl")), DUE + timedelta(minutes=6))
    assert rounds.given_up("morning", olga) == ""
    assert rounds.make_due(DUE + timedelta(minutes=7)) == []
    assert len(rounds.make_due(came)) == 2
    store(changed(wait_minutes=20), came + timedelta(minutes=1))
    assert rounds.given_up("morning", olga) == "", "it is being made"
    assert rounds.make_due(came + timedelta(minutes=2)) == [], (
        "not for those either who came to it afterwards"
    )
    assert packs.run_all() == ["done", "done"]
    assert {(row.reader, row.due_at, row.known_at) for row in packs.packs()} == {
        ("ann", DUE, came),
        ("carl", DUE, came),
    }
    assert all(packs.content(row.id, "csv") for row in packs.packs())
    assert rounds.make_due(DUE + timedelta(hours=20)) == []


@pytest.mark.usefixtures("desk")
def test_a_pack_that_waits_while_its_schedule_is_switched_off_is_given_up_and_that_is_said(monkeypatch):
    olga = person("olga", Role.OPERATIONS)
    monkeypatch.setattr(readiness, "is_ready", lambda _day, _moment: False)
    store(changed(enabled=False), DUE + timedelta(minutes=5))
    assert rounds.given_up("morning", olga) == (
        "The pack that was due at 06:45 on 2026-11-23 (Europe/Berlin) will not be made. "
        "Whoever needs it makes it by hand."
    )
    assert rounds.make_due(DUE + timedelta(hours=2)) == []
    store(TERMS, DUE + timedelta(minutes=6))
    assert rounds.make_due(DUE + timedelta(hours=2)) == []


@pytest.mark.usefixtures("desk")
def test_a_pack_that_waits_is_made_although_its_schedule_is_due_at_another_time_from_then_on(monkeypatch):
    monkeypatch.setattr(readiness, "is_ready", lambda _day, _moment: False)
    store(changed(cron="30 7 * * mon-fri"), DUE + timedelta(minutes=5))
    assert rounds.make_due(DUE + timedelta(minutes=14)) == []
    assert len(rounds.make_due(DUE + timedelta(minutes=15))) == 2
    assert len(rounds.make_due(DUE + timedelta(minutes=60))) == 2
    packs.run_all()
    assert {row.due_at for row in packs.packs()} == {DUE, DUE + timedelta(minutes=45)}


@pytest.mark.usefixtures("desk")
def test_a_monitor_that_was_away_makes_the_last_one_up(monkeypatch):
    looked = DUE + timedelta(hours=5)
    monkeypatch.setattr(readiness, "is_ready", lambda _day, moment: moment >= looked)
    rounds.make_due(looked)
    packs.run_all()
    assert {row.known_at for row in packs.packs()} == {DUE + timedelta(minutes=15)}, "as if it had been there"
    store(TERMS, DUE + timedelta(minutes=16))
    assert len(rounds.make_due(DUE + timedelta(days=30))) == 2, "the last one, not all of a month"


@pytest.mark.usefixtures("desk")
def test_it_waits_for_the_numbers_and_then_is_complete(monkeypatch):
    came = DUE + timedelta(minutes=7)
    monkeypatch.setattr(readiness, "is_ready", lambda _day, moment: moment >= came)
    assert rounds.make_due(DUE + timedelta(minutes=6)) == []
    look = DUE + timedelta(minutes=7, seconds=10)
    assert len(rounds.make_due(look)) == 2
    packs.run_all()
    assert {(row.state, row.known_at) for row in packs.packs()} == {("complete", look)}


@pytest.mark.usefixtures("desk")
def test_schedules_that_are_off_make_nothing(monkeypatch):
    monkeypatch.setenv("ENERSCOPE_SCHEDULES", "off")
    settings.cache_clear()
    assert rounds.make_due(DUE) == []


def terms(**given) -> Terms:
    return Terms(**{"code": "x", "title": "X", "template": "portfolio", "recipients": ("ann",)} | given)


def test_the_clocks_change_in_spring_and_autumn():
    daily = terms(cron="30 2 * * *", calendar="")
    spring = daily.next_after(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC), (
        "02:30 is skipped; it is due as long after midnight"
    )
    autumn = daily.next_after(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily.next_after(autumn) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC), "the second 02:30 is none"
    assert terms().next_after(datetime(2026, 7, 1, tzinfo=UTC)) == datetime(2026, 7, 1, 4, 45, tzinfo=UTC)
    assert terms().next_after(datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2026, 12, 1, 5, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "found"),
    [
        pytest.param("TARGET", date(2026, 4, 7), id="Good Friday and Easter Monday are off"),
        pytest.param("US", date(2026, 4, 3), id="not in the United States"),
        pytest.param("", date(2026, 4, 3), id="no calendar"),
    ],
)
def test_days_off_are_left_out(calendar, found):
    line = terms(calendar=calendar)
    after = datetime(2026, 4, 2, 12, tzinfo=UTC)
    assert line.local_day(line.next_after(after)) == found
    last = line.latest(after, evening(date(2026, 4, 6)))
    shown = date(2026, 4, 6) if calendar != "TARGET" else None
    assert (last and line.local_day(last)) == shown


def test_a_line_of_many_moments_steps_over_days_off_as_one_of_few():
    line = terms(calendar="TARGET", cron="*/30 * * * *")
    sunday = datetime(2026, 4, 5, 12, tzinfo=UTC)
    assert line.next_after(sunday) == datetime(2026, 4, 6, 22, tzinfo=UTC), (
        "midnight in Berlin after Easter Monday"
    )
    assert line.latest(sunday - timedelta(days=4), sunday) == datetime(2026, 4, 2, 21, 30, tzinfo=UTC)


def test_a_national_holiday_of_germany():
    line = terms(calendar="DE")
    assert line.local_day(line.next_after(datetime(2026, 5, 13, 12, tzinfo=UTC))) == date(2026, 5, 15), (
        "Ascension"
    )


def test_the_day_that_a_pack_is_about(monkeypatch):
    monkeypatch.setattr(readiness, "newest", lambda _moment: date(2099, 1, 1))
    assert rounds.day_of(terms(day=BEFORE), DUE) == FRIDAY
    assert rounds.day_of(terms(day=SAME), DUE) == MONDAY
    easter = datetime(2026, 4, 7, 4, 45, tzinfo=UTC)
    assert rounds.day_of(terms(day=BEFORE), easter) == date(2026, 4, 2)
    sunday = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert rounds.day_of(terms(day=SAME), sunday) == FRIDAY
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert rounds.day_of(terms(day=SAME), late) == MONDAY, "it is Monday in Berlin"
    monkeypatch.setattr(readiness, "newest", lambda _moment: THURSDAY)
    assert rounds.day_of(terms(day=BEFORE), DUE) == THURSDAY, "the desk of a demo has ended"


@pytest.mark.usefixtures("desk")
def test_a_pack_goes_into_the_folder_whole(tmp_path):
    store(Terms(**{**as_dict(TERMS), "code": "filed", "folder": "morning/board"}), EARLY)
    rounds.make_due(DUE)
    assert set(packs.run_all()) == {"done"}
    found = sorted((tmp_path / "packs/morning/board").iterdir())
    assert [one.name for one in found] == [
        f"enerscope-filed-2026-11-20-20261123T0545Z-{name}.json" for name in ("ann", "ben")
    ]
    by_reader = {row.reader: row.id for row in packs.packs() if row.schedule == "filed"}
    assert found[0].read_bytes() == packs.content(by_reader["ann"], "json")


def as_dict(one: Terms) -> dict:
    return {name: getattr(one, name) for name in Terms.__dataclass_fields__}


@pytest.mark.usefixtures("desk")
def test_a_folder_that_cannot_be_written_is_said_and_the_pack_is_sent_all_the_same(tmp_path, monkeypatch):
    from portal.services.monitoring import alerts, channels
    from portal.services.monitoring.channels import Wishes

    monkeypatch.setenv("ENERSCOPE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("ENERSCOPE_SMTP_SENDER", "portal@example.com")
    settings.cache_clear()
    channels.add("mail", "ann@example.com", Wishes(), person_named("ann"))
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/morning").write_text("a file stands where the folder should be", "utf-8")
    store(Terms(**{**as_dict(TERMS), "folder": "morning", "recipients": ("ann",), "version": 1}), EARLY)
    (job,) = rounds.make_due(DUE)
    jobs.run(job)
    again = jobs.run(job) if jobs.due() else "failed"
    olga = person("olga", Role.OPERATIONS)
    assert again in ("queued", "failed")
    said = " ".join(event.message for event in jobs.job_log(job, olga))
    assert "The folder 'morning' of packs cannot be written: " in said
    assert len(packs.packs()) == 1
    assert [row.key for row in messages()] == [f"pack:{packs.packs()[0].id}:1"]
    with UnitOfWork() as work:
        assert alerts.find_open(work, delivering.RULE, "morning") is not None
    (tmp_path / "packs/morning").unlink()
    delivering.to_folder(packs.packs()[0].id, "morning")
    assert len(list((tmp_path / "packs/morning").iterdir())) == 1
    with UnitOfWork() as work:
        assert alerts.find_open(work, delivering.RULE, "morning") is None


def person_named(name):
    from portal.services.packs.jobs import reader_named

    return reader_named(name)
