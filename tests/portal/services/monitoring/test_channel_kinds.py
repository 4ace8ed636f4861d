"""What each kind of channel takes as an address, how it masks it, and that apprise gets nothing else."""

import pytest

from portal.core.config import Settings
from portal.core.errors import ConfigurationError, DomainError
from portal.services.monitoring.channel_kinds import KINDS, clean_address, service_for

READY = Settings(
    smtp_host="mail.example.com",
    smtp_sender="Enerscope <portal@example.com>",
    smtp_user="portal",
    smtp_password="secret",
    telegram_token="123456789:abcdefg_hijklmnop",
    whatsapp_token="token",
    whatsapp_phone_id="12345678901234",
    sms_gateway="twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@15550100123?method=sms",
)
BARE = Settings(smtp_host="", telegram_token=None, whatsapp_token=None, sms_gateway=None)
HOOK = "https://user:word@ops.example.com/x?t=1"
SLACK = "https://hooks.slack.com/services/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"
TEAMS = (
    "https://prod-12.westus.logic.azure.com:443/workflows/3fb4a0b8c1d24f0e8f2f1ad7c0f6d1ff/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig="
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)


@pytest.mark.parametrize(
    ("kind", "entered", "kept", "shown", "service"),
    [
        ("mail", " ann@example.com ", "ann@example.com", "a…@example.com", "Mail"),
        ("telegram", "123456789", "123456789", "…789", "NotifyTelegram"),
        ("telegram", "@desk_alerts", "@desk_alerts", "…rts", "NotifyTelegram"),
        ("whatsapp", "+49 (151) 123-45678", "+4915112345678", "…678", "NotifyWhatsApp"),
        ("sms", "+49 151 12345678", "+4915112345678", "…678", "NotifyTwilio"),
        ("slack", SLACK, SLACK, "hooks.slack.com/…", "NotifySlack"),
        ("teams", TEAMS, TEAMS, "prod-12.westus.logic.azure.com/…", "NotifyWorkflows"),
        ("webhook", HOOK, HOOK, "ops.example.com/…", "Webhook"),
    ],
)  # fmt: skip
def test_an_address_is_taken_kept_and_masked(kind, entered, kept, shown, service):
    assert clean_address(kind, entered, READY) == kept
    assert KINDS[kind].show(kept) == shown
    made = service_for(kind, kept, READY)
    assert type(made).__name__ == service
    assert len(made) == 1, "it goes to one receiver"


@pytest.mark.parametrize(
    ("kind", "entered"),
    [
        ("mail", "ann"),
        ("mail", "ann@example.com,bob@example.com"),
        ("mail", "ann@example.com\nBcc: bob@example.com"),
        ("mail", "ann@example.com?smtp=evil.example"),
        ("telegram", "../123456"),
        ("telegram", "123456789/987654321"),
        ("whatsapp", "0151 12345678"),
        ("sms", "+49 151 12345678/+49 151 87654321"),
        ("slack", "https://hooks.slack.com.evil.example/services/T1/B1/x1"),
        ("slack", SLACK + "?template=file:///etc/passwd"),
        ("teams", TEAMS + "&template=file:///etc/passwd"),
        ("teams", TEAMS.replace("logic.azure.com", "logic.azure.com.evil.example")),
        ("teams", TEAMS.replace(":443", ":8443")),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "syslog://"),
        ("webhook", "json://example.com"),
        ("webhook", "https://"),
        ("webhook", "https://example.com:99999/"),
        ("webhook", "https://example.com/a b"),
        ("webhook", "https://example.com/\r\nHost: evil"),
        ("webhook", "https://" + "x" * 2000),
        ("fax", "1"),
        ("mail", "  "),
    ],
)
def test_what_is_no_address_of_the_kind_is_refused_in_words(kind, entered):
    with pytest.raises(DomainError) as refused:
        clean_address(kind, entered, READY)
    assert refused.value.message.endswith((".", "…"))
    assert "evil" not in refused.value.message, "what was entered is not said again"


def test_a_kind_waits_for_its_settings():
    waiting = {code for code, kind in KINDS.items() if kind.missing(BARE)}
    assert waiting == {"mail", "telegram", "whatsapp", "sms"}
    assert not any(kind.missing(READY) for kind in KINDS.values())
    with pytest.raises(
        DomainError, match=r"SMS is not set up yet. Ask operations to set ENERSCOPE_SMS_GATEWAY"
    ):
        clean_address("sms", "+49 151 12345678", BARE)


def test_a_gateway_that_apprise_does_not_know_is_told():
    with pytest.raises(ConfigurationError, match="ENERSCOPE_SMS_GATEWAY is not an SMS gateway"):
        clean_address("sms", "+49 151 12345678", Settings(sms_gateway="nonsense://x"))


def test_no_service_follows_redirects_or_names_pictures_elsewhere():
    for code, address in (("slack", SLACK), ("teams", TEAMS), ("telegram", "123456789")):
        made = service_for(code, address, READY)
        assert made.redirects is False
        assert not made.image_url("info")
