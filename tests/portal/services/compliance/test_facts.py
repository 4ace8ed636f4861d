"""Facts of trades as the rules are told them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from data.session import UnitOfWork
from data.writes import trade_facts as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.portfolio.terms import TradeVersion
from portal.services.compliance import facts
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

DAY = date(2026, 6, 8)


@pytest.fixture
def trade_id(database: str) -> int:
    desk.add_desk()
    with UnitOfWork(write=True) as work:
        terms = replace(desk.terms(), trade_date=DAY)
        (stored,) = ledger.record(work, [TradeVersion(terms=terms, effective_on=DAY, recorded_by="anna")])
    return stored.trade_id or 0


def _case(trade_id: int) -> facts.TradeCase:
    with UnitOfWork() as work:
        found = facts.trade_case(work, Clocks(date(2026, 12, 31), clock.now()), trade_id)
    assert found is not None
    return found


def test_what_nobody_entered_is_left_out(trade_id: int) -> None:
    case = _case(trade_id)
    assert case.trade_id == trade_id
    assert case.event_on == DAY
    assert "executed_at" not in case.facts["trade"]
    assert "kyc" not in case.facts["party"]
    assert "acer_code" not in case.facts["party"]
    assert case.facts["trade"]["trade_date"] == "2026-06-08"
    assert "country" in case.facts["parties"][1]
    assert "class" not in case.facts["parties"][1]


def test_facts_of_a_party_hold_from_their_day_on(trade_id: int) -> None:
    code = _case(trade_id).facts["party"]["id"]
    with UnitOfWork(write=True) as work:
        rows = [(date(2026, 1, 1), "A00000001.DE"), (DAY, "A00000002.DE"), (date(2026, 7, 1), "A00000003.DE")]
        writes.add_party_facts(
            work.session, [(code, day, {"acer_code": value}) for day, value in rows], by="anna"
        )
    assert _case(trade_id).facts["party"]["acer_code"] == "A00000002.DE"


def test_facts_of_a_trade_stand_before_what_is_derived(trade_id: int) -> None:
    before = _case(trade_id)
    with UnitOfWork(write=True) as work:
        own = {"trade": {"venue": {"mic": "XOFF"}, "executed_at": "2026-06-08T09:00:00Z"}}
        writes.add_trade_facts(work.session, [(trade_id, datetime.now(UTC), own)], by="anna")
    case = _case(trade_id)
    assert case.facts["trade"]["venue"] == {**before.facts["trade"]["venue"], "mic": "XOFF"}
    assert case.facts["trade"]["executed_at"] == "2026-06-08T09:00:00Z"
    assert before.shape is not None
    assert case.shape is None
