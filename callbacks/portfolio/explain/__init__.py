"""Portfolio > P&L explain: why did the value of the books change?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import ClientsideFunction, Input, Output
from dash.development.base_component import Component

from callbacks.portfolio.explain import grids
from callbacks.portfolio.explain.asking import explained, read
from callbacks.portfolio.explain.cards import ExplainCards
from callbacks.portfolio.explain.ids import Ids
from components.chart import chart_id
from components.kpi import kpi_row
from components.page import grid as side_by_side
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.explain import PERIODS
from portal.services.portfolio.explain_rows import ALL_BOOKS
from portal.services.portfolio.portfolios import list_portfolios
from portal.web.actor import current_actor
from portal.web.guard import guarded_clientside
from portal.web.views import body

__all__ = ["PERIOD_OPTIONS", "Ids", "View", "draw", "grids", "view"]

PERIOD_OPTIONS = list(PERIODS.items())
INPUTS = ("period", "since", "portfolio", "trade", "factor")


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    filters: dict[str, str]
    portfolios: list[tuple[str, str]]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    filters = {name: str(query.get(name) or "") for name in INPUTS}
    filters["period"] = filters["period"] if filters["period"] in PERIODS else "dtd"
    choices = [(ALL_BOOKS, "All books"), *portfolio_choices(list_portfolios(actor))]
    if filters["portfolio"] not in dict(choices):
        filters["portfolio"] = ALL_BOOKS
    return View(clocks, filters, choices, draw(filters, clocks, actor))


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the explanation, or the sentence that says why there is none."""
    try:
        asked = read(filters, clocks)
        seen = explained(asked, clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [empty("This period cannot be explained", refusal.message)]
    card = ExplainCards(seen, asked, clocks)
    if not seen.known.any():
        return [card.path(), *card.said(), card.nothing_known(), *card.missing()]
    alone = seen.trade is not None
    return [
        card.path(),
        *([card.trade()] if alone else []),
        *card.said(),
        kpi_row(card.tiles()),
        side_by_side([card.bridge(), card.parts()]),
        *([] if alone else [card.tree()]),
        card.methods(),
        card.tenors(),
        *([] if alone else [card.trades()]),
        *card.missing(),
    ]


for _picture in (Ids.BRIDGE, Ids.PARTS):
    guarded_clientside(
        ClientsideFunction("explain", "follow"),
        Output(chart_id("graph", _picture), "clickData"),
        Input(chart_id("graph", _picture), "clickData"),
        prevent_initial_call=True,
    )
