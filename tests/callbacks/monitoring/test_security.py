"""Monitoring > Security: how far the result of pip-audit can be believed is said beside it."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.monitoring import security as page
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import Settings
from portal.core.permissions import Role
from portal.services.monitoring import vulnerabilities
from tests.helpers.layout import text_of

ADMIN = Actor(1, "ada", "Ada", frozenset({Role.ADMINISTRATOR}))
CLEAN = {"name": "jinja2", "version": "3.1.6", "vulns": []}
SKIPPED = {"name": "enerscope", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture
def result(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a result of pip-audit that is some days old, and return what the page says."""

    def said(days: float, *packages: dict[str, Any], at: datetime | None = None) -> str:
        file, now = tmp_path / "audit.json", at or clock.now()
        file.write_text(json.dumps({"dependencies": packages}))
        made = (now - timedelta(days=days)).timestamp()
        os.utime(file, (made, made))
        config = Settings(home=tmp_path, vulnerabilities_file=file)
        monkeypatch.setattr(vulnerabilities, "settings", lambda: config)
        return text_of(page.draw({}, Clocks(now.date(), now), ADMIN))

    return said


def test_a_young_result_of_everything_is_dated_and_says_that_nothing_was_found(result: Any) -> None:
    now = clock.now()  # once: midnight may pass before the next look at the clock
    said = result(1, CLEAN, at=now)
    assert f"Result of {now - timedelta(days=1):%Y-%m-%d}." in said
    assert "looked at every installed package and found none" in said
    assert "could not be looked at" not in said
    assert "old" not in said.partition("Vulnerabilities of packages")[2].partition("Violations")[0]


def test_packages_that_were_left_out_are_counted_and_not_said_to_be_free(result: Any) -> None:
    said = result(1, CLEAN, SKIPPED)
    assert "; 1 package could not be looked at." in said
    assert "every installed package" not in said
    assert "; 2 packages could not be looked at." in result(1, CLEAN, SKIPPED, SKIPPED)


def test_an_old_result_is_a_warning_that_says_what_to_do(result: Any) -> None:
    said = result(12, CLEAN)
    assert "It is 12 days old" in said
    assert "run it again" in said
    assert "The result is old" in said
