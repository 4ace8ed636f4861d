"""A small desk whose packs are quick to make."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.core import config
from portal.services.packs import composing
from tests.helpers import packs
from tests.helpers.receivers import Mailbox, mailbox


@pytest.fixture
def small_packs(database: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Packs of what books were worth, files below a folder of the test; returned is the URL of the database."""
    monkeypatch.setattr(composing, "compose", packs.compose)
    monkeypatch.setenv("ENERSCOPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ENERSCOPE_PACK_FOLDER", str(tmp_path / "packs"))
    config.settings.cache_clear()
    packs.add_books("GAS", "POWER")
    yield database
    config.settings.cache_clear()


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox() as found:
        yield found


@pytest.fixture
def sends(small_packs: str, mails: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A portal that sends to ``mails``."""
    given = {
        "SECRET_KEY": "the secret of the tests", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mails.port),
        "SMTP_TLS": "none", "SMTP_SENDER": "Enerscope <portal@example.com>", "DELIVERY_TIMEOUT_SECONDS": "30",
        "PUBLIC_URL": "https://portal.example.com",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"ENERSCOPE_{name}", value)
    config.settings.cache_clear()
    yield
    config.settings.cache_clear()
