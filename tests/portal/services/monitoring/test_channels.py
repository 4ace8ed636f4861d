"""Channels: sealed, masked, of their owner alone, and only such addresses as may be sent to."""

import logging

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import alert_rules as rule_writes
from portal.core import config
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission, Role
from portal.services.compliance import audit_jobs
from portal.services.monitoring import alerts, channels, rule_catalogue, sealing, sending
from portal.services.monitoring.channels import Wishes
from tests.portal.services.monitoring.delivery_desk import mail_of, person, raise_one, rows

pytestmark = pytest.mark.usefixtures("database", "delivery_settings")


def send_all() -> None:
    while sending.send_next():
        pass


def stored() -> str:
    """Return everything that the database holds of channels and of the audit log, as text."""
    with UnitOfWork() as work:
        parts = [
            str(row)
            for name in ("channels", "deliveries", "delivery_attempts", "audit_log")
            for row in work.session.execute(text(f"SELECT t::text FROM {name} t"))  # noqa: S608  (names above)
        ]
    return "\n".join(parts)


def test_an_address_is_sealed_masked_and_never_logged(mails, caplog):
    caplog.set_level(logging.DEBUG)
    olga = person("olga", Role.OPERATIONS)
    channel = channels.add("mail", "olga.secret@example.com", Wishes(), olga)
    (seen,) = channels.mine(olga)
    assert (seen.address, seen.kind_title, seen.enabled, seen.problem) == (
        "o…@example.com",
        "E-mail",
        True,
        "",
    )
    channels.test(channel, olga)
    mails.answers = ["451 try later"]
    send_all()
    assert mails.asked == 1
    assert "olga.secret" not in stored()
    ours = [
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    ]  # that of the receiver
    assert "olga.secret" not in "".join(ours)
    assert "451 try later" in rows()[0].error


def test_another_secret_key_cannot_read_it(mails, monkeypatch):
    olga = person("olga", Role.OPERATIONS)
    channels.test(mail_of(olga), olga)
    monkeypatch.setenv("ENERSCOPE_SECRET_KEY", "another secret")
    config.settings.cache_clear()
    send_all()
    assert mails.kept == []
    assert (rows()[0].state, "secret key" in rows()[0].error) == ("dead", True)


def test_what_was_sealed_and_altered_is_refused():
    now = config.settings()
    sealed = sealing.seal("a@example.com", now)
    assert sealing.unseal(sealed, now) == "a@example.com"
    assert sealed != sealing.seal("a@example.com", now), "the same address does not look the same"
    with pytest.raises(sealing.SealBrokenError):
        sealing.unseal(sealed[:-6] + "AAAAA=", now)


def test_everybody_has_their_own():
    olga, oscar = person("olga", Role.OPERATIONS), person("oscar", Role.OPERATIONS)
    channel = mail_of(olga)
    assert channels.mine(oscar) == []
    for act in (
        lambda: channels.change(channel, Wishes(), oscar),
        lambda: channels.switch(channel, False, oscar),
        lambda: channels.remove(channel, oscar),
        lambda: channels.test(channel, oscar),
    ):
        with pytest.raises(NotFound, match=f"You have no channel {channel}"):
            act()
    assert channels.mine(olga)[0].enabled


def test_a_change_keeps_the_address_unless_one_is_given():
    olga = person("olga", Role.OPERATIONS)
    channel = mail_of(olga)
    channels.change(channel, Wishes(title="Pager", severities=("critical",)), olga)
    (seen,) = channels.mine(olga)
    assert (seen.address, seen.wishes.title, seen.wishes.severities) == (
        "o…@example.com",
        "Pager",
        ("critical",),
    )
    channels.change(channel, Wishes(), olga, address="night@example.org")
    assert channels.mine(olga)[0].address == "n…@example.org"


def test_a_removed_channel_is_forgotten():
    olga = person("olga", Role.OPERATIONS)
    channel = mail_of(olga)
    channels.remove(channel, olga)
    assert channels.mine(olga) == []
    with UnitOfWork() as work:
        assert work.session.execute(text("SELECT sealed_address FROM channels")).scalar_one() == ""
    with pytest.raises(NotFound):
        channels.remove(channel, olga)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes(severities=()), "at least one severity"),
        (Wishes(title="x" * 61), "at most 60"),
        (Wishes(quiet_from="22:00"), "a beginning and an end"),
        (Wishes(quiet_from="22:00", quiet_to="25:00"), "'25:00' is not a time of day"),
        (Wishes(quiet_from="22:00", quiet_to="22:00"), "at the same time"),
        (Wishes(timezone="Europe/Atlantis"), "no time zone 'Europe/Atlantis'"),
    ],
)
def test_wishes_that_cannot_be_kept_are_refused(wishes, said):
    olga = person("olga", Role.OPERATIONS)
    with pytest.raises(DomainError, match=said):
        channels.add("mail", "olga@example.com", wishes, olga)
    assert channels.mine(olga) == []


def test_there_is_an_end_to_channels_and_to_tests():
    olga = person("olga", Role.OPERATIONS)
    for _ in range(channels.MOST):
        channel = mail_of(olga)
    with pytest.raises(Conflict, match="10 channels"):
        mail_of(olga)
    for _ in range(channels.TESTS_AN_HOUR):
        channels.test(channel, olga)
    with pytest.raises(Conflict, match="6 test messages within an hour"):
        channels.test(channel, olga)


def test_domains_of_mail_can_be_limited(monkeypatch):
    monkeypatch.setenv("ENERSCOPE_MAIL_DOMAINS", "Example.com, example.org")
    config.settings.cache_clear()
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga)
    with pytest.raises(DomainError, match=r"addresses at example.com, example.org only"):
        channels.add("mail", "olga@elsewhere.net", Wishes(), olga)


def test_rules_that_people_write_and_the_alarm_of_the_audit_log_can_be_chosen():
    olga, tina = person("olga", Role.OPERATIONS), person("tina", Role.TRADER)
    with UnitOfWork(write=True) as work:
        fills = rule_catalogue.rule(work, "disk-fills")
        given = {name: getattr(fills, name) for name in ("kind", "service", "metric", "terms", "severity")}
        rule_writes.add_rule(
            work.session, code="gas-silent", title="Gas prices are silent", group_by="service", enabled=True,
            inhibited_by={"rules": []}, replay={}, written_by="olga", **given,
        )  # fmt: skip
    offered = dict(channels.rule_choices(olga))
    assert offered["rule.disk-fills"] == "The disk fills up"
    assert offered["rule.gas-silent"] == "Gas prices are silent"
    assert offered[audit_jobs.RULE] == "The audit log is not whole"
    assert list(offered.values()) == sorted(offered.values())
    assert set(dict(channels.rule_choices(tina))) == set(alerts.RULES), "what she is never told of"
    mail_of(olga, rules=("rule.disk-fills",))
    raise_one("rule.disk-fills", "disk", permission=Permission.MONITORING_READ)
    raise_one("rule.memory-short", "disk", permission=Permission.MONITORING_READ)
    assert [row.subject for row in rows()] == ["Warning: A job was lost"]
