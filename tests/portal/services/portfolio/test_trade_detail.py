"""One trade: its versions as differences, under both clocks, and the cells of its form."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger, trade_detail
from portal.services.portfolio.amendments import Request, propose_amendment, reject
from tests.helpers import trades as desk

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
ALL = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})
OTTO = Actor(1, "otto", "Otto", frozenset({Role.OPERATIONS}), ALL)
RITA = Actor(2, "rita", "Rita", frozenset({Role.RISK_OFFICER}), ALL)


def store(*versions: TradeVersion) -> list[TradeVersion]:
    with UnitOfWork(write=True) as work:
        return ledger.record(work, versions)


@pytest.fixture
def trade(database: str) -> TradeVersion:
    """The first of two versions: amended in effect two days later, recorded three days later."""
    desk.add_desk()
    desk.add_level("TTF", DAY, 30.0)
    (first,) = store(TradeVersion(terms=desk.terms(), effective_on=DAY, recorded_by="mara", recorded_at=AT))
    terms = replace(first.terms, price=33.25, counterparty_id=desk.ids("counterparties")["ALPENBANK"])
    store(
        replace(
            first, version=2, event="amended", effective_on=DAY + timedelta(days=2), recorded_at=AT + timedelta(days=3),
            terms=terms, approved_by="rita", reason="Novated",
        )
    )  # fmt: skip
    return first


def see(
    trade: TradeVersion, day: int = 30, at: datetime = LATER, actor: Actor = OTTO
) -> trade_detail.TradeDetail:
    return trade_detail.detail(trade.trade_id or 0, Clocks(DAY + timedelta(days=day), at, live=False), actor)


def test_history_is_a_difference_by_field(trade: TradeVersion) -> None:
    found = see(trade)
    changes = [(change.label, change.before, change.after) for change in found.versions[1].changes]
    assert changes == [
        ("Counterparty", "NORDWIND", "ALPENBANK"),
        ("Price", "31.5 EUR/MWh", "33.25 EUR/MWh"),
    ]
    table = trade_detail.history_table(found)
    assert table.column("term") == ["Counterparty", "Price", None]
    assert table.column("approved_by") == ["rita", "rita", None]
    assert found.title == "Buy financial forward TTF"
    assert {label: text for _, label, text in found.terms}["Delivery to"] == "2026-09-30"


def test_both_clocks(trade: TradeVersion) -> None:
    assert see(trade).current.version == 2
    early = see(trade, day=1)
    assert (early.current.version, [view.counts for view in early.versions]) == (1, [True, False])
    known = see(trade, at=AT + timedelta(days=1))
    assert (known.current.version, len(known.versions)) == (1, 1)
    with pytest.raises(NotFound, match="not known yet"):
        see(trade, at=AT - timedelta(days=1))
    assert see(trade, day=-5).current.version == 1  # shown, though it takes effect later


def test_not_of_my_books(trade: TradeVersion) -> None:
    with pytest.raises(NotFound, match="no trade"):
        see(trade, actor=replace(OTTO, portfolio_codes=frozenset({"OIL"})))
    with pytest.raises(NotFound):
        trade_detail.detail(10**15, Clocks(DAY, LATER), OTTO)
    with pytest.raises(NotPermitted):
        see(trade, actor=Actor(3, "ana", "Ana", frozenset({Role.ADMINISTRATOR}), ALL))


def test_proposals(trade: TradeVersion) -> None:
    request = Request(trade.trade_id or 0, 2, DAY + timedelta(days=2), "Typing error")
    number = propose_amendment(request, {"quantity": "20", "delivery_end": "2026-09-01"}, OTTO)
    waiting = see(trade).open
    assert waiting is not None
    assert [(change.label, change.before, change.after) for change in waiting.changes] == [
        ("Quantity", "10 MW through the hours", "20 MW through the hours"),
        ("Delivery to", "2026-09-30", "2026-08-31"),
    ]
    assert not waiting.is_stale
    before = clock.now()
    reject(number, "not so", RITA)
    assert see(trade, at=before).open is not None  # as it was known then
    after = see(trade)
    assert after.open is None
    assert after.decided[0].proposal.note == "not so"


def test_form(trade: TradeVersion) -> None:
    form = trade_detail.form(trade.trade_id or 0, OTTO)
    assert form.values["quantity"] == "10"
    assert form.values["price"] == "33.25"
    assert form.values["counterparty"] == "ALPENBANK"
    assert "strike" not in form.values
    assert "OIL" in form.choices["book"]
    with pytest.raises(NotPermitted):
        trade_detail.form(trade.trade_id or 0, RITA)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (
            {"kind": "option", "price": None, "strike": 30.0, "premium": 1.0, "is_call": False, "vol_model": "black76",
             "expiry": date(2026, 6, 25), "quantity_unit": "MWh"},
            {"option": "put", "expiry": "2026-06-25", "shift": ""},
        ),
        (
            {"kind": "storage", "price": None, "premium": 0.5, "details": {"capacity": 5.0}},
            {"details": '{"capacity": 5.0}'},
        ),
    ],
)  # fmt: skip
def test_form_of_other_kinds(database: str, changes: dict[str, Any], wanted: dict[str, str]) -> None:
    desk.add_desk()
    (stored,) = store(TradeVersion(terms=desk.terms("X", **changes), effective_on=DAY, recorded_by="mara"))
    values = trade_detail.form(stored.trade_id or 0, OTTO).values
    assert {name: values[name] for name in wanted} == wanted
