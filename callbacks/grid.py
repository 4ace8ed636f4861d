"""Sort, filter and page any grid, and show the rows behind any chart."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from components.table import data_grid, grid_rows
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.services import clocks as clock_service
from portal.web.actor import current_actor
from portal.web.asked import read_filters, read_query
from portal.web.guard import guarded_callback
from portal.web.views import find_grid


def next_query(query: GridQuery, trigger: Mapping[str, str], text: str) -> GridQuery:
    """Return what is asked after the part ``trigger`` of a grid was used."""
    if trigger["type"] == "grid-sort":
        again = query.sort == trigger["column"]
        return GridQuery(trigger["column"], again and not query.descending, text, 0, query.limit)
    if trigger["type"] == "grid-page":
        step = (query.limit or 0) * (1 if trigger["step"] == "next" else -1)
        return GridQuery(query.sort, query.descending, text, max(0, query.offset + step), query.limit)
    return GridQuery(query.sort, query.descending, text, 0, query.limit)


@guarded_callback(
    Output({"type": "grid-rows", "grid": MATCH}, "children"),
    Output({"type": "grid-state", "grid": MATCH}, "data"),
    Input({"type": "grid-sort", "grid": MATCH, "column": ALL}, "n_clicks"),
    Input({"type": "grid-page", "grid": MATCH, "step": ALL}, "n_clicks"),
    Input({"type": "grid-search", "grid": MATCH}, "value"),
    State({"type": "grid-state", "grid": MATCH}, "data"),
    permission=Permission.SIGNED_IN,  # the grid's own permission is checked by find_grid
    prevent_initial_call=True,
)
def ask_grid(
    sorts: list[int | None], pages: list[int | None], text: str | None, state: dict[str, Any]
) -> tuple[Any, Any]:
    """Return the rows for the new order, filter or page."""
    trigger = ctx.triggered_id
    known = read_filters(state)
    query = read_query(known["query"])
    if trigger is None or (trigger["type"] != "grid-search" and not any([*sorts, *pages])):
        return no_update, no_update  # heads were drawn again, nobody clicked
    if trigger["type"] == "grid-search" and (text or "") == query.text:
        return no_update, no_update
    actor = current_actor()
    grid = find_grid(trigger["grid"], actor)
    asked = next_query(query, trigger, text or "")
    params, pair = read_filters(known["params"]), read_filters(known["clocks"])
    table = grid.load(asked, params, clock_service.resolve(pair), actor)
    rows = grid_rows(
        trigger["grid"],
        table,
        clocks=pair,
        params=params,
        query=asked,
        caption=str(known.get("caption") or ""),
    )
    return rows, {**known, "query": asdict(asked)}


@guarded_callback(
    Output({"type": "chart-table", "grid": MATCH}, "children"),
    Input({"type": "chart-toggle", "grid": MATCH}, "n_clicks"),
    State({"type": "chart-source", "grid": MATCH}, "data"),
    permission=Permission.SIGNED_IN,  # the grid's own permission is checked by find_grid
    prevent_initial_call=True,
)
def show_rows(clicks: int | None, source: dict[str, Any]) -> list[Component]:
    """Show the rows behind a chart at the first click, hide them at the next."""
    if not clicks or clicks % 2 == 0:
        return []
    actor = current_actor()
    grid = find_grid(ctx.triggered_id["grid"], actor)
    query = GridQuery()
    known = read_filters(source)
    params, pair = read_filters(known["params"]), read_filters(known["clocks"])
    table = grid.load(query, params, clock_service.resolve(pair), actor)
    return [
        data_grid(
            ctx.triggered_id["grid"],
            table,
            clocks=pair,
            params=params,
            query=query,
            caption=str(known.get("title") or ""),
        )
    ]
