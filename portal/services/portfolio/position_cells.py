"""The trades behind one cell of a position, whose volumes add up to it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from data.queries.curve_terms import volume_unit
from data.queries.position_trades import CellSums, CellTrade
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.precision import volume_decimals
from portal.core.table import LAPTOP, Column, GridQuery, Table
from portal.core.table import Cell as TableCell
from portal.domain.market.curve_products import span_label
from portal.domain.portfolio import position_metrics as metrics
from portal.domain.portfolio.positions import ENERGY_UNITS, Measure
from portal.domain.portfolio.trade import LABELS, Kind
from portal.domain.portfolio.trade_metrics import TERM
from portal.services.portfolio.position_ask import (
    UNITS,
    Ask,
    effective,
    line_label,
    load_desk,
    read,
)
from portal.services.portfolio.position_trades import Cell, find_trades

TRADE_PATH = "/portfolio/trade"
_KINDS = {kind.key: LABELS[kind] for kind in Kind}


@dataclass(frozen=True)
class CellView:
    """A cell with a page of its trades: ``count`` rows of ``held_by`` trades in all.

    ``long`` and ``short`` are its whole volume, None where units differ.
    """

    ask: Ask
    row: str
    column: str
    row_label: str
    column_label: str
    unit: str
    trades: tuple[CellTrade, ...]
    count: int
    held_by: int
    long: float | None
    short: float | None
    simulated: bool


def cell_view(ask: Ask, row: str, column: str, query: GridQuery, clocks: Clocks, actor: Actor) -> CellView:
    """Return the trades behind the cell of line ``row`` and column ``column``; ``*`` is a total.

    Raises
    ------
    NotFound
        There is no such line, or the reader may not see it.
    DomainError
        What is asked for is not among the choices.
    """
    actor.require(Permission.PORTFOLIO_READ)
    ask = read(ask.params())
    with UnitOfWork() as work:
        desk = load_desk(work, actor)
        ask, _ = effective(ask, clocks)
        trades, sums = find_trades(work, desk, ask, Cell(row, column), query, clocks, actor)
    units = {volume_unit(trade.unit) for trade in trades}
    long, short = whole(sums, ask.unit, same=len(units) <= 1)
    return CellView(
        ask,
        row,
        column,
        line_label(desk, ask.rows, row),
        line_label(desk, ask.columns, column),
        next(iter(units), "") if ask.unit == "native" and len(units) <= 1 else UNITS[ask.unit],
        tuple(trades),
        sums.rows,
        sums.trades,
        long,
        short,
        any(trade.simulated for trade in trades),
    )


def whole(sums: CellSums, unit: str, *, same: bool) -> tuple[float | None, float | None]:
    """Return the long and the short volume of a cell in ``unit``; None where native units differ."""
    if unit in ENERGY_UNITS:
        return sums.long_mwh / ENERGY_UNITS[unit], sums.short_mwh / ENERGY_UNITS[unit]
    return (sums.long, sums.short) if same else (None, None)


def volumes(trade: CellTrade, unit: str) -> tuple[float, float, str]:
    """Return what a trade holds of a cell, long and short, with the unit of both."""
    if unit in ENERGY_UNITS:
        size = ENERGY_UNITS[unit]
        return (trade.long_mwh or 0.0) / size, (trade.short_mwh or 0.0) / size, UNITS[unit]
    return trade.long, trade.short, UNITS["t"] if unit == "t" else volume_unit(trade.unit)


def cell_table(view: CellView, clocks: Clocks) -> Table:
    """Return the trades as rows, each linked to its own page."""
    decimals = min(volume_decimals(view.unit) + 2, 3)
    columns = (
        Column("key", "Key", hidden=True),
        Column("external_id", "Trade", link="address"),
        Column("kind", "Instrument"),
        Column("book", "Book"),
        Column("counterparty", "Counterparty"),
        Column("hub", "Hub"),
        Column(
            "volume",
            "In this cell",
            "number",
            decimals=decimals,
            metric=metrics.POSITION[Measure.NET].id,
            signed=True,
            coloured=False,
        ),
        Column("unit", "Unit", sortable=False),
        Column(
            "quantity",
            "Quantity",
            "number",
            decimals=0 if all(trade.quantity.is_integer() for trade in view.trades) else 2,
            metric=TERM.id,
            help="As traded",
            params=(("term", "quantity"),),
        ),
        Column("quantity_unit", "", sortable=False),
        Column(
            "price",
            "Price",
            "number",
            metric=TERM.id,
            help="Of an option, its strike",
            unit_from="price_unit",
            params=(("term", "agreed"),),
        ),
        Column("price_unit", "", sortable=False),
        Column("delivery_start", "Delivery"),
        Column("trade_date", "Traded", "date", room=LAPTOP),
        Column("version", "Version", "integer", sortable=False, room=LAPTOP),
        Column("address", "Address", hidden=True),
    )
    rows = [_row(view, trade, clocks) for trade in view.trades]
    common = {**view.ask.params(), "row": view.row, "column": view.column}
    params = {key(trade): {**common, "trade": trade.trade_id, "hub": trade.hub} for trade in view.trades}
    return Table(
        columns,
        rows,
        view.count,
        note="the volumes of all rows add up to the cell",
        simulated=view.simulated,
        extra={"params": params},
    )


def key(trade: CellTrade) -> str:
    """Return what tells the rows of a cell apart: a spread has a row for each of its hubs."""
    return f"{trade.trade_id} {trade.hub}"


def _row(view: CellView, trade: CellTrade, clocks: Clocks) -> tuple[TableCell, ...]:
    long, short, unit = volumes(trade, view.ask.unit)
    pinned = clocks.query()
    return (
        key(trade),
        trade.external_id,
        _KINDS.get(trade.kind, trade.kind),
        trade.book,
        trade.counterparty,
        trade.hub,
        long + short,
        unit,
        trade.quantity,
        trade.quantity_unit,
        trade.price,
        trade.price_unit if trade.price is not None else "",
        span_label(trade.delivery_start, trade.delivery_end),
        trade.trade_date,
        trade.version,
        f"{TRADE_PATH}?{urlencode({'id': trade.trade_id, **pinned})}",
    )
