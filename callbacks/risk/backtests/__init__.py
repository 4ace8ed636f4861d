"""Risk > Backtests: did the forecasts of risk hold, by which method, and why not where they did not?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import ClientsideFunction, Input, Output, html
from dash.development.base_component import Component

from callbacks.risk.backtests import grids
from callbacks.risk.backtests.cards import BacktestCards
from callbacks.risk.backtests.exceptions import desk, opened, say
from callbacks.risk.backtests.filling import panel
from callbacks.risk.backtests.ids import Ids
from callbacks.risk.part import part_notice
from components.chart import chart_id
from components.portfolios import portfolio_choices
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk import backtests as service
from portal.services.risk.backtests import KINDS, LEAST_DAYS, TITLES, BacktestAsk, Backtested
from portal.services.risk.runs import ALL, LEVELS
from portal.web.actor import current_actor
from portal.web.guard import guarded_clientside
from portal.web.views import body

__all__ = ["KIND_OPTIONS", "LEVEL_OPTIONS", "METHOD_OPTIONS", "Ids", "View", "draw", "grids", "say", "view"]

METHOD_OPTIONS = list(TITLES.items())
KIND_OPTIONS = list(KINDS.items())
LEVEL_OPTIONS = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``nodes`` are the choices of the portfolio, by code and label."""

    clocks: Clocks
    nodes: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]
    actions: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    nodes = list_portfolios(actor)
    choices = portfolio_choices(nodes)
    try:
        ask = BacktestAsk.of(query)
    except DomainError:
        ask = BacktestAsk()
    filters = ask.params()
    if ask.portfolio == ALL and nodes:
        filters["portfolio"] = nodes[0].code
    content = draw(filters | {"day": str(query.get("day") or "")}, clocks, actor)
    filling = panel(actor)
    return View(clocks, choices, filters, content, [] if filling is None else [filling])


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, findings, pictures, tests, and exceptions of one portfolio, method, level and period."""
    try:
        found = service.backtest(BacktestAsk.of(filters), clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [empty("This cannot be backtested", refusal.message)]
    if found is None:
        return [
            empty("No portfolio", "There is no portfolio that you may see. Ask an administrator for one.")
        ]
    made = found.tests
    if made is None:
        return [_too_few(found)]
    asked = _asked_day(filters)
    shown = opened(found, asked).isoformat() if made.exceptions else ""
    cards = BacktestCards(found, made, shown)
    parts = [
        part_notice(found),
        cards.tiles(),
        cards.history(),
        cards.findings(),
        html.Div(desk(found, asked, actor), id=Ids.DESK, className="es-body es-full"),
        cards.tests(),
        cards.cumulative(),
        cards.methods(),
        cards.nodes(),
    ]
    return [part for part in parts if part is not None]


def _asked_day(filters: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(filters.get("day") or ""))
    except ValueError:
        return None  # a mistyped link opens the newest exception


def _too_few(found: Backtested) -> Component:
    count = len(found.chosen)
    if not count:
        return empty(
            "No backtested day yet",
            f"No day up to {found.clocks.as_of} has a forecast of {found.node.code} to compare with in this period. "
            "Have backtest days computed if you may, or choose another period.",
        )
    days = "1 day" if count == 1 else f"{count} days"
    return empty(
        "Too few days",
        f"This period has {days} with a forecast, and {LEAST_DAYS} are the least that can be judged. Choose an earlier "
        "first day, or have more days computed.",
    )


guarded_clientside(
    ClientsideFunction("explain", "follow"),
    Output(chart_id("graph", Ids.HISTORY), "clickData"),
    Input(chart_id("graph", Ids.HISTORY), "clickData"),
    prevent_initial_call=True,
)
