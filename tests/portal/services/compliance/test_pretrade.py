"""What the rules say of a deal that is only asked about; nothing is recorded."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from callbacks.portfolio.what_if_compliance import _line
from data.session import UnitOfWork
from data.writes import trade_facts as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.services.compliance import facts, pretrade, rulebook
from tests.helpers import trades as desk
from tests.helpers.files import rows
from tests.helpers.layout import text_of

DAY = date(2026, 6, 8)
AT = datetime(2026, 6, 8, 9, tzinfo=UTC)


@pytest.fixture
def said(database: str):
    """Return the verdict on a TTF forward with a party that is registered with nobody."""
    desk.add_desk()
    with UnitOfWork(write=True) as work:
        paper = {
            "established_in": "DE",
            "acer_code": None,
            "registered_from": None,
            "eu_representative": None,
        }
        writes.add_party_facts(work.session, [("NORDWIND", date(2020, 1, 1), paper)], by="anna")
    with UnitOfWork() as work:
        clocks = Clocks(DAY, clock.now())
        book, known = rulebook.load(work, clocks), facts.load(work, clocks)
    terms = replace(
        desk.terms(), trade_date=DAY, kind="forward_physical", counterparty_id=desk.ids("counterparties")["NORDWIND"],
        curve_id=desk.ids("curves")["TTF"], price=80.0,
    )  # fmt: skip

    def judge(reference: float):
        return pretrade.judge(terms, book, known, AT, text="buy TTF", reference=reference)

    return judge


def test_a_block_is_said_in_the_sentence_of_the_rule_and_nothing_is_stored(said) -> None:
    found = said(80.0)
    assert found.decision == "block"
    assert found.findings[0][:2] == ("block", "EU-RM-12")
    assert ("data gap", "GL-KY-01") in [row[:2] for row in found.findings]
    assert "EU-REMIT" in found.regimes
    assert rows("SELECT count(*) FROM compliance_records") == [(0,)]
    drawn = text_of(_line(found))
    assert "would be refused" in drawn
    assert "EU-RM-12" in drawn


def test_a_price_far_from_the_fair_one_is_a_fat_finger(said) -> None:
    assert "GL-FF-01" in [code for _, code, _ in said(8.0).findings]
    assert "GL-FF-01" not in [code for _, code, _ in said(79.0).findings]
