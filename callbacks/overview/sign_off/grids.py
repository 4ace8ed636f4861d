"""The rows behind the tables of Overview > Sign-off; "adjustments" is also for other pages and for packs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from callbacks.overview.sign_off.ids import EVERY, Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.signoff import adjustments, standing, tables
from portal.web.views import grid


def portfolio_of(filters: Mapping[str, Any]) -> str | None:
    """Return the portfolio asked for; None for all that somebody may see."""
    asked = str(filters.get("portfolio") or EVERY)
    return None if asked == EVERY else asked


@grid(Ids.SIGNED, title="Sign-offs", permission=Permission.PORTFOLIO_READ)
def load_signed(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return who signed what."""
    return tables.signed_table(query, standing.standing(clocks, actor))


@grid(Ids.ADJUSTMENTS, title="Adjustments", permission=Permission.PORTFOLIO_READ)
def load_adjustments(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the adjustments of a portfolio (``portfolio``) or of all; of the valuation day with ``day`` set."""
    first = clocks.as_of if filters.get("day") else clocks.as_of - timedelta(days=adjustments.WINDOW)
    found = adjustments.listed(clocks, actor, portfolio=portfolio_of(filters), first=first)
    return tables.adjustment_table(query, found, clocks)
