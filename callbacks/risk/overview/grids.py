"""The rows behind Risk > Overview."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.overview.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import overview as service
from portal.services.risk import overview_tables as tables
from portal.services.risk.ask import RiskAsk
from portal.web.views import grid


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Overview:
    found = service.overview(RiskAsk.of(filters), clocks, actor)
    if found is None:
        raise NotFound("There is no run of risk by then. Choose a later day, or start a run.")
    return found


@grid(Ids.METHODS, title="Risk by method", permission=Permission.RISK_READ)
def method_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the figures of a portfolio by method."""
    return tables.method_table(query, _found(filters, clocks, actor))


@grid(Ids.BARS, title="Risk by method", permission=Permission.RISK_READ)
def bar_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same rows behind the picture."""
    return tables.method_table(query, _found(filters, clocks, actor))


@grid(Ids.TREND, title="P&L and forecasts by day", permission=Permission.RISK_READ)
def trend_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the days of the trend."""
    return tables.day_table(query, _found(filters, clocks, actor))


@grid(Ids.BELOW, title="Risk by portfolio", permission=Permission.RISK_READ)
def below_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the figures of the portfolios right below."""
    return tables.node_table(query, _found(filters, clocks, actor))
