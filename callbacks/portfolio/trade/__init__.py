"""Portfolio > Trades > one trade: its terms, its versions, and how it is changed by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash.development.base_component import Component

from callbacks.portfolio.trade import changes
from callbacks.portfolio.trade.cards import content
from callbacks.portfolio.trade.ids import TRADES_PATH, Ids, names_a_number
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.services import clocks as clock_service
from portal.services.portfolio import trade_detail, trade_value
from portal.services.portfolio.trade_detail import TradeDetail
from portal.web.actor import current_actor
from portal.web.views import body, grid

__all__ = ["Ids", "View", "changes", "draw", "list_address", "view"]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    title: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the trade that ``query`` names."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    asked = query.get("id", "")
    if not names_a_number(asked):
        words = "Open a trade from the list under Portfolio > Trades."
        return View(clocks, "Trade", [empty("The link names no trade", words)])
    found = trade_detail.detail(int(asked), clocks, actor)
    return View(clocks, f"Trade {found.last.terms.external_id}", content(found, clocks, actor))


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of the trade ``id``."""
    return content(_named(filters, clocks, actor), clocks, actor)


def _named(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> TradeDetail:
    asked = filters.get("id")
    if not names_a_number(asked):
        raise DomainError("The link names no trade. Open one from the list under Portfolio > Trades.")
    return trade_detail.detail(int(str(asked)), clocks, actor)


@grid(Ids.LEGS, title="Legs of a trade", permission=Permission.PORTFOLIO_READ)
def load_legs(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the delivery months of a trade with their value."""
    return trade_value.leg_table(query, _named(filters, clocks, actor), clocks, actor)


@grid(Ids.HISTORY, title="History of a trade", permission=Permission.PORTFOLIO_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the versions of a trade term by term."""
    return sort_rows(trade_detail.history_table(_named(filters, clocks, actor)), query)


def list_address(clocks: Clocks) -> str:
    """Return the address of the list of trades under the same clocks."""
    return f"{TRADES_PATH}?{urlencode(clocks.query())}"
