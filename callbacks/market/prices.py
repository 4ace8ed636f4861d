"""Market > Prices: the watchlist."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import percent
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import metrics
from portal.services import clocks as clock_service
from portal.services.market import prices
from portal.web.actor import current_actor
from portal.web.views import body, grid

HEADLINES = ("BRENT", "TTF", "HENRY_HUB", "EUA", "POWER_DE_LU", "API2")


class Ids(StrEnum):
    """Names of this page's parts: its body and its grid."""

    BODY = "market-prices"
    GRID = "market-watchlist"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    commodities: list[str]
    commodity: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    known = prices.commodities(actor)
    commodity = query.get("commodity", "") if query.get("commodity", "") in known else ""
    return View(clocks, known, commodity, draw({"commodity": commodity}, clocks, actor))


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles for the headline prices, and the watchlist."""
    commodity = _commodity(filters)
    tiles = [_tile(quote) for quote in prices.quotes(clocks, actor, codes=HEADLINES)]
    params = {"commodity": commodity}
    query = GridQuery(sort="code")
    table = load(query, params, clocks, actor)
    return [
        kpi_row(tiles),
        section(
            "Watchlist",
            [
                data_grid(
                    Ids.GRID,
                    table,
                    clocks=clocks.query(),
                    params=params,
                    query=query,
                    caption="Latest prices of all instruments",
                )
            ],
        ),
    ]


def _commodity(filters: Mapping[str, Any]) -> str:
    """Return the chosen commodity; empty means all."""
    chosen = str(filters.get("commodity") or "all")
    return "" if chosen == "all" else chosen


def _tile(quote: prices.Quote) -> Component:
    row = quote.instrument
    stale = f"late: last price {quote.day:%Y-%m-%d}, {row.source}" if quote.late and quote.day else ""
    pct = "" if quote.change_pct is None else f"{percent(quote.change_pct, signed=True)} on the day"
    return kpi_tile(
        row.name,
        Shown(metrics.LAST, quote.last, row.unit, {"instrument": row.code}),
        detail=pct,
        move=quote.change_pct,
        stale=stale,
        spark=quote.recent,
    )


@grid(Ids.GRID, title="Watchlist", permission=Permission.MARKET_READ)
def load(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the watchlist rows."""
    asked = query if query.sort else replace(query, sort="code")
    return prices.watchlist(asked, clocks, actor, commodity=_commodity(filters))
