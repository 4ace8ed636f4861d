"""The rows behind Market > Spreads, the live check of a formula, and a clean address when the kind changes."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, no_update
from dash.development.base_component import Component

from callbacks.market.spreads.ids import Ids
from callbacks.market.spreads.inputs import said
from components.charts.spread import bins
from components.controls import filter_id
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.market import spread_tables as tables
from portal.services.market import spreads as service
from portal.web.actor import current_actor
from portal.web.asked import whole
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import grid


def _again(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Spread:
    """Return the spread for the parameters of a grid."""
    return service.spread(
        str(filters["formula"]),
        clocks,
        actor,
        span=str(filters["range"]),
        window=whole(filters, "window", 250, low=2, high=1000),
    )


@grid(Ids.HISTORY, title="Spread history", permission=Permission.MARKET_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return each day's spread with its legs and statistics."""
    return tables.history_table(_again(filters, clocks, actor), query)


@grid(Ids.DISTRIBUTION, title="Spread distribution", permission=Permission.MARKET_READ)
def load_distribution(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the bars of the histogram."""
    found = _again(filters, clocks, actor)
    return tables.distribution_table(found, query, *bins(found.study.value[-found.study.window :]))


@grid(Ids.LEGS, title="Spread by leg", permission=Permission.MARKET_READ)
def load_legs(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the decomposition by leg."""
    return tables.leg_table(_again(filters, clocks, actor), query)


@grid(Ids.BRIDGE, title="Spread by leg", permission=Permission.MARKET_READ)
def load_bridge(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the picture of the legs."""
    return tables.leg_table(_again(filters, clocks, actor), query)


@grid(Ids.YEARS, title="Spread by year", permission=Permission.MARKET_READ)
def load_years(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the years over each other."""
    return tables.overlay_table(_again(filters, clocks, actor), query)


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(filter_id(Ids.SPREAD, "formula"), "value"),
    Input(Ids.TEXT, "value"),
    permission=Permission.MARKET_READ,
    prevent_initial_call=True,
)
def check(text: str | None) -> tuple[list[Component], Any]:
    """Say what a formula means while it is typed; the page follows only when its units agree."""
    known = service.all_legs(current_actor())
    written = text or ""
    accepted = service.check_formula(written, known).accepted
    return said(written, known), written if accepted else no_update


guarded_clientside(
    ClientsideFunction("enerscope_spreads", "fresh"),
    Output(Ids.BODY, "data-kind"),
    Input(filter_id(Ids.BODY, "kind"), "value"),
    prevent_initial_call=True,
)
