"""The rules at the door of the book: refused with the rule's sentence, let in by two people, recorded either way."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.session import UnitOfWork
from data.writes import trade_facts as writes
from portal.core.actor import SYSTEM, Actor
from portal.core.permissions import Role
from portal.services.compliance import booking, cases
from portal.services.portfolio import amendments
from portal.services.portfolio.amendments import Request
from tests.helpers import trades as desk
from tests.helpers.files import rows, take

DAY = date(2026, 3, 2)
FIELDS = ("external_id", "trade_date", "book", "counterparty", "kind", "curve", "side", "quantity", "unit", "price",
          "product", "trader")  # fmt: skip
ROW = (
    "D-1",
    "2026-03-02",
    "GAS_EU",
    "NORDWIND",
    "forward_physical",
    "TTF",
    "buy",
    "10",
    "MW",
    "31.5",
    "2026-Q3",
    "Mara",
)
OFFICER = Actor(7, "officer", "Officer", frozenset({Role.COMPLIANCE_OFFICER}))
HEAD = Actor(8, "head", "Head", frozenset({Role.COMPLIANCE_HEAD}))
UNREGISTERED = {"established_in": "DE", "acer_code": None, "registered_from": None, "eu_representative": None}


@pytest.fixture(autouse=True)
def market(database: str) -> None:
    """A desk whose counterparty NORDWIND is registered with no regulator."""
    desk.add_desk()
    desk.add_level("TTF", DAY, 30.0)
    with UnitOfWork(write=True) as work:
        writes.add_party_facts(work.session, [("NORDWIND", date(2020, 1, 1), UNREGISTERED)], by="anna")


def _take(folder: Path, **changes: str) -> Any:
    row = dict(zip(FIELDS, ROW, strict=True)) | changes
    return take(folder, f"{','.join(row)}\n{','.join(row.values())}\n", "trades")


def _accept(case_id: int) -> None:
    cases.propose(case_id, OFFICER, "accepted", "The registration is under way; ACER has confirmed it.")
    cases.approve(case_id, HEAD, "Seen.")


def _case() -> int:
    ((number,),) = rows("SELECT id FROM cases WHERE rule = 'EU-RM-12' AND severity = 'high'")
    return int(number)


def test_a_block_refuses_the_row_with_the_sentence_of_the_rule(tmp_path: Path) -> None:
    report = _take(tmp_path)
    assert report.status == "refused"
    assert "EU-RM-12" in report.problems[0].message
    assert rows("SELECT count(*) FROM trades") == [(0,)]
    assert rows("SELECT action, subject, trade_id FROM compliance_records WHERE rule = 'EU-RM-12'") == [
        ("block", "D-1", None)
    ]
    assert rows("SELECT kind FROM compliance_runs") == [("booking",)]


def test_two_people_let_the_same_trade_in_and_no_other(tmp_path: Path) -> None:
    _take(tmp_path)
    _take(tmp_path)
    _accept(_case())
    assert _take(tmp_path, price="32.0").status == "refused"
    report = _take(tmp_path)
    assert (report.status, report.rows_stored) == ("stored", 1)


def test_one_person_cannot_let_it_in(tmp_path: Path) -> None:
    _take(tmp_path)
    cases.propose(_case(), OFFICER, "accepted", "The registration is under way.")
    assert _take(tmp_path).status == "refused"


def test_missing_facts_let_a_trade_in_with_a_record(tmp_path: Path) -> None:
    assert _take(tmp_path, counterparty="ALPENBANK").rows_stored == 1
    found = dict(rows("SELECT rule, action FROM compliance_records WHERE trade_id IS NOT NULL"))
    assert found["GL-KY-01"] == "gap"


def test_an_amendment_is_asked_about_when_it_is_approved(tmp_path: Path) -> None:
    _take(tmp_path, counterparty="ALPENBANK")
    ((number,),) = rows("SELECT trade_id FROM trades")
    trader = replace(SYSTEM, username="mara")
    proposal = amendments.propose_amendment(
        Request(int(number), 1, DAY, "Booked on the wrong name"), {"counterparty": "NORDWIND"}, trader
    )
    with pytest.raises(booking.RefusedByRules, match="EU-RM-12"):
        amendments.approve(proposal, "", SYSTEM)
    assert rows("SELECT max(version) FROM trades") == [(1,)]
    _accept(_case())
    assert amendments.approve(proposal, "", SYSTEM).version == 2
