"""The rows behind Portfolio > Positions, and a click on a picture, which opens its cell."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State

from callbacks.portfolio.positions.ids import Ids
from components.chart import chart_id
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.portfolio import position_cells as cells
from portal.services.portfolio import position_tables as tables
from portal.services.portfolio import positions as service
from portal.services.portfolio.position_ask import TOTAL, read
from portal.web.guard import guarded_clientside
from portal.web.views import grid


@grid(Ids.PIVOT, title="Positions", permission=Permission.PORTFOLIO_READ)
def load_pivot(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the pivot with its totals."""
    return tables.pivot_table(service.pivot_view(read(filters), clocks, actor), query, clocks)


@grid(Ids.TENOR, title="Position by delivery", permission=Permission.PORTFOLIO_READ)
def load_tenor(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the position by delivery."""
    return tables.tenor_table(service.overview(read(filters), clocks, actor), query)


@grid(Ids.HEAT, title="Position limits", permission=Permission.PORTFOLIO_READ)
def load_heat(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the heat map."""
    return tables.heat_table(service.overview(read(filters), clocks, actor), query)


@grid(Ids.CELL, title="Trades of a position", permission=Permission.PORTFOLIO_READ)
def load_cell(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades behind a cell."""
    row, column = str(filters.get("row") or TOTAL), str(filters.get("column") or TOTAL)
    return cells.cell_table(cells.cell_view(read(filters), row, column, query, clocks, actor), clocks)


guarded_clientside(
    ClientsideFunction("enerscope_positions", "open"),
    Output(Ids.OPENED, "data"),
    Input(chart_id("graph", Ids.HEAT), "clickData"),
    Input(chart_id("graph", Ids.TENOR), "clickData"),
    State(chart_id("graph", Ids.HEAT), "figure"),
    prevent_initial_call=True,
)
