"""The rows behind Risk > Limits."""

from collections.abc import Mapping
from typing import Any

from callbacks.risk.limits.ids import EVERY, Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import limit_page as service
from portal.services.risk import limit_tables as tables
from portal.services.risk.limit_proposals import trial
from portal.services.risk.limit_trials import read_draft_text, trial_table
from portal.web.views import grid


def portfolio_of(filters: Mapping[str, Any]) -> str:
    """Return the portfolio that is asked for."""
    return str(filters.get("portfolio") or EVERY)


def _page(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> service.LimitPage:
    return service.page(portfolio_of(filters), clocks, actor)


@grid(Ids.TABLE, title="Limits", permission=Permission.RISK_READ)
def limit_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the limits in force."""
    return tables.limit_table(query, _page(filters, clocks, actor))


@grid(Ids.BARS, title="Use of limits", permission=Permission.RISK_READ)
def bar_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same rows behind the picture."""
    return tables.limit_table(query, _page(filters, clocks, actor))


@grid(Ids.BREACHES, title="Breaches", permission=Permission.RISK_READ)
def breach_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return breaches: those of one limit, else all that are open."""
    found, code = _page(filters, clocks, actor), str(filters.get("limit") or EVERY)
    views = [v for v in found.breaches if v.code == code] if code != EVERY else found.open_breaches
    return tables.breach_table(query, views, clocks)


@grid(Ids.DAYS, title="Use by day", permission=Permission.RISK_READ)
def day_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the use of a limit by day."""
    held = service.held(str(filters.get("limit") or ""), clocks, actor)
    return tables.day_table(query, held)


@grid(Ids.VERSIONS, title="Versions of a limit", permission=Permission.RISK_READ)
def version_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the versions of a limit."""
    found, code = _page({}, clocks, actor), str(filters.get("limit") or "")
    return tables.version_table(query, [v for v in found.versions if v.code == code])


@grid(Ids.REPLAY, title="Replay of a proposed limit", permission=Permission.RISK_READ)
def replay_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the use that a proposal would have had by day."""
    found = trial(read_draft_text(str(filters.get("draft") or ""), clocks.as_of), clocks, actor)
    return trial_table(query, found)
