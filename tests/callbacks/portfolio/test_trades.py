"""The pages of trades: what each role sees, and what the buttons do with two people."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from dash import no_update
from dash._callback_context import context_value
from dash._utils import AttributeDict

from callbacks.portfolio import approvals, trade, trades
from callbacks.portfolio.trade import Ids, changes
from callbacks.portfolio.trade.ids import CELL
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.domain.portfolio.terms import TradeVersion
from portal.services import clocks as clock_service
from portal.services.portfolio import ledger, trade_detail
from tests.helpers import trades as desk
from tests.helpers.layout import components, text_of

DAY = date(2026, 3, 2)
ALL = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})
READERS = [role for role in Role if role is not Role.ADMINISTRATOR]


def someone(role: Role, name: str = "", books: frozenset[str] = ALL) -> Actor:
    return Actor(1, name or role.value, role.label, frozenset({role}), books)


OTTO, RITA = someone(Role.OPERATIONS, "otto"), someone(Role.RISK_OFFICER, "rita")
As = Callable[[Actor], None]


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> As:
    """A function that makes somebody the one who asks."""

    def become(actor: Actor) -> None:
        for module in (trade, changes, trades, approvals):
            monkeypatch.setattr(module, "current_actor", lambda: actor)

    return become


@pytest.fixture
def number(database: str) -> int:
    """The number of a trade of gas."""
    desk.add_desk()
    desk.add_level("TTF", DAY, 30.0)
    with UnitOfWork(write=True) as work:
        (stored,) = ledger.record(
            work, [TradeVersion(terms=desk.terms("GAS-1"), effective_on=DAY, recorded_by="mara")]
        )
    return stored.trade_id or 0


def press(button: str, function: Callable[..., Any], *values: Any) -> Any:
    """Call a callback as if ``button`` had been pressed."""

    def run() -> Any:
        context_value.set(AttributeDict(triggered_inputs=[{"prop_id": f"{button}.n_clicks"}]))
        return function(*values)

    return copy_context().run(run)


def propose(number: int, button: str = Ids.AMEND, reason: str = "Typing error", **cells: str) -> Any:
    values = {**trade_detail.form(number, OTTO).values, **cells}
    ids = [{"type": CELL, "column": name} for name in values]
    state = {"id": number, "version": 1, "clocks": {}}
    return press(button, changes.propose, 1, None, state, "2026-03-02", reason, list(values.values()), ids)


def ids_of(tree: Any) -> set[str]:
    return {str(getattr(part, "id", "")) for part in components(tree)}


@pytest.mark.parametrize("role", READERS)
def test_every_reader_sees_the_list_and_a_trade(number: int, acting: As, role: Role) -> None:
    acting(someone(role))
    seen = trades.view({"node": "GAS", "status": "live"})
    assert seen.filters == {
        "node": "GAS",
        "commodity": "all",
        "kind": "all",
        "counterparty": "all",
        "status": "live",
    }
    assert "GAS-1" in text_of(seen.content)
    page = trade.view({"id": str(number)})
    assert page.title == "Trade GAS-1"
    may_change = someone(role).can(Permission.TRADE_ENTER)
    assert seen.may_import == may_change  # who may enter trades may import files, too
    assert (Ids.AMEND in ids_of(page.content)) == may_change


def test_mistyped_links(number: int, acting: As) -> None:
    acting(OTTO)
    assert trades.view({"node": "NOPE", "kind": "x", "status": "?"}).filters["node"] == "all"
    assert "names no trade" in text_of(trade.view({"id": "12x"}).content)
    assert "names no trade" in text_of(trade.view({}).content)
    with pytest.raises(NotFound, match="no trade"):
        trade.view({"id": "999999"})
    with pytest.raises(DomainError, match="names no trade"):
        trade.draw({"id": "x"}, clock_service.resolve({}), OTTO)


def test_empty_states(database: str, acting: As) -> None:
    acting(OTTO)
    assert "No trades yet" in text_of(trades.view({}).content)
    assert "No trade fits" in text_of(trades.view({"kind": "swap"}).content)
    assert "Nothing waits" in text_of(approvals.view({})[1])
    acting(someone(Role.TRADER, books=frozenset()))
    assert "You see no book yet" in text_of(trades.view({}).content)


def test_two_people_amend(number: int, acting: As) -> None:
    acting(OTTO)
    said, page = propose(number, price="32.75")
    assert said is no_update
    assert "It waits for a second person" in text_of(page)
    assert Ids.AMEND not in ids_of(page)  # one proposal at a time
    assert "You proposed this" in text_of(page)
    assert "1 proposal to change a trade waits" in text_of(trades.view({}).content)
    acting(RITA)
    _, waiting = approvals.view({})
    assert "GAS-1" in text_of(waiting)
    found = trade_detail.detail(number, clock_service.resolve({}), RITA)
    assert found.open is not None
    proposal = found.open.proposal.id
    said, _ = press(Ids.REJECT, changes.decide, None, 1, proposal, "")
    assert "Say why" in text_of(said)
    said, page = press(Ids.APPROVE, changes.decide, 1, None, proposal, "seen")
    assert said is no_update
    assert "is at version 2 now" in text_of(page)
    assert "32.75 EUR/MWh" in text_of(page)
    again, _ = press(Ids.APPROVE, changes.decide, 1, None, proposal, "")
    assert "approved by rita before" in text_of(again)


def test_refusals_are_said_in_the_form(number: int, acting: As) -> None:
    acting(OTTO)
    assert "Nothing would change" in text_of(propose(number)[0])
    assert "is not a number" in text_of(propose(number, price="abc")[0])
    assert "characters why" in text_of(propose(number, price="32", reason=" ")[0])
    said, page = press(Ids.AMEND, changes.propose, 1, None, {"id": "x"}, "2026-03-02", "r", [], [])
    assert "does not say which trade" in text_of(said)
    assert page is no_update
    said, _ = press(Ids.AMEND, changes.propose, 1, None, {"id": number, "version": 1}, "", "r", [], [])
    assert "from which day" in text_of(said)
    said, _ = press(Ids.APPROVE, changes.decide, 1, None, None, "")
    assert "does not say which proposal" in text_of(said)
    assert press(Ids.AMEND, changes.propose, None, None, None, None, None, [], []) == (no_update, no_update)
    assert press(Ids.APPROVE, changes.decide, None, None, None, None) == (no_update, no_update)
    assert press(Ids.WITHDRAW, changes.take_back, None, None) == (no_update, no_update)


def test_cancel_and_withdraw(number: int, acting: As) -> None:
    acting(OTTO)
    _, page = propose(number, Ids.CANCEL)
    assert "Cancellation waits" in text_of(page)
    found = trade_detail.detail(number, clock_service.resolve({}), OTTO)
    assert found.open is not None
    said, _ = press(Ids.APPROVE, changes.decide, 1, None, found.open.proposal.id, "")
    assert "a second person must decide" in text_of(said)
    _, page = press(Ids.WITHDRAW, changes.take_back, 1, found.open.proposal.id)
    assert "was withdrawn" in text_of(page)
    assert Ids.AMEND in ids_of(page)


def test_grids_are_those_of_the_reader(number: int, acting: As) -> None:
    clocks = clock_service.resolve({})
    blind = replace(OTTO, portfolio_codes=frozenset({"OIL"}))
    assert trades.load_trades(GridQuery(), {}, clocks, OTTO).total == 1
    assert trades.load_trades(GridQuery(), {}, clocks, blind).total == 0
    assert trade.load_history(GridQuery(), {"id": str(number)}, clocks, OTTO).total == 1
    with pytest.raises(NotFound):
        trade.load_history(GridQuery(), {"id": str(number)}, clocks, blind)
    with pytest.raises(DomainError):
        trade.load_history(GridQuery(), {}, clocks, OTTO)


def test_pages_are_registered(number: int, acting: As, portal_app: Any) -> None:
    import dash

    acting(OTTO)
    pages = {page["path"]: page for page in dash.page_registry.values()}
    assert pages["/portfolio/trades"]["order"] == 40
    assert pages["/portfolio/approvals"]["permission"] is Permission.TRADE_APPROVE
    assert pages["/portfolio/trade"]["nav"] is False


def test_value_of_a_trade(number: int, acting: As) -> None:
    july = [date(2026, month, 1) for month in (7, 8, 9)]
    desk.add_level("TTF", date(2026, 3, 3), 33.5, july)
    acting(OTTO)
    clocks = clock_service.resolve({"as_of": "2026-03-03"})
    page = text_of(trade.draw({"id": number}, clocks, OTTO))
    assert "Value by delivery month" in page
    legs = trade.load_legs(GridQuery(), {"id": str(number)}, clocks, OTTO)
    assert legs.column("volume") == [7440.0, 7440.0, 7200.0]
    assert sum(float(str(cell)) for cell in legs.column("unrealised")) == pytest.approx(22080 * 2.0)
    early = trade.load_legs(
        GridQuery(), {"id": str(number)}, clock_service.resolve({"as_of": "2026-03-01"}), OTTO
    )
    assert early.rows == []
