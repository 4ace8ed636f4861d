"""The rows behind Market > Curves, and what happens in the browser: replay, one more day, a click on a picture."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State

from callbacks.market.curves.ids import Ids
from components.chart import chart_id
from components.controls import filter_id
from components.replay import replay_id
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.market import curve_tables as tables
from portal.services.market import curves as service
from portal.services.market.curves import CurveView
from portal.web.guard import guarded_clientside
from portal.web.views import grid


def _again(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> CurveView:
    """Return the curve for the parameters of a grid; without prices there are no rows to ask for."""
    compare = str(filters.get("compare") or "").split(",")
    found = service.curve_view(
        str(filters["curve"]),
        clocks,
        actor,
        compare=[key for key in compare if key],
        span=str(filters.get("range") or "1y"),
    )
    if found is None:
        raise NotFound(f"There are no prices of the curve {filters['curve']} for these clocks.")
    return found


@grid(Ids.NODES, title="Forward curve", permission=Permission.MARKET_READ)
def load_nodes(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the curve picture."""
    compare = str(filters.get("compare") or "").split(",")
    return tables.node_table(
        _again(filters, clocks, actor), query, kind=str(filters["view"]), compare=compare
    )


@grid(Ids.PRODUCTS, title="Forward products", permission=Permission.MARKET_READ)
def load_products(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the monitor of months, quarters, seasons and years."""
    return tables.product_table(_again(filters, clocks, actor), query)


@grid(Ids.SPREADS, title="Calendar spreads", permission=Permission.MARKET_READ)
def load_spreads(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the calendar spreads that are watched."""
    return tables.spread_table(_again(filters, clocks, actor), query)


@grid(Ids.MAP, title="All calendar spreads", permission=Permission.MARKET_READ)
def load_map(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the heat map."""
    return tables.matrix_table(_again(filters, clocks, actor), query, kind=str(filters["view"]))


@grid(Ids.REPLAY, title="Curve history", permission=Permission.MARKET_READ)
def load_replay(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the replayed curves."""
    return tables.replay_table(_again(filters, clocks, actor), query)


@grid(Ids.HISTORY, title="Product history", permission=Permission.MARKET_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the history of one product or spread."""
    found = service.product_series(
        str(filters["curve"]),
        clocks,
        actor,
        near=str(filters["near"]),
        far=str(filters.get("far") or ""),
        span=str(filters.get("range") or "1y"),
    )
    return tables.history_table(found, query)


guarded_clientside(
    ClientsideFunction("enerscope_curves", "step"),
    Output(chart_id("graph", Ids.REPLAY), "figure"),
    Output(replay_id("label"), "children"),
    Input(replay_id("slider"), "value"),
    State(replay_id("steps"), "data"),
    State(chart_id("graph", Ids.REPLAY), "figure"),
    prevent_initial_call=True,
)
guarded_clientside(
    ClientsideFunction("enerscope_curves", "addDay"),
    Output(filter_id(Ids.BODY, "compare"), "value"),
    Output(filter_id(Ids.BODY, "compare"), "options"),
    Output(Ids.ADD_DAY, "value"),
    Input(Ids.ADD_DAY, "value"),
    State(filter_id(Ids.BODY, "compare"), "value"),
    State(filter_id(Ids.BODY, "compare"), "options"),
    prevent_initial_call=True,
)
guarded_clientside(
    ClientsideFunction("enerscope_curves", "pick"),
    Output(filter_id(Ids.BODY, "near"), "value"),
    Output(filter_id(Ids.BODY, "far"), "value"),
    Input(chart_id("graph", Ids.MAP), "clickData"),
    Input(chart_id("graph", Ids.NODES), "clickData"),
    State(filter_id(Ids.BODY, "near"), "options"),
    prevent_initial_call=True,
)
