"""Portfolio > Valuation: what is owned, what it is worth, and what it has brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.portfolio.valuation import grids
from callbacks.portfolio.valuation.cards import ValuationCards
from callbacks.portfolio.valuation.ids import Ids
from components.kpi import kpi_row
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio import valuation as service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.portfolio.valuation_tables import SPLITS
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["SPLIT_OPTIONS", "Ids", "View", "draw", "grids", "view"]

SPLIT_OPTIONS = list(SPLITS.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``nodes`` are the choices of the portfolio, by code and label."""

    clocks: Clocks
    nodes: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = portfolio_choices(list_portfolios(actor), everything=grids.ALL)
    filters = {"portfolio": query.get("portfolio") or grids.ALL, "split": query.get("split", "")}
    if filters["split"] not in SPLITS:
        filters["split"] = "commodity"
    return View(clocks, choices, filters, draw(filters, clocks, actor))


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, adjustments, tree or trades, what is missing, history and split of one portfolio or of all."""
    portfolio, split = grids.asked(filters)
    try:
        found = service.profits(clocks, actor, portfolio=portfolio or None)
    except NotFound as refusal:
        return [empty("No such portfolio", refusal.message)]
    if not found.now.nodes:
        return [empty("No portfolio", "Ask an administrator to let you see a portfolio.")]
    if not len(found.now.book):
        return [
            empty(
                "No trades yet",
                f"No trade stood in {portfolio or 'your portfolios'} on {clocks.as_of:%Y-%m-%d}. Enter or import "
                "trades, choose a later day, or load the demo desk with 'enerscope demo load'.",
            )
        ]
    cards = ValuationCards(found, clocks, actor, portfolio, split)
    below = cards.trades() if cards.is_book else cards.tree()
    parts = [
        kpi_row(cards.tiles()),
        cards.adjustments(),
        below,
        cards.gaps(),
        cards.history(),
        cards.split_card(),
    ]
    return [part for part in parts if part is not None]
