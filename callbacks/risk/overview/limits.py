"""The limits at and below the portfolio of Risk > Overview, with what is left of each."""

from collections.abc import Mapping
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.risk.overview.ids import Ids
from components.page import section
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.risk import limit_page, limit_tables
from portal.web.views import grid


def limits_card(portfolio: str, clocks: Clocks, actor: Actor) -> Component | None:
    """Return the limits in force at and below a portfolio; None when there is none."""
    query = GridQuery()
    table = limit_tables.limit_table(query, limit_page.page(portfolio, clocks, actor))
    if not table.rows:
        return None
    shown = data_grid(
        Ids.LIMITS, table, clocks=clocks.query(), params={"portfolio": portfolio}, query=query, searchable=False,
        caption="Limits here",
    )  # fmt: skip
    link = dcc.Link("All limits", href="/risk/limits", className="es-link")
    return section("Limits here and below", [shown, link], note="The worst first, with what is left of each.")


@grid(Ids.LIMITS, title="Limits", permission=Permission.RISK_READ)
def limit_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the limits in force at and below a portfolio."""
    portfolio = str(filters.get("portfolio") or limit_page.EVERYTHING)
    return limit_tables.limit_table(query, limit_page.page(portfolio, clocks, actor))
