"""The rules over stored trades: what is found is stored once, and opens cases."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import trade_facts as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.portfolio.terms import TradeVersion
from portal.services.compliance import checks
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

DAY = date(2026, 6, 8)
CARGO = {
    "trade": {
        "origin": "RU", "cn": "2709", "price_usd_bbl": 52.4, "seaborne": True, "attestation": True,
        "contract_date": "2026-06-08", "lifting_date": "2026-07-01",
    },
    "service_jurisdictions": ["EU"],
}  # fmt: skip


@pytest.fixture
def cargo(database: str) -> int:
    """A cargo of Russian crude above the cap."""
    desk.add_desk()
    books, parties, curves = desk.ids("portfolios"), desk.ids("counterparties"), desk.ids("curves")
    terms = replace(
        desk.terms(), trade_date=DAY, kind="forward_physical", portfolio_id=books["OIL"], price=52.4,
        counterparty_id=parties["NORDWIND"], curve_id=curves["BRENT"], quantity=30_000.0, quantity_unit="bbl",
        profile="base", delivery_start=date(2026, 7, 1), delivery_end=date(2026, 8, 1),
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        (stored,) = ledger.record(work, [TradeVersion(terms=terms, effective_on=DAY, recorded_by="anna")])
        number = stored.trade_id or 0
        writes.add_trade_facts(work.session, [(number, clock.now(), CARGO)], by="anna")
    return number


def _rows(statement: str) -> list[tuple[object, ...]]:
    with UnitOfWork() as work:
        return [tuple(row) for row in work.session.execute(text(statement))]


def test_a_breach_is_stored_once_and_opens_one_case(cargo: int) -> None:
    first = checks.run(Clocks(DAY, clock.now()))
    again = checks.run(Clocks(DAY, clock.now()))
    assert first.subjects == again.subjects == 1
    assert again.stored == 0
    assert _rows(
        "SELECT trade_id, action, measured, \"limit\", unit FROM compliance_records WHERE rule = 'GL-SN-04'"
    ) == [(cargo, "block", 52.4, 44.1, "USD/bbl")]
    assert _rows("SELECT severity, trade_id, state FROM cases WHERE rule = 'GL-SN-04'") == [
        ("critical", cargo, "open")
    ]
    assert _rows("SELECT count(*) FROM compliance_runs") == [(2,)]


def test_a_blocking_rule_without_facts_is_a_gap(cargo: int) -> None:
    checks.run(Clocks(DAY, clock.now()))
    found = dict(_rows("SELECT rule, action FROM compliance_records WHERE action = 'gap'"))
    assert found["GL-KY-01"] == "gap"
    ((message,),) = _rows("SELECT message FROM compliance_records WHERE rule = 'GL-KY-01'")
    assert "party.kyc.status" in str(message)


def test_a_record_names_the_parameter_and_the_inputs(cargo: int) -> None:
    checks.run(Clocks(DAY, clock.now()))
    ((inputs, parameters, version, seen),) = _rows(
        "SELECT inputs, parameters, trade_version, as_of FROM compliance_records WHERE rule = 'GL-SN-04'"
    )
    assert inputs["trade.origin"] == "RU"  # type: ignore[index]
    assert parameters["GL-SN-04.crude_cap_usd_per_bbl.EU"]["value"] == 44.1  # type: ignore[index]
    assert (version, seen) == (1, DAY)


def test_many_findings_of_one_rule_share_a_case_for_each_counterparty(database: str) -> None:
    desk.add_desk()
    with UnitOfWork(write=True) as work:
        ledger.record(
            work,
            [
                TradeVersion(
                    terms=replace(desk.terms(f"T-{n}"), trade_date=DAY), effective_on=DAY, recorded_by="anna"
                )
                for n in range(checks.MOST_ALIKE + 5)
            ],
        )
    done = checks.run(Clocks(DAY, clock.now()))
    assert done.subjects == checks.MOST_ALIKE + 5
    assert _rows("SELECT count(*) FROM cases WHERE rule = 'GL-KY-01'") == [(1,)]
