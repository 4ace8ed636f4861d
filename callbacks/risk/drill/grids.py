"""The rows behind Risk > Drill-down."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.drill.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import drill as service
from portal.services.risk import drill_tables as tables
from portal.services.risk.ask import RiskAsk
from portal.web.views import grid


def opened(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Drill | None:
    """Return what the filters of the page ask for."""
    by, left_out = str(filters.get("by") or "curve"), str(filters.get("without") or "")
    return service.drill(RiskAsk.of(filters), clocks, actor, by=by, left_out=left_out)


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Drill:
    found = opened(filters, clocks, actor)
    if found is None:
        raise NotFound("There is no run of this method by then. Choose another method, or start a run.")
    return found


@grid(Ids.NODES, title="Risk by portfolio", permission=Permission.RISK_READ)
def node_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the portfolios right below."""
    return tables.node_table(query, _found(filters, clocks, actor))


@grid(Ids.HEAT, title="Risk by portfolio and factor", permission=Permission.RISK_READ)
def heat_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the cells of the heat map."""
    return tables.heat_table(query, _found(filters, clocks, actor))


@grid(Ids.BARS, title="Risk by factor", permission=Permission.RISK_READ)
def bar_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the groups of factors behind the picture."""
    return tables.group_table(query, _found(filters, clocks, actor))


@grid(Ids.GROUPS, title="Risk by factor", permission=Permission.RISK_READ)
def group_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the groups of factors."""
    return tables.group_table(query, _found(filters, clocks, actor))


@grid(Ids.TRADES, title="Risk by trade", permission=Permission.RISK_READ)
def trade_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades of the portfolio."""
    return tables.trade_table(query, _found(filters, clocks, actor))
