"""Market > Curve build: quoted products, the smooth curve without arbitrage, what it leaves of each quote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, no_update
from dash.development.base_component import Component

from callbacks.market.curve_build.cards import BuildCards
from callbacks.market.curve_build.ids import Ids
from components.controls import filter_id
from components.kpi import kpi_row
from components.page import PAGE_CLOCKS
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.services.market import curve_build as service
from portal.services.market import curve_build_tables as tables
from portal.services.market.curve_build import BuildView, CurveRow
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

__all__ = ["SHAPE_OPTIONS", "Ids", "View", "draw", "store", "view"]

PREFERRED = "TTF"
SHAPE_OPTIONS = list(service.SHAPES.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    curves: list[CurveRow]
    filters: dict[str, Any]
    content: list[Component]
    may_store: bool


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = service.build_choices(actor)
    codes = [row.code for row in choices]
    asked = query.get("curve", "")
    first = PREFERRED if PREFERRED in codes or not codes else codes[0]
    shape = query.get("shape", "")
    filters = {
        "curve": asked if asked in codes else first,
        "shape": shape if shape in service.SHAPES else "smooth",
    }
    content = draw(filters, clocks, actor) if codes else [_no_quotes()]
    return View(clocks, choices, filters, content, bool(codes) and actor.can(Permission.DATA_IMPORT))


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, the curve, residuals, products, gaps, months and the stored history."""
    code = str(filters.get("curve") or "")
    try:
        found = service.build_view(code, clocks, actor, shape=str(filters.get("shape") or "smooth"))
    except (DomainError, NotFound) as refusal:
        return [empty("No curve from these quotes", refusal.message)]
    if found is None:
        return [
            empty(
                f"No quotes of {code}",
                "None were recorded for these clocks. Choose a later day in the header.",
            )
        ]
    cards = BuildCards(found, clocks)
    return [
        cards.stored(),
        kpi_row(cards.tiles()),
        cards.curve(),
        cards.residuals(),
        cards.products(),
        cards.months(),
        cards.gaps(),
        cards.history(),
    ]


def _no_quotes() -> Component:
    return empty(
        "No quoted products", "Load the demo desk with `enerscope demo load`, or record product quotes."
    )


def _again(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> BuildView:
    """Return the curve for the parameters of a grid; without quotes there are no rows to ask for."""
    code = str(filters.get("curve") or "")
    found = service.build_view(code, clocks, actor, shape=str(filters.get("shape") or "smooth"))
    if found is None:
        raise NotFound(f"There are no product quotes of {code} for these clocks.", curve=code)
    return found


@grid(Ids.DAYS, title="Smooth daily curve", permission=Permission.MARKET_READ)
def load_days(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the daily prices behind the picture."""
    return tables.day_table(_again(filters, clocks, actor), query)


@grid(Ids.RESIDUALS, title="Residuals to the quotes", permission=Permission.MARKET_READ)
@grid(Ids.PRODUCTS, title="Quoted products", permission=Permission.MARKET_READ)
def load_products(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the quoted products with their residuals."""
    return tables.product_table(_again(filters, clocks, actor), query)


@grid(Ids.GAPS, title="Arbitrage gaps", permission=Permission.MARKET_READ)
def load_gaps(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the wholes against their parts."""
    return tables.gap_table(_again(filters, clocks, actor), query)


@grid(Ids.MONTHS, title="Months on the curve", permission=Permission.MARKET_READ)
def load_months(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the months of the curve."""
    return tables.month_table(_again(filters, clocks, actor), query)


@grid(Ids.HISTORY, title="Stored fits", permission=Permission.MARKET_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the stored fits by day."""
    return tables.history_table(_again(filters, clocks, actor), query)


@guarded_callback(
    Output(Ids.OUTCOME, "children"),
    Output(filter_id(Ids.BODY, "curve"), "value"),
    Input(Ids.STORE, "n_clicks"),
    State(filter_id(Ids.BODY, "curve"), "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.DATA_IMPORT,
    prevent_initial_call=True,
    running=[(Output(Ids.STORE, "disabled"), True, False)],
)
def store(clicks: int | None, curve: str | None, pair: Mapping[str, str]) -> tuple[Any, Any]:
    """Store the fit shown, say so, and draw the body again, which then shows it as stored."""
    if not clicks:
        return no_update, no_update
    try:
        rows = service.store_fit(
            str(curve or ""), clock_service.resolve(read_filters(pair or {})), current_actor()
        )
    except (DomainError, NotFound, Conflict) as refusal:
        return notice(refusal.message, kind="warn"), no_update
    if not rows:
        return notice("This fit is stored already; nothing was added."), no_update
    return notice(f"Stored the fit of {rows} products."), curve
