"""Receivers of messages, and a portal that is set up for them."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.core import config
from tests.helpers.receivers import Hook, Mailbox, mailbox, webhook


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook."""
    with webhook() as found:
        yield found


@pytest.fixture
def delivery_settings(
    mails: Mailbox, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Settings of a portal that sends to ``mails`` and may reach this machine; returned as its environment."""
    found = {
        "ENERSCOPE_HOME": str(tmp_path / "home"),
        "ENERSCOPE_SECRET_KEY": "the secret of the tests",
        "ENERSCOPE_SMTP_HOST": "127.0.0.1",
        "ENERSCOPE_SMTP_PORT": str(mails.port),
        "ENERSCOPE_SMTP_TLS": "none",
        "ENERSCOPE_SMTP_SENDER": "Enerscope <portal@example.com>",
        "ENERSCOPE_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "ENERSCOPE_DELIVERY_TIMEOUT_SECONDS": "30",
        "ENERSCOPE_PUBLIC_URL": "https://portal.example.com",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    yield found
    config.settings.cache_clear()
