"""A table of typed columns: what a service hands to a grid, a chart and an export alike.

Because the grid on screen, its CSV and its XLSX are drawn from one :class:`Table`, they cannot differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from portal.core.errors import DomainError

Cell = str | float | int | bool | date | datetime | list[float] | None
Kind = Literal["text", "number", "integer", "percent", "date", "moment", "spark", "badge"]


PHONE, LAPTOP = 760, 1900  # pixels; the style sheet knows these two
"""Screens up to this width leave out the columns that ask for more room."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``unit`` is shown in the heading, ``decimals`` is for numbers, ``percent`` holds fractions.

    ``metric`` names the entry of the metric registry whose passport a cell opens. A ``spark`` cell is a list of
    numbers; it is drawn on screen and left out of exports. ``link`` names a column whose text is the cell's address,
    ``unit_from`` one that holds the unit of each row's price, which decides its decimals. A cell with a metric and a
    link opens the passport, and an arrow beside it the address; ``params`` are added to the passport's parameters of
    the row and ``link_more`` to the row's address, for tables whose columns are data (such as delivery months).
    ``coloured`` gives a signed cell the colour of its direction: for moves, not for levels that may have a sign.
    ``tone_from`` names a badge column whose word gives a ``spark`` its colour (neutral unless it warns), for what is
    used up: there a rise is nothing good. ``room`` (``PHONE`` or ``LAPTOP``): on screens of up to so many pixels
    others need the room of this column; files have it always.
    """

    key: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    decimals: int = 2
    metric: str | None = None
    sortable: bool = True
    signed: bool = False
    coloured: bool = True
    link: str | None = None
    unit_from: str | None = None
    hidden: bool = False
    room: int = 0
    help: str = ""
    params: tuple[tuple[str, str], ...] = ()
    link_more: str = ""
    tone_from: str | None = None


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What the user asked of a grid: sorting, filtering and paging, all done in SQL where the rows are in SQL."""

    sort: str | None = None
    descending: bool = False
    text: str = ""
    offset: int = 0
    limit: int | None = 100


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in column order. ``total`` counts the rows before paging; ``note`` is said below the grid."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    total: int | None = None
    note: str = ""
    simulated: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def index(self, key: str) -> int:
        """Return the position of column ``key``; KeyError names it when there is none."""
        for position, column in enumerate(self.columns):
            if column.key == key:
                return position
        raise KeyError(key)

    def column(self, key: str) -> list[Cell]:
        """Return all cells of column ``key``."""
        position = self.index(key)
        return [row[position] for row in self.rows]

    def shown(self) -> list[int]:
        """Return the positions of the columns that people see; one of dashes alone would only take room."""
        return [
            at
            for at, column in enumerate(self.columns)
            if not column.hidden and (column.kind == "text" or any(row[at] is not None for row in self.rows))
        ]

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows as mappings by column key."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


def sort_rows(table: Table, query: GridQuery) -> Table:
    """Filter, sort and page rows that were computed rather than stored; empty cells sort last either way.

    Raises
    ------
    DomainError
        There is no column to sort by of that name.
    """
    rows = list(table.rows)
    if query.text:
        needle = query.text.casefold()
        texts = [i for i, column in enumerate(table.columns) if column.kind in ("text", "badge")]
        rows = [row for row in rows if any(needle in str(row[i] or "").casefold() for i in texts)]
    if query.sort is not None:
        at = _sorted_by(table, query.sort)
        known = sorted((r for r in rows if not _empty(r[at])), key=lambda r: r[at], reverse=query.descending)  # type: ignore[arg-type, return-value]  # one column holds one type
        rows = known + [row for row in rows if _empty(row[at])]
    total = len(rows)
    begin = max(query.offset, 0)
    end = None if query.limit is None else begin + query.limit
    return Table(table.columns, rows[begin:end], total, table.note, table.simulated, table.extra)


def _sorted_by(table: Table, key: str) -> int:
    at = next((at for at, column in enumerate(table.columns) if column.key == key), None)
    if at is None or table.columns[at].kind == "spark":
        raise DomainError(
            f"This table cannot be sorted by '{key[:40]}'. Choose one of its columns.", column=key
        )
    return at


def _empty(value: Cell) -> bool:
    """Tell whether a cell has no place in an order; NaN compares with nothing and would leave the rest unsorted."""
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124  (true of NaN alone)
