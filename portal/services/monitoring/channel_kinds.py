"""Kinds of channels: what a person enters for each, how it is shown, and the apprise service that sends to it.

A person enters only their own address; servers and tokens are settings of the portal. No address is handed to apprise
as one of its own: those can name files, programs and other servers.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from portal.core.config import Settings
from portal.core.errors import ConfigurationError, DomainError
from portal.services.monitoring.reach import Reach

if TYPE_CHECKING:
    from apprise import AppriseAsset

logging.getLogger("apprise").setLevel(logging.WARNING)  # below it, it writes down to whom it sends

_LONGEST = 2000
_EMAIL = re.compile(r"[^@\s<>,;:\"']{1,64}@[A-Za-z0-9.-]{1,253}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_CHAT = re.compile(r"-?\d{4,20}|@[A-Za-z]\w{4,31}")
_SLACK = re.compile(r"https://hooks\.slack\.com/services/(T[A-Z0-9]+)/(B[A-Z0-9]+)/([A-Za-z0-9]+)/?")
_TEAMS_HOSTS = (".logic.azure.com", ".powerplatform.com", ".powerautomate.com")
_TEAMS_QUERY = frozenset({"api-version", "sp", "sv", "sig"})


@dataclass(frozen=True, slots=True)
class Letter:
    """What a service needs to know of the message itself: its stable number, and the fields of a webhook."""

    number: str = ""
    message_id: str = ""
    extras: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel; ``missing`` says which setting it waits for, "" when it can be used."""

    code: str
    title: str
    label: str
    hint: str
    missing: Callable[[Settings], str]
    clean: Callable[[str, Settings], str]
    show: Callable[[str], str]
    service: Callable[[str, Settings, "AppriseAsset", Letter], Any]
    files: bool = False


def _wrong(words: str) -> DomainError:
    return DomainError(words)


# --- mail


def _mail_missing(config: Settings) -> str:
    return "" if config.smtp_host and config.smtp_sender else "ENERSCOPE_SMTP_HOST and ENERSCOPE_SMTP_SENDER"


def _clean_mail(text: str, config: Settings) -> str:
    if not _EMAIL.fullmatch(text):
        raise _wrong("This is not an e-mail address. Write one, such as ann@example.com.")
    allowed = [part.strip().lower() for part in config.mail_domains.split(",") if part.strip()]
    if allowed and text.rpartition("@")[2].lower() not in allowed:
        raise _wrong(f"E-mail is sent to addresses at {', '.join(allowed)} only. Enter one of those.")
    return text


