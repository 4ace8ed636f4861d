"""Risk > Distribution: the P&L of all scenarios of a run, its tail, and one scenario opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.risk.distribution import grids
from callbacks.risk.distribution.cards import DistributionCards
from callbacks.risk.distribution.ids import Ids
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk.ask import EVERYTHING, RiskAsk
from portal.services.risk.runs import LEVELS, METHODS
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["LEVEL_OPTIONS", "METHOD_OPTIONS", "Ids", "View", "draw", "grids", "view"]

METHOD_OPTIONS = [(code, title) for code, title in METHODS.items() if code != "parametric"]
LEVEL_OPTIONS = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]


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
    choices = portfolio_choices(list_portfolios(actor), everything=EVERYTHING)
    try:
        filters = RiskAsk.of(query).params()
    except DomainError:
        filters = RiskAsk().params()
    if filters["method"] not in dict(METHOD_OPTIONS):
        filters["method"] = "historical"
    filters["scenario"] = query.get("scenario", "")[:40]
    return View(clocks, choices, filters, draw(filters, clocks, actor))


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the histogram, levels, worst scenarios and one of them opened."""
    try:
        found = grids.opened(filters, clocks, actor)
        if found is None:
            method = METHODS[RiskAsk.of(filters).method]
            return [
                empty(
                    "No run yet",
                    f"No run of the method '{method}' stands as of {clocks.as_of:%Y-%m-%d} or before. Choose another "
                    "method or a later day, or start a run on Risk > Overview if you may.",
                )
            ]
        cards = DistributionCards(found)
        parts: list[Component | html.Div] = [
            cards.histogram(), cards.levels(), cards.worst(), cards.scenario(), cards.trades(), cards.notes(),
        ]  # fmt: skip
    except NotFound as refusal:
        return [empty("Not found", refusal.message)]
    return parts
