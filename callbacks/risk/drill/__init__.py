"""Risk > Drill-down: one figure opened by portfolio, factor and trade, with and without some of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.risk.drill import grids
from callbacks.risk.drill.cards import DrillCards
from callbacks.risk.drill.ids import Ids
from components.kpi import kpi_row
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk.ask import EVERYTHING, MEASURES, RiskAsk
from portal.services.risk.drill import SPLITS
from portal.services.risk.runs import LEVELS, METHODS
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = [
    "LEVEL_OPTIONS",
    "MEASURE_OPTIONS",
    "METHOD_OPTIONS",
    "SPLIT_OPTIONS",
    "Ids",
    "View",
    "draw",
    "grids",
    "view",
]

METHOD_OPTIONS = list(METHODS.items())
MEASURE_OPTIONS = list(MEASURES.items())
LEVEL_OPTIONS = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]
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
    choices = portfolio_choices(list_portfolios(actor), everything=EVERYTHING)
    try:
        filters = RiskAsk.of(query).params()
    except DomainError:
        filters = RiskAsk().params()
    by = query.get("by", "")
    filters |= {"by": by if by in SPLITS else "curve", "without": query.get("without", "")[:400]}
    filters.setdefault("run", "")
    return View(clocks, choices, filters, draw(filters, clocks, actor))


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, portfolios or trades, heat map and factors of one figure."""
    try:
        found = grids.opened(filters, clocks, actor)
        return _no_run(filters, clocks) if found is None else _cards(DrillCards(found))
    except NotFound as refusal:
        return [empty("Not found", refusal.message)]


def _no_run(filters: Mapping[str, Any], clocks: Clocks) -> list[Component]:
    method = METHODS[RiskAsk.of(filters).method]
    return [
        empty(
            "No run yet",
            f"No run of the method '{method}' stands as of {clocks.as_of:%Y-%m-%d} or before. Choose another "
            "method or a later day, or start a run on Risk > Overview if you may.",
        )
    ]


def _cards(cards: DrillCards) -> list[Component]:
    opening = [cards.trades()] if cards.found.is_book else [cards.nodes()]
    after = [] if cards.found.is_book else [cards.trades()]
    parts = [
        kpi_row(cards.tiles()),
        cards.notes(),
        *opening,
        cards.heat(),
        cards.bars(),
        cards.groups(),
        *after,
    ]
    return [part for part in parts if part is not None]
