"""The rows behind Risk > Distribution."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.distribution.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import distribution as service
from portal.services.risk.ask import RiskAsk
from portal.web.views import grid


def opened(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Distribution | None:
    """Return what the filters of the page ask for."""
    scenario = str(filters.get("scenario") or "")
    return service.distribution(RiskAsk.of(filters), clocks, actor, scenario=scenario)


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.Distribution:
    found = opened(filters, clocks, actor)
    if found is None:
        raise NotFound("There is no run of this method by then. Choose another method, or start a run.")
    return found


@grid(Ids.BINS, title="Distribution of P&L", permission=Permission.RISK_READ)
def bin_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the bins of the histogram."""
    return service.bin_table(query, _found(filters, clocks, actor))


@grid(Ids.LEVELS, title="Risk by level", permission=Permission.RISK_READ)
def level_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return both figures at every level."""
    return service.level_table(query, _found(filters, clocks, actor))


@grid(Ids.WORST, title="Worst scenarios", permission=Permission.RISK_READ)
def worst_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the worst scenarios."""
    return service.worst_table(query, _found(filters, clocks, actor))


@grid(Ids.PARTS, title="Scenario by curve", permission=Permission.RISK_READ)
def part_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what each curve brought in the scenario."""
    return service.part_table(query, _found(filters, clocks, actor))


@grid(Ids.TRADES, title="Scenario by trade", permission=Permission.RISK_READ)
def trade_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades that moved most in the scenario."""
    return service.trade_table(query, _found(filters, clocks, actor))
