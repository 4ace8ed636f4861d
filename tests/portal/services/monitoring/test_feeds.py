"""Feeds on a real database: late, delivered, simulated, agreed anew."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from data.queries.feeds import SourceRow
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.monitoring.health import State
from portal.services.monitoring import alerts, feed_terms, feeds
from tests.helpers.feeds import add_feed, deliver, make_demo, workdays
from tests.helpers.imports import add_batch, add_hours
from tests.helpers.market import add_instrument, add_source

FRIDAY = date(2026, 11, 20)
DAYS = workdays(FRIDAY, 25)
OLIVER = Actor(1, "oliver", "Oliver Operations", frozenset({Role.OPERATIONS}))
AUDREY = Actor(2, "audrey", "Audrey Auditor", frozenset({Role.AUDITOR}))
TRACY = Actor(3, "tracy", "Tracy Trader", frozenset({Role.TRADER}))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def only(moment: datetime) -> feeds.Feed:
    (found,) = feeds.feeds(OLIVER, moment)
    return found


def test_a_source_without_terms_has_its_promise_as_grace(database):
    add_feed("exchange", DAYS)
    found = only(at(FRIDAY, 23))
    assert (found.code, found.word, found.terms.grace_minutes) == ("exchange.prices", "in time", 1440)
    assert found.terms.words() == (
        "Monday to Friday at 18:30 (UTC), not on days off of the desk: that day; late after 24 h"
    )
    monday = FRIDAY + timedelta(days=3)
    assert only(at(monday, 18, 40)).word == "due"
    assert only(at(monday + timedelta(days=1), 18, 31)).word == "late"


def test_a_late_feed_is_told_once_and_is_over_when_its_file_comes(database):
    instrument = add_feed("exchange", DAYS[:-1])
    feed_terms.change_terms(only(at(FRIDAY, 12)).terms, OLIVER, {"grace_minutes": "30"})
    now = datetime.now(UTC)  # terms are known from now on
    monday = now.date() - timedelta(days=now.weekday() + 7)
    deliver(instrument, monday, at(monday, 18, 20), source="exchange")
    late = only(now)
    assert late.word == "late"
    assert feeds.watch(now) == ["exchange.prices"]
    assert feeds.watch(now) == ["exchange.prices"]
    (alert,) = alerts.alerts(OLIVER)
    assert (alert.rule_title, alert.subject, alert.severity) == (
        "A feed is late", "exchange.prices", "warning",
    )  # fmt: skip
    assert alert.link == "/monitoring/feeds?feed=exchange.prices"
    assert alert.facts["service"] == "feed.exchange.prices"
    assert alerts.alerts(TRACY) == []
    for one in late.judgement.late_days:
        deliver(instrument, one, now - timedelta(seconds=5), source="exchange")
    assert feeds.watch(now) == []
    assert alerts.alerts(OLIVER) == []


def test_a_feed_that_stopped_long_ago_stays_late_since_its_first_missing_day(database):
    instrument = add_feed("exchange", DAYS)
    since = at(FRIDAY + timedelta(days=4), 18, 30)  # that of Monday, a day after it was due
    for days in (44, 46, 200):
        moment = at(FRIDAY, 20) + timedelta(days=days)
        assert feeds.watch(moment) == ["exchange.prices"], days
        found = only(moment)
        assert (found.word, found.judgement.late_since) == ("late", since), days
        assert found.judgement.missing == ()
    (alert,) = alerts.alerts(OLIVER)
    assert alert.facts["late_since"] == since.isoformat()
    deliver(instrument, moment.date(), moment, source="exchange")
    assert feeds.watch(moment + timedelta(hours=1)) == []
    assert alerts.alerts(OLIVER) == []


def test_auctions_that_stopped_long_ago_stay_late_and_are_no_daily_prices(database):
    instrument = add_instrument("EXCHANGE-H", [], source="exchange")
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE instruments SET granularity = 'hourly'"))
    recorded = at(FRIDAY, 11) - timedelta(days=1)
    add_hours(instrument, FRIDAY, [50.0] * 24, recorded, add_batch(recorded, source="exchange"))
    for days in (40, 60):
        found = only(at(FRIDAY, 20) + timedelta(days=days))
        assert (found.code, found.word) == ("exchange.auctions", "late")
        assert found.judgement.late_since == at(FRIDAY + timedelta(days=1), 11, 45)


def test_a_feed_whose_newest_day_nobody_keeps_stays_on_the_page_while_its_alert_is_open(database):
    now = datetime.now(UTC)
    add_source("exchange")
    last = now - timedelta(days=10)
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("INSERT INTO rate_points VALUES ('EUR', :day, 12, :at, 0.03, :batch)"),
            {"day": last.date(), "at": last, "batch": add_batch(last, source="exchange")},
        )
    assert feeds.watch(now) == ["exchange.rates"]
    since = only(now).judgement.late_since
    later = now + timedelta(days=60)
    assert feeds.watch(later) == ["exchange.rates"]
    assert (only(later).word, only(later).judgement.late_since) == ("late", since)
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE alerts SET facts = '{}'")
        )  # as told before alerts said what came last
    assert feeds.watch(later) == []
    assert only(later).word == "nothing yet"
    assert [one.subject for one in alerts.alerts(OLIVER)] == ["exchange.rates"], "nobody says that it is over"
    feed_terms.change_terms(only(later).terms, OLIVER, {"enabled": False})
    feeds.watch(later)
    assert alerts.alerts(OLIVER) == []


def test_readings_name_the_service_the_reason_and_the_figures(database):
    add_feed("exchange", DAYS)
    (reading,) = feeds.readings(at(FRIDAY + timedelta(days=4), 19))
    assert (reading.service, reading.state) == ("feed.exchange.prices", State.BAD)
    assert "delivery for 2026-11-23" in reading.reason
    assert reading.facts["missing"] == 1
    assert reading.facts["in_time_share"] == pytest.approx(18 / 19)  # that of today may still come
    assert reading.facts["age_hours"] == pytest.approx(4 * 24 + 0.5)


def test_the_demo_desk_is_judged_where_it_ends_until_a_file_of_ones_own_comes(database):
    instrument = add_feed("desk", DAYS, simulated=True)
    make_demo(FRIDAY, loaded_at=at(FRIDAY + timedelta(days=2), 3))
    much_later = at(FRIDAY + timedelta(days=90), 12)
    found = only(much_later)
    assert (found.word, found.is_demo, found.ends_on) == ("in time", True, FRIDAY)
    assert feeds.readings(much_later)[0].reason.startswith("Simulated. Complete to 2026-11-20")
    monday = FRIDAY + timedelta(days=3)
    deliver(instrument, monday, at(monday, 18), source="desk")
    live = only(at(monday + timedelta(days=2), 19))
    assert (live.word, live.is_demo, live.ends_on) == ("late", False, None)


def test_a_demo_feed_that_ends_early_is_late_and_yet_no_outage(database):
    add_feed("desk", DAYS, simulated=True)
    add_feed("slow", DAYS[:-3], simulated=True)
    make_demo(FRIDAY, loaded_at=at(FRIDAY + timedelta(days=2), 3))
    now = at(FRIDAY + timedelta(days=2), 4)
    late, fine = feeds.feeds(OLIVER, now)
    assert (late.code, late.word, fine.word) == ("slow.prices", "late", "in time")
    assert late.judgement.late_days == tuple(DAYS[-3:])
    assert {one.service: one.state for one in feeds.readings(now)}["feed.slow.prices"] is State.WARNING
    feeds.watch(now)
    assert alerts.alerts(OLIVER)[0].severity == "info"


def test_who_wants_the_demo_judged_by_the_wall_clock_says_so_in_the_terms(database):
    add_feed("desk", DAYS, simulated=True)
    make_demo(FRIDAY, loaded_at=at(FRIDAY, 20))
    before = feeds.feed(OLIVER, "desk.prices", at(FRIDAY, 22)).terms
    feed_terms.change_terms(before, OLIVER, {"live": True})
    now = datetime.now(UTC)
    found = only(max(now, at(FRIDAY + timedelta(days=10), 12)))
    assert (found.word, found.ends_on) == ("late", None)


def test_only_operations_change_terms_and_every_version_stays(database):
    add_feed("exchange", DAYS)
    terms = only(at(FRIDAY, 23)).terms
    with pytest.raises(NotPermitted):
        feed_terms.change_terms(terms, AUDREY, {"grace_minutes": 5})
    given = {"cron": "0 7 * * *", "timezone": "Europe/Berlin", "offset": -1, "owner": " Gas  desk "}
    assert feed_terms.change_terms(terms, OLIVER, given) == 1
    now = datetime.now(UTC)
    known = feeds.feed(AUDREY, "exchange.prices", now).terms
    assert (known.owner, known.offset, known.version) == ("Gas desk", -1, 1)
    assert feed_terms.change_terms(known, OLIVER, {"enabled": False}) == 2
    assert [row.version for row in feeds.versions(AUDREY, "exchange.prices")] == [2, 1]
    assert feeds.feed(AUDREY, "exchange.prices", datetime.now(UTC)).word == "not watched"
    assert feeds.feed(AUDREY, "exchange.prices", now).terms.version == 1  # as known then
    with UnitOfWork() as work:
        found = work.session.execute(
            text("SELECT action, object_kind FROM audit_log WHERE action LIKE 'feed.%' ORDER BY seq")
        ).all()
    assert [tuple(row) for row in found] == [("feed.terms-changed", "feed")] * 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"grace_minutes": "soon"}, "The grace must be a whole number"),
        ({"least_rows": 0}, "The least number of rows"),
        ({"offset": 2}, "The day that it holds"),
        ({"owner": "  "}, "Name who answers"),
        ({"cron": "every day"}, "not a cron line"),
        ({"timezone": "Mars"}, "not the name of a time zone"),
        ({"cron": "0 6,18 * * *"}, "told apart by day: choose one time a day"),
        ({"cron": "*/30 18 * * mon-fri"}, "due more than once a day"),
        ({"cron": "15 * 1 * *", "timezone": "Europe/Berlin"}, "due more than once a day"),
        ({}, "Nothing was changed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(database, given, words):
    add_feed("exchange", DAYS)
    with pytest.raises(DomainError, match=words):
        feed_terms.change_terms(only(at(FRIDAY, 23)).terms, OLIVER, given)


@pytest.mark.parametrize(
    ("cron", "zone"),
    [(one.cron, "UTC") for one in feed_terms.DATASETS.values()]
    + [("30 2 * * *", "Europe/Berlin"), ("0 0 * * *", "America/Havana"), ("0 7 1 1 *", "UTC")],
)
def test_what_is_due_once_a_day_is_taken_on_days_when_the_clock_changes_too(cron, zone):
    before = feed_terms.declared(SourceRow("exchange", "Exchange", simulated=False, sla_hours=1.0), "prices")
    for now in (at(date(2026, month, 28), hour) for month in (3, 10) for hour in (0, 12, 23)):
        assert feed_terms.checked(before, {"cron": cron, "timezone": zone}, now).cron == cron
    second = before.cron.replace(" 18 ", " 17,18 ")
    for now in (at(FRIDAY, hour) for hour in range(0, 24, 3)):
        with pytest.raises(DomainError, match="one time a day"):
            feed_terms.checked(before, {"cron": second}, now)


def test_stored_terms_that_are_due_twice_a_day_can_still_be_read_and_mended(database):
    add_feed("exchange", DAYS)
    feed_terms.change_terms(only(at(FRIDAY, 23)).terms, OLIVER, {"grace_minutes": 5})
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE feed_terms SET cron = '0 6,18 * * *'"))
    now = datetime.now(UTC)
    found = only(now)
    assert found.terms.cron == "0 6,18 * * *"
    assert "hour 6,18" in found.terms.words()
    with pytest.raises(DomainError, match="one time a day"):
        feed_terms.change_terms(found.terms, OLIVER, {"grace_minutes": 10})
    assert feed_terms.change_terms(found.terms, OLIVER, {"enabled": False}) == 2
    assert (
        feed_terms.change_terms(
            only(datetime.now(UTC)).terms, OLIVER, {"cron": "0 18 * * *", "enabled": True}
        )
        == 3
    )


def test_two_people_do_not_overwrite_each_other(database):
    add_feed("exchange", DAYS)
    terms = only(at(FRIDAY, 23)).terms
    feed_terms.change_terms(terms, OLIVER, {"grace_minutes": 5})
    with pytest.raises(DomainError, match="Somebody else has just changed"):
        feed_terms.change_terms(terms, OLIVER, {"grace_minutes": 10})


def test_rights_and_unknown_feeds(database):
    add_feed("exchange", DAYS)
    with pytest.raises(NotPermitted):
        feeds.feeds(TRACY, at(FRIDAY, 23))
    with pytest.raises(NotFound, match="There is no feed 'nobody"):
        feeds.feed(OLIVER, "nobody.prices", at(FRIDAY, 23))
    assert feeds.feeds(SYSTEM, at(FRIDAY, 23))


def test_an_empty_database_has_no_feeds(database):
    assert feeds.feeds(OLIVER, datetime.now(UTC)) == []
    assert feeds.readings(datetime.now(UTC)) == []
    assert feeds.watch() == []
