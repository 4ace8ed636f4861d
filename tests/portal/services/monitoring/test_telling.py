"""Who is told of an alert: those who asked for it and may see it, once for each severity, when nobody sleeps."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.permissions import Permission, Role
from portal.services import access
from portal.services.monitoring import alerts, channels, maintenance, noise, sending, settling
from portal.services.monitoring.channels import Wishes
from tests.portal.services.monitoring.delivery_desk import (
    clear_one,
    mail_of,
    make_due,
    person,
    raise_one,
    rows,
)

pytestmark = pytest.mark.usefixtures("database", "delivery_settings")


def send_all() -> None:
    while sending.send_next():
        pass


def keys() -> list[str]:
    return [row.key for row in rows()]


@pytest.fixture
def books():
    """Two portfolios: DESK with GAS below it, and OTHER."""
    with UnitOfWork(write=True) as work:
        for code, parent in (("DESK", None), ("GAS", "DESK"), ("OTHER", None)):
            work.session.execute(
                text(
                    "INSERT INTO portfolios (code, name, parent_id) VALUES (:code, :name, "
                    "(SELECT id FROM portfolios WHERE code = :parent))"
                ),
                {"code": code, "name": code, "parent": parent},
            )


def about(book: str) -> None:
    raise_one(
        "risk.limit-breach", f"limit of {book}", permission=Permission.RISK_READ, facts={"portfolio": book}
    )


def test_it_is_told_by_right_and_by_book(books):
    people = {
        "ann": person("ann", Role.RISK_OFFICER, "DESK"),
        "gil": person("gil", Role.TRADER, "GAS"),
        "ola": person("ola", Role.TRADER, "OTHER"),
        "adam": person("adam", Role.ADMINISTRATOR),
    }
    for one in people.values():
        mail_of(one)
    about("GAS")
    assert [row.username for row in rows()] == ["ann", "gil"]
    about("DESK")
    assert [row.username for row in rows()][2:] == ["ann"]
    raise_one()
    assert [row.username for row in rows()][3:] == ["adam"]


@pytest.mark.parametrize("taken", ["right", "book", "account", "channel", "removed"])
def test_a_right_that_was_taken_meanwhile_counts(books, mails, taken):
    ann = person("ann", Role.RISK_OFFICER, "DESK")
    channel = mail_of(ann)
    about("DESK")
    if taken == "right":
        access.set_roles("ann", frozenset({Role.ADMINISTRATOR}), alerts_admin())
    elif taken == "book":
        access.set_portfolios("ann", frozenset({"OTHER"}), alerts_admin())
    elif taken == "account":
        access.disable_user("ann", alerts_admin())
    elif taken == "channel":
        channels.switch(channel, False, ann)
    else:
        channels.remove(channel, ann)
    send_all()
    (row,) = rows()
    assert row.state == "dropped"
    assert row.error
    assert mails.kept == []


def alerts_admin():
    return person("root", Role.ADMINISTRATOR)


def test_only_what_somebody_asked_for():
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga, severities=("critical",))
    mail_of(olga, rules=("backup.failed",))
    raise_one()
    assert rows() == []
    raise_one("backup.failed", "tonight")
    raise_one(severity="critical")
    assert len(rows()) == 2
    assert [row.subject.split(":")[0] for row in rows()] == ["Warning", "Critical"]


def test_a_severity_is_told_once():
    mail_of(person("olga", Role.OPERATIONS))
    raise_one(severity="info")
    raise_one(severity="info")
    raise_one(severity="critical")
    raise_one(severity="warning")
    raise_one(severity="critical")
    assert [key.rpartition(":")[2] for key in keys()] == ["info", "critical"]


def test_nothing_is_told_of_what_was_not_stored():
    mail_of(person("olga", Role.OPERATIONS))

    def fail() -> None:
        with UnitOfWork(write=True) as work:
            alerts.raise_alert(
                work, "jobs.lost", "x", "critical", "Lost", "It was lost.", "/", Permission.JOBS_READ
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows() == []


def test_what_is_silent_is_told_when_it_is_not_any_more(monkeypatch):
    mail_of(person("olga", Role.OPERATIONS))
    monkeypatch.setattr(noise, "silent_because", lambda *_: "Maintenance")
    raise_one()
    raise_one()
    assert rows() == []
    monkeypatch.setattr(noise, "silent_because", lambda *_: "")
    raise_one()
    raise_one()
    assert len(rows()) == 1


def test_what_outlasts_a_maintenance_window_is_told_once_though_nothing_raises_it_again():
    """A service that went down in a window is not raised anew when the window ends: nothing about it has changed."""
    olga, now = person("olga", Role.OPERATIONS), clock.now()
    mail_of(olga)
    window = maintenance.plan(
        olga, ["database"], now - timedelta(hours=1), now + timedelta(hours=1), "New disk"
    )
    raise_one("service.down", "database", "critical", title="Database does not work")
    settling.settle()
    assert rows() == []
    maintenance.end(olga, window)
    settling.settle()
    settling.settle()
    assert [row.subject for row in rows()] == ["Critical: Database does not work"]


def test_what_got_worse_within_a_maintenance_window_is_told_after_it():
    olga, now = person("olga", Role.OPERATIONS), clock.now()
    mail_of(olga)
    raise_one("service.down", "disk", "warning", title="Disk is nearly full")
    window = maintenance.plan(olga, ["disk"], now - timedelta(hours=1), now + timedelta(hours=1), "Clean up")
    raise_one("service.down", "disk", "critical", title="Disk is full")
    settling.settle()
    assert [row.subject for row in rows()] == ["Warning: Disk is nearly full"]
    maintenance.end(olga, window)
    settling.settle()
    settling.settle()
    assert [row.subject for row in rows()] == ["Warning: Disk is nearly full", "Critical: Disk is full"]


def test_a_new_channel_is_not_told_of_what_is_old():
    olga = person("olga", Role.OPERATIONS)
    raise_one()
    mail_of(olga)
    raise_one()
    assert rows() == []
    raise_one(severity="critical")
    assert len(rows()) == 1


class TestQuietHours:
    @pytest.fixture(autouse=True)
    def night(self, monkeypatch):
        """It is three in the morning in Berlin."""
        at = datetime(2026, 1, 10, 2, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: at)
        return at

    def asleep(self, name="olga", **wishes):
        owner = person(name, Role.OPERATIONS)
        hours = {"quiet_from": "22:00", "quiet_to": "07:00", "timezone": "Europe/Berlin"}
        return owner, mail_of(owner, **(hours | wishes))

    def test_they_move_a_message_to_their_end(self, night):
        self.asleep()
        raise_one()
        assert [row.not_before for row in rows()] == [night + timedelta(hours=4)]

    @pytest.mark.parametrize("wakes", [True, False])
    def test_a_critical_one_comes_through_if_asked_for(self, night, wakes, mails):
        self.asleep(wakes=wakes)
        raise_one(severity="critical")
        assert (rows()[0].not_before == night + timedelta(hours=4)) is not wakes

    def test_a_critical_one_does_not_wait_for_what_the_night_holds(self, monkeypatch, mails):
        """It was a warning first, which waits for the morning."""
        self.asleep(**self.now_until_later(monkeypatch), wakes=True)
        raise_one()
        raise_one(severity="critical")
        send_all()
        assert [row.state for row in rows()] == ["waiting", "sent"]
        assert [message["Subject"] for message in mails.kept] == ["Critical: A job was lost"]

    def test_a_message_that_is_due_again_in_the_night_waits_for_the_morning(self, monkeypatch, mails):
        end = self.now_until_later(monkeypatch)
        self.asleep(**end, wakes=False)
        raise_one()
        until = rows()[0].not_before
        make_due()
        send_all()
        (row,) = rows()
        assert (row.state, row.attempt, row.not_before) == ("waiting", 0, until)
        assert mails.kept == []

    def test_a_clock_that_is_behind_the_database_does_not_keep_senders_busy(self, mails):
        """The end of the night is months ago for the database; the message is looked at again a little later."""
        self.asleep(wakes=False)
        raise_one()
        make_due()
        assert sending.send_next()
        assert not sending.send_next(), "it is not due again at once"
        assert (rows()[0].state, mails.kept) == ("waiting", [])

    def now_until_later(self, monkeypatch):
        """Quiet hours by the real clock that began two hours ago and end in two."""
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC))
        now = datetime.now(UTC)
        return {
            "quiet_from": f"{now - timedelta(hours=2):%H:%M}", "quiet_to": f"{now + timedelta(hours=2):%H:%M}",
            "timezone": "UTC",
        }  # fmt: skip

    def test_what_is_over_before_the_morning_is_not_told(self, monkeypatch):
        self.asleep(**self.now_until_later(monkeypatch))
        raise_one()
        clear_one()
        assert [(row.state, row.error) for row in rows()] == [
            ("dropped", "It was over before the quiet hours were.")
        ]

    def test_hours_that_are_changed_hold_for_what_waits(self, monkeypatch, mails):
        owner, channel = self.asleep(**self.now_until_later(monkeypatch))
        raise_one()
        send_all()
        assert mails.kept == []
        channels.change(channel, Wishes(), owner)
        send_all()
        assert len(mails.kept) == 1

    def test_a_test_message_is_sent_at_night(self, mails):
        owner, channel = self.asleep()
        channels.test(channel, owner)
        send_all()
        assert [message["Subject"] for message in mails.kept] == ["Test: this channel works"]


def test_who_did_not_want_to_hear_of_the_end_does_not():
    mail_of(person("olga", Role.OPERATIONS), over=False)
    raise_one()
    clear_one()
    assert len(rows()) == 1


def test_the_end_of_an_attack_is_not_said_to_leave_nothing_to_do():
    mail_of(person("adam", Role.ADMINISTRATOR))
    raise_one("security.sign-in", "guessed x", permission=Permission.SECURITY_READ)
    clear_one("security.sign-in", "guessed x")
    raise_one()
    clear_one()
    ends = [row.message.partition("\n")[0] for row in rows() if row.subject.startswith("Over: ")]
    assert ends == [
        "Nothing like it was seen for a day; whether somebody looked is on the page.",
        "It is over. Nothing is left to do.",
    ]


def test_messages_that_do_not_arrive_are_an_alert_of_their_own(mails, hook):
    """The channel that fails is not told of it; the other one is, and of its end."""
    olga = person("olga", Role.OPERATIONS)
    broken = mail_of(olga)
    channels.add("webhook", hook.address, Wishes(), olga)
    mails.answers = ["550 No such user here"]
    raise_one()
    send_all()
    assert [one.body["title"] for one in hook.got] == [
        "Warning: A job was lost",
        "Warning: Messages do not arrive",
    ]
    (dead,) = [one for one in alerts.alerts(olga) if one.rule == "delivery.dead"]
    assert dead.subject == f"channel {broken}"
    assert "olga@" not in dead.message
    raise_one(subject="another")
    send_all()
    assert [one for one in alerts.alerts(olga) if one.rule == "delivery.dead"] == []
    assert hook.got[-1].body["title"] == "Over: Messages do not arrive"
