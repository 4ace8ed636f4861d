"""The rows behind Risk > Stress."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.stress.asking import read
from callbacks.risk.stress.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import stress as service
from portal.services.risk import stress_tables as tables
from portal.services.risk.stress import Stressed
from portal.services.risk.stress_likely import likely
from portal.web.views import grid

MOST_TRADES = 12


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Stressed:
    return service.stress(clocks, actor, read(filters).ask)


@grid(Ids.MATRIX, title="Stress scenarios by portfolio", permission=Permission.RISK_READ)
def matrix_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return one row for each scenario."""
    return tables.matrix_table(query, _found(filters, clocks, actor), clocks)


@grid(Ids.NODES, title="Stress by portfolio", permission=Permission.RISK_READ)
def node_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the portfolios of the scenario looked at."""
    return tables.nodes_table(query, _found(filters, clocks, actor), clocks)


@grid(Ids.PARTS, title="Stress by part", permission=Permission.RISK_READ)
def part_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return commodities, curves or kinds."""
    return tables.parts_table(query, _found(filters, clocks, actor), read(filters).split)


@grid(Ids.LAYERS, title="Stress by layer", permission=Permission.RISK_READ)
def layer_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what each layer adds."""
    return tables.layers_table(query, _found(filters, clocks, actor))


@grid(Ids.WORST, title="Stress, trades that lose", permission=Permission.RISK_READ)
def worst_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades that lose, the largest loss first; an export holds them all."""
    most = 0 if query.limit is None else MOST_TRADES
    return tables.trades_table(query, _found(filters, clocks, actor), best=False, most=most)


@grid(Ids.BEST, title="Stress, trades that gain", permission=Permission.RISK_READ)
def best_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades that gain, the largest gain first; an export holds them all."""
    most = 0 if query.limit is None else MOST_TRADES
    return tables.trades_table(query, _found(filters, clocks, actor), best=True, most=most)


@grid(Ids.SHOCKS, title="Shocks of a scenario", permission=Permission.RISK_READ)
def shock_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the shocks in the order in which they apply."""
    return tables.shocks_table(query, _found(filters, clocks, actor))


@grid(Ids.UNSHOCKED, title="Factors left unshocked", permission=Permission.RISK_READ)
def unshocked_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what the scenario leaves as it is."""
    return tables.unshocked_table(query, _found(filters, clocks, actor))


@grid(Ids.TRIALS, title="Reverse stress", permission=Permission.RISK_READ)
def trial_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the multiples that were valued."""
    loss = read(filters).loss_eur()
    if loss is None:
        raise DomainError("State the loss that is to be reached first.")
    return tables.trials_table(query, _found(filters, clocks, actor).reverse(loss))


@grid(Ids.LIKELY, title="Most likely way to a loss", permission=Permission.RISK_READ)
def likely_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the moves of the most likely way to the loss."""
    loss = read(filters).loss_eur()
    if loss is None:
        raise DomainError("State the loss that is to be reached first.")
    found = _found(filters, clocks, actor)
    return tables.likely_table(query, found, likely(found, clocks, actor, loss), loss)
