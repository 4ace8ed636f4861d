"""Portfolio > Positions: a pivot of what is owned, its limits, and the trades behind any cell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.portfolio.positions import grids
from callbacks.portfolio.positions.cards import PositionCards, opened
from callbacks.portfolio.positions.ids import (
    COUNT_OPTIONS,
    MEASURE_OPTIONS,
    MONTHS_AHEAD,
    ROW_OPTIONS,
    TENOR_OPTIONS,
    UNIT_OPTIONS,
    Ids,
)
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio import position_metrics as metrics
from portal.domain.portfolio.position_periods import period_key
from portal.domain.portfolio.positions import Measure
from portal.services import clocks as clock_service
from portal.services.portfolio import position_cells as cells
from portal.services.portfolio import position_tables as tables
from portal.services.portfolio import positions as service
from portal.services.portfolio.position_ask import COUNTS, DIMENSIONS, TOTAL, Ask, Desk, lenient, read
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = [
    "COUNT_OPTIONS",
    "MEASURE_OPTIONS",
    "ROW_OPTIONS",
    "TENOR_OPTIONS",
    "UNIT_OPTIONS",
    "Ids",
    "View",
    "draw",
    "grids",
    "view",
]

Option = tuple[str, str]
PAGE = GridQuery(limit=50)


@dataclass(frozen=True)
class View:
    """What the page shows first: a table, or (with ``back``) the trades of one of its cells."""

    clocks: Clocks
    ask: Ask
    portfolios: list[Option]
    commodities: list[Option]
    firsts: list[Option]
    lasts: list[Option]
    content: list[Component]
    title: str = "Positions"
    lead: str = ""
    back: Component | None = None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    desk = service.choices(actor)
    ask = _known(lenient(query), desk)
    if query.get("row") or query.get("column"):
        return _cell(ask, query.get("row") or TOTAL, query.get("column") or TOTAL, clocks, actor)
    months = [period_key(_number(clocks) + at, "month") for at in range(MONTHS_AHEAD)]
    extra = [key for key in (ask.first, ask.last) if key not in ("open", "all", "", *months)]
    offered = [(key, product_label(key)) for key in sorted({*months, *extra})]
    return View(
        clocks,
        ask,
        [("all", "All that I see"), *((node.code, f"{'  ' * node.depth}{node.name}") for node in desk.nodes)],
        [("all", "All"), *((name, name.capitalize()) for name in desk.commodities)],
        [("open", "Not yet delivered"), ("all", "All months"), *offered],
        [("all", "The last"), *offered],
        draw(ask.params(), clocks, actor),
        lead="What is bought and sold for delivery, by any two dimensions. Click through to the trades.",
    )


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, the pivot, the position by delivery and the heat map of limits."""
    ask = read(filters)
    table, found = service.page_view(ask, clocks, actor)
    card = PositionCards(ask, found, clocks)
    if not found.desk.nodes:
        return [opened(), empty("No portfolio", "None is assigned to you. Ask an administrator for one.")]
    return [
        opened(),
        *card.notices(table),
        kpi_row(card.tiles()),
        card.heat(),
        card.pivot(table),
        card.tenor(),
    ]


def _number(clocks: Clocks) -> int:
    return (clocks.as_of.year - 1970) * 12 + clocks.as_of.month - 1


def _known(ask: Ask, desk: Desk) -> Ask:
    """Return what is asked without a portfolio or commodity that is not there."""
    codes = {node.code for node in desk.nodes}
    return replace(
        ask,
        portfolio=ask.portfolio if ask.portfolio in codes else "",
        commodity=ask.commodity if ask.commodity in desk.commodities else "",
    )


def _cell(ask: Ask, row: str, column: str, clocks: Clocks, actor: Actor) -> View:
    """Return the trades behind one cell."""
    found = cells.cell_view(ask, row, column, PAGE, clocks, actor)
    params = {**ask.params(), "row": row, "column": column}
    where = f"{found.row_label} · {found.column_label}"
    held = {
        Measure.NET: (found.long, found.short),
        Measure.LONG: (found.long, 0),
        Measure.SHORT: (0, found.short),
    }
    tiles = [
        kpi_tile(
            metrics.POSITION[measure].title,
            Shown(
                metrics.POSITION[measure],
                None if pair[0] is None or pair[1] is None else float(pair[0] + pair[1]),
                found.unit,
                params,
                note="Volumes of several units cannot be added",
            ),
            detail=COUNTS[found.ask.count].lower(),
        )
        for measure, pair in held.items()
    ]
    tiles.append(
        kpi_tile(
            "Trades",
            Shown(metrics.POSITION_TRADES, float(found.held_by), "", params),
            detail="a spread has a row for each hub" if found.count > found.held_by else "rows below",
        )
    )
    grid = data_grid(
        Ids.CELL,
        cells.cell_table(found, clocks),
        clocks=clocks.query(),
        params=params,
        query=PAGE,
        caption=f"Trades of {where}",
    )
    content = [
        kpi_row(tiles),
        section("Trades", [grid], note="Their volumes add up to the cell. A trade opens with its history."),
    ]
    return View(
        clocks,
        ask,
        [],
        [],
        [],
        [],
        content
        if found.count
        else [empty("No trades", "None holds a volume in this cell for these clocks.")],
        title=where,
        lead=f"{DIMENSIONS[ask.rows]} and {DIMENSIONS[ask.columns].lower()} of the positions table"
        + (f", in {ask.commodity}" if ask.commodity else ""),
        back=dcc.Link("‹ Positions", href=tables.address(ask, clocks), className="es-link"),
    )
