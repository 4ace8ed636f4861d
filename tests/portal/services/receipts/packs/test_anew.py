"""What offline checks cannot find: a pack made anew from the database, under its clocks and as its reader."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.core import canonical, config
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.services import access, receipts
from portal.services.packs import composing, formats, sealing
from portal.services.packs.making import Ask, make
from portal.services.receipts import Status
from tests.helpers import packs
from tests.helpers.packs import add_value, evening, person

TUESDAY = date(2026, 10, 20)
PINNED = Clocks(TUESDAY, evening(TUESDAY, 22), live=False)
ASK = Ask("portfolio", {}, PINNED, ("json", "xlsx"))


@pytest.fixture
def check(database: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., receipts.Verdict]:
    """Check bytes against a desk of two books; packs are of what these were worth."""
    monkeypatch.setattr(composing, "compose", packs.compose)
    monkeypatch.setenv("ENERSCOPE_HOME", str(tmp_path / "home"))
    config.settings.cache_clear()
    packs.add_books("GAS", "POWER")
    for book, value in (("GAS", 1200.0), ("POWER", 700.0)):
        add_value(book, TUESDAY, value)

    def run(content: bytes) -> receipts.Verdict:
        path = tmp_path / "pack.bin"
        path.write_bytes(content)
        return receipts.verify(path)

    yield run
    config.settings.cache_clear()


def said(verdict: receipts.Verdict) -> str:
    return " ".join(verdict.sentences)


@pytest.mark.parametrize("code", ["json", "xlsx"])
def test_a_pack_of_the_history_is_valid_after_later_corrections(check, code):
    made = make(ASK, person("ann", Role.RISK_OFFICER, "GAS", "POWER"), by="ann")
    add_value("GAS", TUESDAY, 99999.0, recorded_at=datetime(2026, 11, 15, tzinfo=UTC))
    verdict = check(packs.content(made.id, code))
    assert (verdict.status, verdict.exit_status, verdict.checked) == (Status.VALID, 0, "database"), verdict
    assert f"The history holds this very file: pack {made.id} as {code.upper()}" in said(verdict)
    assert "Made anew from the database, under its clocks and as ann, it says the same." in said(verdict)


def test_a_forgery_that_agrees_with_itself_is_found(check):
    made = make(ASK, person("ann", Role.RISK_OFFICER, "GAS", "POWER"), by="ann")
    found = json.loads(packs.content(made.id, "json"))
    parts = found["chapters"][0]["sections"][0]["parts"]
    table = next(part for part in parts if part["kind"] == "rows")["table"]
    row = next(row for row in table["rows"] if 1200.0 in row)
    row[row.index(1200.0)] = 1299.0
    forged = sealing.sealed({k: v for k, v in found.items() if k not in sealing.UNHASHED})
    verdict = check(canonical.encode(forged))
    assert (verdict.status, verdict.checked) == (Status.NOT_REPRODUCIBLE, "database")
    assert "has no pack with this digest" in said(verdict)
    assert "the file says 1299.0, made anew it is 1200.0" in said(verdict)


def test_rights_of_then_count_where_the_history_names_them(check):
    made = make(ASK, person("ben", Role.TRADER, "GAS"), by="ben")
    access.set_portfolios("ben", ("POWER",), person("root", Role.ADMINISTRATOR))
    assert check(packs.content(made.id, "json")).status is Status.VALID


def test_without_the_history_other_rights_are_offered_as_the_reason(check):
    ben = person("ben", Role.TRADER, "GAS")
    content = formats.write(composing.compose("portfolio", {}, PINNED, ben), "json")
    assert check(content).status is Status.VALID
    access.set_portfolios("ben", ("POWER",), person("root", Role.ADMINISTRATOR))
    verdict = check(content)
    assert verdict.status is Status.NOT_REPRODUCIBLE
    assert "The rights of its reader may have changed since." in said(verdict)


def test_a_reader_that_nobody_knows_is_said(check):
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    document = replace(composing.compose("portfolio", {}, PINNED, ann), reader="Max (max)")
    verdict = check(formats.write(document, "json"))
    assert verdict.status is Status.NOT_REPRODUCIBLE
    assert "Nobody here is called 'max'" in said(verdict)
