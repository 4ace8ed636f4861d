"""Risk > Overview: how much could be lost by which method, how the forecasts held, and how far to trust them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.risk.overview import grids
from callbacks.risk.overview.cards import OverviewCards
from callbacks.risk.overview.ids import Ids
from callbacks.risk.overview.limits import limits_card
from callbacks.risk.part import part_notice
from components.job import job_panel
from components.kpi import kpi_row
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk import overview as service
from portal.services.risk.ask import MEASURES, RiskAsk
from portal.services.risk.runs import ALL, LEVELS, METHODS
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["LEVEL_OPTIONS", "MEASURE_OPTIONS", "METHOD_OPTIONS", "Ids", "View", "draw", "grids", "view"]

METHOD_OPTIONS = list(METHODS.items())
MEASURE_OPTIONS = list(MEASURES.items())
LEVEL_OPTIONS = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``nodes`` are the choices of the portfolio, by code and label."""

    clocks: Clocks
    nodes: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    nodes = list_portfolios(actor)
    choices = portfolio_choices(nodes)
    try:
        filters = RiskAsk.of(query).params()
    except DomainError:
        filters = RiskAsk().params()
    if RiskAsk.of(filters).portfolio == ALL and nodes:
        filters["portfolio"] = nodes[0].code
    return View(clocks, choices, filters, draw(filters, clocks, actor), _panel(actor))


def _panel(actor: Actor) -> Component | None:
    """Return what starts a run, for those who may."""
    if not actor.can(Permission.RISK_RUN):
        return None
    hint = "Revalues all books by the method chosen, as of the day of the page"
    return job_panel(
        Ids.BODY, label="Run this method", shown=job_forms.active_job(Ids.BODY, actor), hint=hint
    )


@job_forms.job_form(Ids.BODY, kind="risk.run")
def run_params(filters: Mapping[str, Any], clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a run of the method chosen, as of the day of the page."""
    pinned = None if clocks.live else clocks.known_at
    return {"method": RiskAsk.of(filters).method, "as_of": clocks.as_of, "known_at": pinned}


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, methods, trend, portfolios and the badge of one portfolio."""
    try:
        found = service.overview(RiskAsk.of(filters), clocks, actor)
    except NotFound as refusal:
        return [empty("No such portfolio", refusal.message)]
    if found is None:
        return [
            empty(
                "No run yet",
                f"No run of risk stands as of {clocks.as_of:%Y-%m-%d} or before. Start one if you may, choose a later "
                "day, or load the demo desk with 'enerscope demo load'.",
            )
        ]
    cards = OverviewCards(found)
    parts = [
        part_notice(found),
        kpi_row(cards.tiles()),
        cards.methods(),
        cards.method_bars(),
        cards.trend(),
        cards.below(),
        cards.badge(),
        limits_card(found.node.code, clocks, actor),
    ]
    return [part for part in parts if part is not None]
