"""The rows behind Risk > Backtests."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.backtests.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import backtest_tables as tables
from portal.services.risk import backtests as service
from portal.services.risk.backtests import BacktestAsk, Backtested
from portal.web.views import grid


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Backtested:
    found = service.backtest(BacktestAsk.of(filters), clocks, actor)
    if found is None:
        raise NotFound("There is no portfolio that you may see. Ask an administrator for one.")
    return found


@grid(Ids.HISTORY, title="Backtested days", permission=Permission.RISK_READ)
def day_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return P&L and forecasts by day."""
    return tables.day_table(query, _found(filters, clocks, actor))


@grid(Ids.CUMULATIVE, title="Exceptions so far", permission=Permission.RISK_READ)
def cumulative_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return exceptions so far by day and method."""
    return tables.cumulative_table(query, _found(filters, clocks, actor))


@grid(Ids.TESTS, title="Tests of a backtest", permission=Permission.RISK_READ)
def rows_of_tests(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return every test with its statistic and p value."""
    return tables.tests_table(query, _found(filters, clocks, actor))


@grid(Ids.METHODS, title="Backtest by method", permission=Permission.RISK_READ)
def method_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the main tests of every method."""
    return tables.method_table(query, _found(filters, clocks, actor))


@grid(Ids.NODES, title="Backtest by portfolio and method", permission=Permission.RISK_READ)
def node_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return exceptions and zones by portfolio and method."""
    return tables.node_table(query, _found(filters, clocks, actor))


@grid(Ids.EXCEPTIONS, title="Exceptions", permission=Permission.RISK_READ)
def exception_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the exceptions with what was said about them."""
    return tables.exception_table(query, _found(filters, clocks, actor))
