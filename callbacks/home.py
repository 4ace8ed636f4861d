"""Overview: what moved, and what is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.format import percent
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import metrics
from portal.services import clocks as clock_service
from portal.services.market import overview, prices
from portal.web.actor import current_actor
from portal.web.views import body, grid

HEADLINES = ("BRENT", "WTI", "TTF", "HENRY_HUB", "EUA", "POWER_DE_LU")


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "home"
    MOVERS = "home-movers"
    LATE = "home-late"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    return View(clocks, draw({}, clocks, actor))


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return headline prices, the biggest moves and what is late, from one pass over the quotes."""
    quotes = prices.quotes(clocks, actor)
    if not quotes:
        return [
            empty(
                "No prices yet",
                "Import a file (enerscope import prices FILE), or load the demo desk (enerscope demo load).",
            )
        ]
    by_code = {quote.instrument.code: quote for quote in quotes}
    tiles = [_tile(by_code[code]) for code in HEADLINES if code in by_code]
    late = overview.late(quotes, GridQuery(limit=10), clocks)
    return [
        kpi_row(tiles),
        section(
            "Biggest moves, in daily standard deviations",
            [
                data_grid(
                    Ids.MOVERS,
                    overview.movers(quotes, GridQuery(limit=10), clocks),
                    clocks=clocks.query(),
                    query=GridQuery(limit=10),
                    searchable=False,
                )
            ],
            width="two-thirds",
            note="The day's change over the series' own 20-day volatility, so that gas and power compare.",
        ),
        section(
            "Late prices",
            [
                data_grid(Ids.LATE, late, clocks=clocks.query(), query=GridQuery(limit=10), searchable=False)
                if late.rows
                else notice("Every price that was recorded by these clocks is on time.")
            ],
            width="third",
            note="Older than the source promises. Figures that rest on them are dimmed.",
        ),
    ]


def _tile(quote: prices.Quote) -> Component:
    row = quote.instrument
    stale = f"late: last price {quote.day:%Y-%m-%d}" if quote.late and quote.day else ""
    pct = "" if quote.change_pct is None else f"{percent(quote.change_pct, signed=True)} on the day"
    return kpi_tile(
        row.name,
        Shown(metrics.LAST, quote.last, row.unit, {"instrument": row.code}),
        detail=pct,
        move=quote.change_pct,
        stale=stale,
        spark=quote.recent,
    )


@grid(Ids.MOVERS, title="Biggest moves", permission=Permission.MARKET_READ)
def load_movers(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the moves."""
    return overview.movers(prices.quotes(clocks, actor), query, clocks)


@grid(Ids.LATE, title="Late prices", permission=Permission.MARKET_READ)
def load_late(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is late."""
    return overview.late(prices.quotes(clocks, actor), query, clocks)
