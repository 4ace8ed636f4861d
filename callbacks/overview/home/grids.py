"""The rows behind the cards of the overview, each under the right of its group."""

from collections.abc import Mapping
from typing import Any

from callbacks.overview.home.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import case_tables
from portal.services.market import overview as market
from portal.services.market import prices
from portal.services.monitoring import slo_view
from portal.services.overview import tables
from portal.services.overview.gaps import gap_table
from portal.services.overview.home import DAY, moment_of, read_part
from portal.services.risk import limit_page, limit_tables
from portal.services.risk import overview as risk
from portal.services.risk import overview_tables as risk_tables
from portal.services.risk.ask import RiskAsk
from portal.web.views import grid


@grid(Ids.DAYS, title="P&L and forecasts by day", permission=Permission.RISK_READ)
def day_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the days of the picture, and those before them."""
    found = risk.overview(RiskAsk(), clocks, actor)
    return risk_tables.day_table(query, found) if found is not None else Table((), [])


@grid(Ids.CARRIED, title="What carries the expected shortfall", permission=Permission.RISK_READ)
def carried_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the curves with what each adds."""
    return tables.carried_table(query, read_part(("risk",), DAY, clocks, actor))


@grid(Ids.LIMITS, title="Limits", permission=Permission.RISK_READ)
def limit_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the limits in force, the worst first."""
    found = limit_page.page(limit_page.EVERYTHING, clocks, actor)
    return tables.short_limits(limit_tables.limit_table(query, found))


@grid(Ids.BREACHES, title="Open breaches", permission=Permission.RISK_READ)
def breach_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the breaches that are not closed."""
    found = limit_page.page(limit_page.EVERYTHING, clocks, actor)
    return tables.short_breaches(limit_tables.breach_table(query, found.open_breaches, clocks))


@grid(Ids.CASES, title="Cases that wait", permission=Permission.COMPLIANCE_READ)
def case_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the cases that nobody has decided."""
    views = case_tables.queue(clocks, actor).views
    return case_tables.queue_table(query, [view for view in views if not view.is_closed], clocks)


@grid(Ids.MOVERS, title="Biggest moves", permission=Permission.MARKET_READ)
def mover_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the moves."""
    return market.movers(prices.quotes(clocks, actor), query, clocks)


@grid(Ids.LATE, title="Late prices", permission=Permission.MARKET_READ)
def late_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is late."""
    return market.late(prices.quotes(clocks, actor), query, clocks)


@grid(Ids.GAPS, title="Forecast against price", permission=Permission.FORECAST_READ)
def gap_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the forecasts beside their prices."""
    return gap_table(query, read_part(("gaps",), DAY, clocks, actor).gaps, clocks)


@grid(Ids.PROMISES, title="Promises of the portal", permission=Permission.MONITORING_READ)
def promise_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the objectives as they stood at the moment of the page."""
    return tables.promised(slo_view.table(slo_view.standings(actor, moment_of(clocks)), query))
