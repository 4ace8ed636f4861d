"""The tables of the positions page: the pivot, the position by delivery, the heat map's rows, the trades of a cell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import numpy as np

from portal.core.clock import Clocks
from portal.core.precision import volume_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio import position_metrics as metrics
from portal.domain.portfolio.position_limits import Headroom, headroom
from portal.domain.portfolio.positions import Measure
from portal.services.portfolio.position_ask import CARBON, COUNTS, DIMENSIONS, TOTAL, Ask
from portal.services.portfolio.position_pivots import PivotView
from portal.services.portfolio.positions import HeatRow, Overview

PATH = "/portfolio/positions"
INDENT = "\u2003"  # an em space for each level of a tree
STATES = {
    Headroom.NO_LIMIT: "no limit",
    Headroom.CALM: "within limit",
    Headroom.AMBER: "near limit",
    Headroom.OVER: "over limit",
}


def address(ask: Ask, clocks: Clocks, **more: str) -> str:
    """Return the address of a view of positions; ``row`` and ``column`` in ``more`` make it one of a cell."""
    view = _address(ask, clocks)
    cell = urlencode(more)
    return f"{PATH}?{'&'.join(part for part in (view, cell) if part)}"


@lru_cache(maxsize=256)
def _address(ask: Ask, clocks: Clocks) -> str:
    """Return what all cells of a view share: what is not usual about it, and its clocks."""
    usual = Ask().params()
    asked = {name: value for name, value in ask.params().items() if value != usual[name]}
    return urlencode({**asked, **clocks.query()})


def number(value: float) -> float | None:
    """Return a figure as a cell: nothing for NaN, and no negative zero."""
    return None if np.isnan(value) else float(value) + 0.0


def pivot_table(view: PivotView, query: GridQuery, clocks: Clocks) -> Table:
    """Return the pivot with its totals; the total row stays last, whatever the order."""
    ask, table = view.ask, view.table
    figures = table.measure(ask.measure)
    heads = [*zip(table.columns.keys, table.columns.labels, strict=True), (TOTAL, "Total")]
    columns = (
        Column("key", "Key", hidden=True),
        Column("line", DIMENSIONS[ask.rows]),
        Column("unit", "Unit", hidden=view.row_units is None),
        *(_figure_column(view, key, label) for key, label in heads),
        Column("address", "Address", hidden=True),
    )
    units = view.row_units or (view.unit,) * len(table.rows)
    rows = [
        _row(view, clocks, key, INDENT * depth + label, unit, line)
        for key, label, depth, unit, line in zip(
            table.rows.keys, table.rows.labels, table.rows.depth, units, figures, strict=False
        )
    ]
    total = (
        [_row(view, clocks, TOTAL, "Total", view.unit, figures[-1])]
        if rows and view.row_units is None
        else []
    )
    params = {key: {**ask.params(), "row": key} for key in (*table.rows.keys, TOTAL)}
    made = sort_rows(
        Table(columns, rows, note=_note(view), simulated=view.simulated, extra={"params": params}), query
    )
    return replace(made, rows=[*made.rows, *total], total=(made.total or 0) + len(total))


def _figure_column(view: PivotView, key: str, label: str) -> Column:
    return Column(
        f"at:{key}",
        label,
        "number",
        view.unit,
        volume_decimals(view.unit),
        metric=metrics.POSITION[Measure(view.ask.measure)].id,
        signed=view.ask.measure == Measure.NET,
        coloured=False,
        link="address",
        link_more=f"&column={key}",
        params=(("column", key),),
    )


def _row(
    view: PivotView, clocks: Clocks, key: str, label: str, unit: str, line: Sequence[float]
) -> tuple[Cell, ...]:
    return (key, label, unit, *(number(value) for value in line), address(view.ask, clocks, row=key))


def _note(view: PivotView) -> str:
    held = "total position" if view.ask.measure == "net" else f"{view.ask.measure} position"
    unit = f" in {view.unit}" if view.unit else ""
    return f"{held}{unit}; {COUNTS[view.ask.count].lower()}"


def tenor_table(found: Overview, query: GridQuery) -> Table:
    """Return the rows behind the position by delivery."""
    unit, decimals = found.unit, volume_decimals(found.unit)
    names = [(measure, measure.value.capitalize()) for measure in (Measure.LONG, Measure.SHORT, Measure.NET)]
    columns = (
        Column("key", "Key", hidden=True),
        Column("line", "Delivery"),
        *(
            Column(
                measure.value,
                title,
                "number",
                unit,
                decimals,
                metric=metrics.POSITION[measure].id,
                coloured=False,
            )
            for measure, title in names
        ),
    )
    table = found.by_tenor
    measured = [table.measure(measure)[-1, :-1] for measure, _ in names]
    rows = [
        (key, label, *(number(values[at]) for values in measured))
        for at, (key, label) in enumerate(zip(table.columns.keys, table.columns.labels, strict=True))
    ]
    ask = tile_ask(found)
    params = {key: {**ask.params(), "row": TOTAL, "column": key} for key in table.columns.keys}
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def tile_ask(found: Overview) -> Ask:
    """Return the view that the totals and the deliveries stand for."""
    rows = found.ask.rows if found.ask.rows != "tenor" else "side"
    return replace(found.ask, rows=rows, columns="tenor")


def heat_table(found: Overview, query: GridQuery) -> Table:
    """Return the rows behind the heat map: a book, commodity and month each, most used limit first."""
    columns = (
        Column("key", "Key", hidden=True),
        Column("book", "Book"),
        Column("commodity", "Commodity"),
        Column("month", "Delivery"),
        Column(
            "net",
            "Net",
            "number",
            "",
            0,
            metric=metrics.POSITION[Measure.NET].id,
            signed=True,
            coloured=False,
        ),
        Column("limit", "Limit", "number", "", 0, metric=metrics.POSITION_LIMIT.id),
        Column("unit", "Unit"),
        Column("use", "Used", "percent", "", 0, metric=metrics.LIMIT_USE.id),
        Column("state", "State", "badge"),
    )
    params: dict[str, Any] = {}
    rows = []
    for row in found.heat:
        for at in np.flatnonzero(np.isfinite(row.net)).tolist():
            month, use = found.months[at], float(row.use[at])
            key = f"{row.book} {row.commodity} {month}"
            params[key] = heat_params(found.ask, row, month)
            rows.append(
                (
                    key,
                    row.book,
                    row.commodity,
                    month,
                    float(row.net[at]),
                    number(row.limit),
                    heat_unit(row),
                    number(use) if np.isfinite(use) else None,
                    STATES[Headroom(int(headroom(row.use[at : at + 1])[0]))],
                )
            )
    rows.sort(key=lambda row: -(row[7] or 0.0))
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def heat_unit(row: HeatRow) -> str:
    """Return the unit of a row of the heat map."""
    return "t CO₂" if row.commodity == CARBON else "MWh"


def heat_ask(ask: Ask, row: HeatRow) -> Ask:
    """Return the view behind a row of the heat map: its book by month, in its commodity alone."""
    unit = "t" if row.commodity == CARBON else "MWh"
    own = {"rows": "book", "columns": "tenor", "tenor": "month", "first": "all", "last": ""}
    return replace(ask, **own, measure="net", unit=unit, commodity=row.commodity)


def heat_params(ask: Ask, row: HeatRow, month: str) -> Mapping[str, str]:
    """Return the parameters of the passport of a cell of the heat map."""
    return {**heat_ask(ask, row).params(), "row": row.book, "column": month}
