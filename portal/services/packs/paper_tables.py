"""Tables laid out for paper: what the template of the PDF gets of each, as plain data.

API: ``table_item(table, title, room) -> dict``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from portal.core.format import direction
from portal.core.table import Table
from portal.services.packs import columns
from portal.services.packs.typeface import broken, printable

NO_ROWS = "No rows. Nothing was recorded for these clocks and filters."
MOST_CELLS = 50_000
"""How much of one table is set on paper: a cell takes about 16 kB and a fifth of a millisecond to set."""
_SPARK_POINTS = 60
Item = dict[str, Any]


def table_item(table: Table, title: str, room: float) -> Item:
    """Return a table laid out; a table is wide on purpose only where its page is turned.

    It holds all rows up to :data:`MOST_CELLS`, and says how many are left to the data that is attached.
    """
    table = _for_paper(table)
    note = printable(table.note)
    if not table.rows:
        return {"is": "rows", "title": title, "bands": [], "note": note or NO_ROWS, "size": 8.0, "count": ""}
    shown = table.shown()
    cells = columns.written(table)
    picked = [table.columns[at] for at in shown]
    layout = columns.fit(columns.needs(picked, cells), room)
    return {
        "is": "rows",
        "title": title,
        "size": layout.size,
        "note": note,
        "count": _count(table, layout),
        "whole": len(table.rows) <= columns.SHORT and len(layout.bands) == 1,
        "bands": [_band(table, shown, cells, band, layout.size) for band in layout.bands],
    }


def _for_paper(table: Table) -> Table:
    most = MOST_CELLS // max(1, len(table.shown()))
    if len(table.rows) <= most:
        return table
    said = (
        f"These are the first {most:,} of {len(table.rows):,} rows. All of them are in the data attached to this PDF, "
        "and in XLSX, CSV and JSON."
    )
    note = f"{table.note} {said}".strip()
    return replace(table, rows=list(table.rows[:most]), total=table.total or len(table.rows), note=note)


def _count(table: Table, layout: columns.Fit) -> str:
    total = len(table.rows) if table.total is None else table.total
    said = f"{len(table.rows):,} of {total:,} rows" if total > len(table.rows) else f"{total:,} rows"
    folded = f", columns in {len(layout.bands)} bands" if len(layout.bands) > 1 else ""
    return said + folded if len(table.rows) > 9 or folded or total > len(table.rows) else ""


def _band(
    table: Table, shown: Sequence[int], cells: Sequence[Sequence[str]], band: columns.Band, size: float
) -> Item:
    heads, at_column = [], [shown[at] for at in band.columns]
    for at, wide in zip(at_column, band.widths, strict=True):
        column, inner = table.columns[at], wide - 2 * columns.INSET
        heads.append(
            {
                "title": broken(printable(column.title), 0.95 * size, inner, bold=True),
                "unit": broken(printable(column.unit), 0.9 * size, inner),
                "right": column.kind in columns.NUMERIC,
                "solid": column.kind in columns.NUMERIC or column.kind in ("date", "moment"),
                "width": round(wide, 2),
            }
        )
    return {"columns": heads, "rows": list(_cells(table, cells, band, at_column, size))}


def _cells(
    table: Table, cells: Sequence[Sequence[str]], band: columns.Band, at_column: Sequence[int], size: float
) -> Iterator[list[Any]]:
    """Yield the rows of a band: a text, a text with its tone, or the points of a small line."""
    rooms = [wide - 2 * columns.INSET for wide in band.widths]
    for row, texts in zip(table.rows, cells, strict=True):
        line: list[Any] = []
        for shown_at, at, room in zip(band.columns, at_column, rooms, strict=True):
            column, value = table.columns[at], row[at]
            if column.kind == "spark":
                line.append({"spark": spark(value), "neutral": column.tone_from is not None})
                continue
            text, tone = broken(texts[shown_at], size, room), direction(column, value)
            line.append([text, tone] if tone else text)
        yield line


def spark(value: object) -> list[list[float]]:
    """Return the points of a small line between 0 and 1, from its top left; none of fewer than two values."""
    known = [float(each) for each in value if isfinite(each)] if isinstance(value, list) else []
    if len(known) < 2:
        return []
    step = max(1, len(known) // _SPARK_POINTS)
    known = known[::-step][::-1]
    low, high = min(known), max(known)
    return [
        [round(at / (len(known) - 1), 3), round(1 - (each - low) / ((high - low) or 1.0), 3)]
        for at, each in enumerate(known)
    ]