def _show_mail(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _mail(address: str, config: Settings, asset: "AppriseAsset", letter: Letter) -> Any:
    from portal.services.monitoring.apprise_mail import Mail

    password = config.smtp_password.get_secret_value() if config.smtp_password else None
    mode = {"starttls": "starttls", "tls": "ssl", "none": "insecure"}[config.smtp_tls]
    return Mail(
        host=config.smtp_host, smtp_host=config.smtp_host, port=config.smtp_port, secure=mode != "insecure",
        secure_mode=mode, user=config.smtp_user or None, password=password, from_addr=config.smtp_sender,
        targets=[_clean_mail(address, config)], message_id=letter.message_id, asset=asset,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        cto=config.delivery_timeout_seconds,
    )  # fmt: skip


# --- webhook


def _clean_webhook(text: str, config: Settings) -> str:
    parts = _url(text)
    if parts.scheme not in ("https", "http"):
        raise _wrong("This is not the address of a webhook. Write one that begins with https://.")
    Reach.of(config).check_name(parts.hostname or "", encrypted=parts.scheme == "https")
    return text


def _show_url(address: str) -> str:
    return f"{urlsplit(address).hostname}/…"


def _webhook(address: str, config: Settings, asset: "AppriseAsset", letter: Letter) -> Any:
    from portal.services.monitoring.apprise_webhook import Webhook

    parts = _url(address)
    return Webhook(
        reach=Reach.of(config), seconds=config.delivery_timeout_seconds, query=parts.query, extras=letter.extras,
        secure=parts.scheme == "https", host=parts.hostname, port=parts.port, fullpath=parts.path, asset=asset,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        headers={"Idempotency-Key": letter.number} if letter.number else None,
    )  # fmt: skip


# --- Slack and Teams


def _clean_slack(text: str, _config: Settings) -> str:
    if not _SLACK.fullmatch(text):
        raise _wrong(
            "This is not an incoming webhook of Slack. It looks like https://hooks.slack.com/services/T…/B…/…"
        )
    return text


def _slack(address: str, config: Settings, asset: "AppriseAsset", _letter: Letter) -> Any:
    from apprise.plugins.slack import NotifySlack

    found = _SLACK.fullmatch(_clean_slack(address, config))
    if found is None:
        raise _wrong("This is not an incoming webhook of Slack. Enter it again.")
    return NotifySlack(
        token_a=found[1], token_b=found[2], token_c=found[3], asset=asset, include_image=False,
        include_footer=False, rto=config.delivery_timeout_seconds,
    )  # fmt: skip


def _clean_teams(text: str, _config: Settings) -> str:
    parts = _url(text)
    asked = {item.partition("=")[0] for item in parts.query.split("&")}
    known = (
        parts.scheme == "https"
        and (parts.hostname or "").endswith(_TEAMS_HOSTS)
        and parts.port in (None, 443)
    )
    if not known or not asked <= _TEAMS_QUERY or parts.username or _teams_parts(text) is None:
        raise _wrong(
            "This is not the address of a Teams workflow. Teams shows it when the workflow 'Post to a channel when a "
            "webhook request is received' is made; it holds logic.azure.com or powerplatform.com."
        )
    return text


def _teams_parts(text: str) -> dict[str, Any] | None:
    from apprise.plugins.workflows import NotifyWorkflows

    found = NotifyWorkflows.parse_native_url(text)
    return dict(found) if found and found.get("workflow") and found.get("signature") else None


def _teams(address: str, config: Settings, asset: "AppriseAsset", _letter: Letter) -> Any:
    from apprise.plugins.workflows import NotifyWorkflows

    found = _teams_parts(_clean_teams(address, config)) or {}
    names = ("host", "port", "workflow", "signature", "power_automate", "routing_id", "version")
    return NotifyWorkflows(
        **{name: found[name] for name in names if found.get(name) is not None},
        secure=True, include_image=False, asset=asset, rto=config.delivery_timeout_seconds,
    )  # fmt: skip


# --- Telegram, WhatsApp, SMS


def _telegram_missing(config: Settings) -> str:
    return "" if config.telegram_token else "ENERSCOPE_TELEGRAM_TOKEN"


def _clean_chat(text: str, _config: Settings) -> str:
    if not _CHAT.fullmatch(text):
        raise _wrong(
            "This is not a Telegram chat. Write its number, which the bot tells when you send it /start, or the "
            "@name of a channel."
        )
    return text


def _telegram(address: str, config: Settings, asset: "AppriseAsset", _letter: Letter) -> Any:
    from apprise.plugins.telegram import NotifyTelegram

    token = config.telegram_token
    return NotifyTelegram(
        bot_token=token.get_secret_value() if token else "", targets=[address], detect_owner=False,
        include_image=False, asset=asset, rto=config.delivery_timeout_seconds,
    )  # fmt: skip


def _clean_phone(text: str, _config: Settings) -> str:
    plain = re.sub(r"[\s()/.-]", "", text)
    if not _PHONE.fullmatch(plain):
        raise _wrong("This is not a phone number. Write it with its country, such as +49 151 12345678.")
    return plain


def _show_end(address: str) -> str:
    return f"…{address[-3:]}"


def _whatsapp_missing(config: Settings) -> str:
    ready = config.whatsapp_token and config.whatsapp_phone_id
    return "" if ready else "ENERSCOPE_WHATSAPP_TOKEN and ENERSCOPE_WHATSAPP_PHONE_ID"


def _whatsapp(address: str, config: Settings, asset: "AppriseAsset", _letter: Letter) -> Any:
    from apprise.plugins.whatsapp import NotifyWhatsApp

    token = config.whatsapp_token
    template = config.whatsapp_template or None
    return NotifyWhatsApp(
        token=token.get_secret_value() if token else "", from_phone_id=config.whatsapp_phone_id, template=template,
        template_mapping={"body": "1"} if template else None, targets=[address], asset=asset,
        rto=config.delivery_timeout_seconds,
    )  # fmt: skip


def _sms_missing(config: Settings) -> str:
    return "" if config.sms_gateway else "ENERSCOPE_SMS_GATEWAY"


def _sms(address: str, config: Settings, asset: "AppriseAsset", _letter: Letter) -> Any:
    from apprise import Apprise

    gateway = config.sms_gateway.get_secret_value() if config.sms_gateway else ""
    before, mark, query = gateway.partition("?")
    service = Apprise.instantiate(f"{before.rstrip('/')}/{address}{mark}{query}", asset=asset)
    if service is None:
        raise ConfigurationError(
            "ENERSCOPE_SMS_GATEWAY is not an SMS gateway that apprise knows. Write it as twilio://SID:TOKEN@+15550100."
        )
    return service


def _ready(_config: Settings) -> str:
    return ""


def _url(text: str) -> Any:
    try:
        parts = urlsplit(text)
        fits = (
            parts.hostname and parts.port != 0 and text.isascii() and text.isprintable() and " " not in text
        )
    except ValueError:
        fits = False
    if not fits:
        raise _wrong("This is not the address of a webhook. Write one that begins with https://.")
    return parts


_ALL = (
    Kind(
        "mail", "E-mail", "E-mail address", "ann@example.com", _mail_missing, _clean_mail, _show_mail, _mail,
        files=True,
    ),
    Kind(
        "telegram", "Telegram", "Chat number or @channel", "Send /start to the bot; it tells the number.",
        _telegram_missing, _clean_chat, _show_end, _telegram, files=True,
    ),
    Kind(
        "whatsapp", "WhatsApp", "Phone number", "+49 151 12345678", _whatsapp_missing, _clean_phone, _show_end,
        _whatsapp,
    ),
    Kind("sms", "SMS", "Phone number", "+49 151 12345678", _sms_missing, _clean_phone, _show_end, _sms),
    Kind(
        "slack", "Slack", "Incoming webhook", "https://hooks.slack.com/services/T…/B…/…", _ready, _clean_slack,
        _show_url, _slack,
    ),
    Kind(
        "teams", "Teams", "Webhook of a workflow", "https://….logic.azure.com/workflows/…", _ready, _clean_teams,
        _show_url, _teams,
    ),
    Kind(
        "webhook", "Webhook", "Address", "https://…; gets JSON with an Idempotency-Key", _ready, _clean_webhook,
        _show_url, _webhook, files=True,
    ),
)  # fmt: skip
KINDS = MappingProxyType({kind.code: kind for kind in _ALL})
"""Kinds by their code, in the order of the choice."""


def kind_of(code: str) -> Kind:
    """Return a kind of channel.

    Raises
    ------
    DomainError
        There is none of that code.
    """
    if code not in KINDS:
        raise _wrong(f"There is no kind of channel '{code}'. Choose one of the list.")
    return KINDS[code]


def clean_address(code: str, text: str, config: Settings) -> str:
    """Return what somebody entered as the address that is kept; apprise has taken it.

    Raises
    ------
    DomainError
        It is not an address of the kind, or the kind cannot be used yet.
    """
    kind = kind_of(code)
    missing = kind.missing(config)
    if missing:
        raise _wrong(f"{kind.title} is not set up yet. Ask operations to set {missing}.")
    if not text.strip() or len(text) > _LONGEST:
        raise _wrong(f"Enter the address of the channel: {kind.label.lower()}.")
    address = kind.clean(text.strip(), config)
    service_for(code, address, config)
    return address


def service_for(code: str, address: str, config: Settings, letter: Letter | None = None) -> Any:
    """Return the apprise service that sends to an address.

    Raises
    ------
    DomainError
        apprise does not take the address.
    ConfigurationError
        A setting that the kind needs is wrong.
    """
    from apprise import AppriseAsset
    from apprise.exception import AppriseException

    _keep_quiet()
    kind = kind_of(code)
    asset = AppriseAsset(
        app_id="Enerscope", app_desc="Enerscope", app_url=config.public_url, async_mode=False, http_redirects=False,
        image_url_mask="", image_url_logo="", service_timeout=2.0 * config.delivery_timeout_seconds, timezone="UTC",
    )  # fmt: skip
    try:
        return kind.service(address, config, asset, letter or Letter())
    except (AppriseException, TypeError) as problem:
        raise _wrong(
            f"This address of {kind.title} cannot be used. Check it and the settings of {kind.title}."
        ) from problem


def _keep_quiet() -> None:
    """Keep apprise's own lines out of our log: they hold whole addresses. Its results still have them."""
    told = logging.getLogger("apprise")
    told.propagate = False
    if not told.handlers:
        told.addHandler(logging.NullHandler())
