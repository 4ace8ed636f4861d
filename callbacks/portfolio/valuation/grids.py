"""The rows behind Portfolio > Valuation."""

from collections.abc import Mapping
from typing import Any

from callbacks.portfolio.valuation.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.portfolio import valuation as service
from portal.services.portfolio import valuation_tables as tables
from portal.web.views import grid

ALL = "all"  # no portfolio has a code in small letters


def asked(filters: Mapping[str, Any]) -> tuple[str, str]:
    """Return the portfolio (empty for all) and the split that filters ask for."""
    portfolio, split = str(filters.get("portfolio") or ""), str(filters.get("split") or "")
    return "" if portfolio == ALL else portfolio, split if split in tables.SPLITS else "commodity"


@grid(Ids.TREE, title="Portfolios", permission=Permission.PORTFOLIO_READ)
def tree_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the tree with values and profits."""
    portfolio, _ = asked(filters)
    return tables.tree_table(query, service.profits(clocks, actor, portfolio=portfolio or None))


@grid(Ids.TRADES, title="Trades", permission=Permission.PORTFOLIO_READ)
def trade_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades of a portfolio with value and sensitivities."""
    portfolio, _ = asked(filters)
    return tables.trade_table(query, service.valued(clocks, actor, portfolio=portfolio or None), actor)


@grid(Ids.GAPS, title="Missing and stale", permission=Permission.PORTFOLIO_READ)
def gap_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is missing or stale."""
    portfolio, _ = asked(filters)
    found = service.valued(clocks, actor, portfolio=portfolio or None)
    return tables.gap_table(query, found, portfolio=portfolio)


@grid(Ids.HISTORY, title="Value by day", permission=Permission.PORTFOLIO_READ)
def history_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the stored closes."""
    portfolio, _ = asked(filters)
    found = tables.stored_history(clocks, actor, portfolio=portfolio)
    return tables.history_table(query, found, portfolio=portfolio)


@grid(Ids.SPLIT, title="Value by part", permission=Permission.PORTFOLIO_READ)
def split_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return value and profits by commodity or kind."""
    portfolio, split = asked(filters)
    found = service.profits(clocks, actor, portfolio=portfolio or None)
    return tables.split_table(query, found, split, portfolio=portfolio)
