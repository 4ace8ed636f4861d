"""The rows behind Portfolio > P&L explain."""

from collections.abc import Mapping
from typing import Any

from callbacks.portfolio.explain.asking import again
from callbacks.portfolio.explain.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.portfolio import explain_tables as tables
from portal.web.views import grid

READ = Permission.PORTFOLIO_READ


@grid(Ids.BRIDGE, title="P&L by cause", permission=READ)
def load_bridge(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the lines behind the bridge of causes."""
    return tables.cause_table(*again(filters, clocks, actor), query)


@grid(Ids.CAUSES, title="P&L by three methods", permission=READ)
def load_causes(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the lines, their bands, and the two other methods."""
    return tables.cause_table(*again(filters, clocks, actor), query)


@grid(Ids.PARTS, title="P&L by part", permission=READ)
def load_parts(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is right below what is looked at: portfolios, trades, or curve and month."""
    return tables.part_table(*again(filters, clocks, actor), query)


@grid(Ids.TREE, title="P&L by portfolio", permission=READ)
def load_tree(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return portfolio by cause."""
    return tables.portfolio_table(*again(filters, clocks, actor), query)


@grid(Ids.TENORS, title="Price by curve and month", permission=READ)
def load_tenors(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the price line by curve and delivery month."""
    return tables.tenor_table(*again(filters, clocks, actor), query)


@grid(Ids.TRADES, title="P&L by trade", permission=READ)
def load_trades(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades with their lines."""
    return tables.trade_table(*again(filters, clocks, actor), query)


@grid(Ids.MISSING, title="Trades without a value", permission=READ)
def load_missing(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades that are in no sum."""
    return tables.missing_table(again(filters, clocks, actor)[0], query)
