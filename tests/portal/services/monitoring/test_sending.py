"""Messages reach real receivers, whatever dies on the way: nothing is lost, and a double carries the same number."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from pydantic import SecretStr

from portal.core.config import settings
from portal.core.permissions import Role
from portal.services.monitoring import alerts, channels, sending
from portal.services.monitoring.channel_kinds import kind_of
from portal.services.monitoring.channels import Wishes
from tests.helpers.receivers import wait_for
from tests.portal.services.monitoring.delivery_desk import (
    clear_one,
    mail_of,
    make_due,
    make_old,
    person,
    raise_one,
    rows,
    tries,
)

pytestmark = pytest.mark.usefixtures("database", "delivery_settings")


@pytest.fixture(autouse=True)
def _long_pauses(monkeypatch):
    """What waits for its next attempt does so until a test lets it be due, however slow the machine is."""
    pause = sending.pause_seconds
    monkeypatch.setattr(sending, "pause_seconds", lambda attempt, draw: 100.0 * pause(attempt, draw))


def send_all() -> None:
    while sending.send_next():
        pass


def hook_of(actor, hook):
    return channels.add("webhook", hook.address, Wishes(), actor)


def test_an_alert_arrives_by_mail(mails):
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga)
    raise_one()
    send_all()
    (message,) = mails.kept
    assert mails.recipients == ["olga@example.com"]
    assert message["Subject"] == "Warning: A job was lost"
    assert message["From"] == "Enerscope <portal@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_all("Message-ID") == [f"<enerscope-{sending.number_of(rows()[0])}@example.com>"]
    said = message.get_payload(decode=True).decode()
    assert "It died twice." in said
    assert "https://portal.example.com/monitoring/jobs" in said
    assert [(row.state, row.attempt, row.error) for row in rows()] == [("sent", 1, "")]
    assert rows()[0].sent_at is not None
    assert tries() == [(1, "sent", "")]


def test_an_alert_arrives_at_a_webhook_with_a_key(hook):
    olga = person("olga", Role.OPERATIONS)
    hook_of(olga, hook)
    raise_one(severity="critical")
    send_all()
    (posted,) = hook.got
    number = sending.number_of(rows()[0])
    assert posted.path == "/hook?room=7"
    assert posted.headers["Idempotency-Key"] == number
    assert (posted.body["title"], posted.body["type"], posted.body["id"]) == (
        "Critical: A job was lost", "failure", number,
    )  # fmt: skip
    assert posted.body["message"].startswith("It died twice.\n")


@pytest.mark.parametrize(("moment", "doubled"), [("before", False), ("during", False), ("after", True)])
def test_a_mail_server_that_dies_loses_nothing(mails, moment, doubled):
    """It dies before it has the message, while it takes it, or after it kept it but before it said so."""
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    mails.die_at = [moment]
    send_all()
    (row,) = rows()
    assert (row.state, row.attempt) == ("waiting", 1)
    assert row.error.startswith("The mail server did not take it")
    send_all()
    assert rows()[0].attempt == 1, "it waits for its pause"
    make_due()
    send_all()
    assert rows()[0].state == "sent"
    assert [outcome for _, outcome, _ in tries()] == ["failed", "sent"]
    assert len(mails.kept) == 1 + doubled
    assert len(set(mails.numbers)) == 1, "whoever gets it twice can tell"


@pytest.mark.parametrize(("moment", "doubled"), [("before", False), ("during", False), ("after", True)])
def test_a_webhook_that_dies_loses_nothing(hook, moment, doubled):
    hook_of(person("olga", Role.OPERATIONS), hook)
    raise_one()
    hook.die_at = [moment]
    send_all()
    assert (rows()[0].state, rows()[0].attempt) == ("waiting", 1)
    make_due()
    send_all()
    assert rows()[0].state == "sent"
    assert len(hook.got) == 1 + doubled
    assert len(set(hook.keys)) == 1


def test_servers_that_are_down_are_tried_again_when_they_are_back(mails, hook):
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga)
    hook_of(olga, hook)
    mails.stop()
    hook.stop()
    raise_one()
    send_all()
    assert [row.state for row in rows()] == ["waiting", "waiting"]
    mails.start()
    hook.start()
    make_due()
    send_all()
    assert [row.state for row in rows()] == ["sent", "sent"]
    assert (len(mails.kept), len(hook.got)) == (1, 1)


def test_a_sender_that_died_after_its_claim_is_found(mails):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    with sending.UnitOfWork(write=True) as work:
        assert sending.writes.claim(work.session) is not None
    assert sending.find_lost() == 0, "it may still be sending"
    make_old()
    assert sending.find_lost() == 1
    assert tries() == [(1, "lost", sending._DIED)]
    make_due()
    send_all()
    assert (rows()[0].state, rows()[0].attempt, len(mails.kept)) == ("sent", 2, 1)


def test_a_sender_that_was_given_up_but_lives_does_not_double(mails):
    """It had only been slow: its message arrived, and is not sent again if nobody has claimed it since."""
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    mails.slow.clear()
    slow = threading.Thread(target=send_all)
    slow.start()
    wait_for(lambda: rows()[0].state == "sending" and mails.asked)
    with sending.UnitOfWork(write=True) as work:
        (held,) = sending.writes.lost(work.session, 0.0)
        sending._put_back(work, held, sending.Answer(False, "given up"))
    assert rows()[0].state == "waiting"
    mails.slow.set()
    slow.join(60)
    assert (rows()[0].state, len(mails.kept)) == ("sent", 1)


def test_after_the_last_attempt_it_is_left_to_people(mails, monkeypatch):
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga)
    raise_one()
    mails.stop()
    for _ in range(10):
        make_due()
        send_all()
    (row,) = rows()
    assert (row.state, row.attempt, len(tries())) == ("dead", 10, 10)
    make_due()
    send_all()
    assert rows()[0].attempt == 10


def test_a_refusal_for_good_is_not_repeated(mails):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    mails.answers = ["550 5.1.1 No such user here"]
    send_all()
    (row,) = rows()
    assert (row.state, row.attempt) == ("dead", 1)
    assert row.error == "The mail server refused it: 550 5.1.1 No such user here"


@pytest.mark.parametrize("moment", ["at its recipient", "at its data"])
def test_words_of_a_mail_server_do_not_give_an_address_away(mails, monkeypatch, moment):
    """Whoever watches the deliveries of others reads them."""
    adam = person("adam", Role.ADMINISTRATOR)
    mail_of(person("olga", Role.OPERATIONS))
    said = "550 5.1.1 <Olga@Example.com>: Recipient address rejected: olga@example.com is unknown"

    async def refuse(*_):
        return said

    if moment == "at its data":
        mails.answers = [said]
    else:
        monkeypatch.setattr(mails, "handle_RCPT", refuse, raising=False)
    raise_one()
    send_all()
    words = (
        "The mail server refused it: "
        "550 5.1.1 <o…@example.com>: Recipient address rejected: o…@example.com is unknown"
    )
    assert [row.error for row in rows()] == [words]
    assert tries() == [(1, "failed", words)]
    (dead,) = [one for one in alerts.alerts(adam) if one.rule == sending.RULE]
    assert words in dead.message


@pytest.mark.parametrize("written", ["+4915112345678", "4915112345678"])
def test_words_of_a_gateway_do_not_give_a_number_away(written):
    said = sending._masked(f"The number {written} is not on WhatsApp.", kind_of("whatsapp"), "+4915112345678")
    assert said == "The number …678 is not on WhatsApp."


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("mail", {"mail_domains": "example.org"}, "E-mail is sent to addresses at example.org only"),
        ("telegram", {"telegram_token": None}, "Check it and the settings of Telegram"),
        ("sms", {"sms_gateway": "nonsense://"}, "ENERSCOPE_SMS_GATEWAY is not an SMS gateway"),
        ("webhook", {"webhook_networks": "10.0.0.0/33"}, "ENERSCOPE_WEBHOOK_NETWORKS cannot be read"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_tried_again(mails, hook, monkeypatch, kind, wrong, says):
    ready = settings().model_copy(
        update={
            "telegram_token": SecretStr("123456789:abcdefg_hijklmnop"),
            "sms_gateway": SecretStr("twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@15550100123"),
        }
    )
    address = {"mail": "olga@example.com", "webhook": hook.address, "sms": "+4915112345678"}
    monkeypatch.setattr(channels, "settings", lambda: ready)
    channels.add(kind, address.get(kind, "123456789"), Wishes(), person("olga", Role.OPERATIONS))
    raise_one()
    changed = {name: SecretStr(value) if name == "sms_gateway" else value for name, value in wrong.items()}
    monkeypatch.setattr(sending, "settings", lambda: ready.model_copy(update=changed))
    send_all()
    (row,) = rows()
    assert (row.state, row.attempt) == ("waiting", 1)
    assert says in row.error
    assert tries() == [(1, "failed", row.error)]
    if kind in ("mail", "webhook"):
        monkeypatch.setattr(sending, "settings", lambda: ready)
        make_due()
        send_all()
        assert rows()[0].state == "sent"


def test_a_full_mailbox_is_tried_again(mails):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    mails.answers = ["452 4.2.2 Mailbox full"]
    send_all()
    assert rows()[0].state == "waiting"


def test_many_senders_send_each_message_once(mails, hook):
    olga = person("olga", Role.OPERATIONS)
    mail_of(olga)
    hook_of(olga, hook)
    for number in range(12):
        raise_one(subject=f"job {number}")
    senders = [threading.Thread(target=send_all) for _ in range(5)]
    for one in senders:
        one.start()
    for one in senders:
        one.join(60)
    send_all()
    assert {row.state for row in rows()} == {"sent"}
    assert len(mails.numbers) == len(set(mails.numbers)) == 12
    assert len(hook.keys) == len(set(hook.keys)) == 12


def test_over_is_told_to_those_who_were_told(mails):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    send_all()
    clear_one()
    send_all()
    assert [message["Subject"] for message in mails.kept] == [
        "Warning: A job was lost",
        "Over: A job was lost",
    ]


def test_over_does_not_overtake_what_waits_for_its_next_attempt(mails):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    mails.answers = ["452 4.2.2 Mailbox full"]
    send_all()
    clear_one()
    send_all()
    assert (rows()[0].state, [row.attempt for row in rows()]) == ("waiting", [1, 0])
    raise_one(subject="another")
    send_all()
    assert [row.state for row in rows()] == ["waiting", "waiting", "sent"], "it holds up nothing else"
    make_due()
    send_all()
    assert [message["Subject"].partition(":")[0] for message in mails.kept] == ["Warning", "Warning", "Over"]


def test_senders_that_start_together_leave_a_channel_to_one_of_them(mails):
    """A claim that is not committed yet counts too; else one receiver that hangs would hold up all senders."""
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    raise_one(subject="another")

    def claim():
        with sending.UnitOfWork(write=True) as work:
            return sending.writes.claim(work.session)

    with ThreadPoolExecutor(1) as pool:
        with sending.UnitOfWork(write=True) as work:
            assert sending.writes.claim(work.session) is not None
            other = pool.submit(claim)
            wait([other], timeout=1.0)
        assert other.result(60) is None
