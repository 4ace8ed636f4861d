"""A table as a sheet: typed cells under the number formats of the screen, totals as formulas where they are sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import Any

from portal.core.document import Chapter, Section
from portal.core.format import cell_text
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, Table
from portal.services import files
from portal.services.packs.book import DOWN, QUIET, UP, Book

HEAD = 3  # row of the headings, counted from 0; above it are a title and two lines about the table
MOST_ROWS = 1_048_576 - HEAD - 1  # of data that one sheet holds
WIDTHS = (9, 46)  # of columns, in characters
TOTALS = ("total", "sum", "all together", "all books", "all portfolios", "net")
INDENT = "\N{EM SPACE}"  # before names of what is below in a tree
MOST_PARTS = 1000  # of one sum
_NUMBERS = ("number", "integer", "percent")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: its sheet, its columns with their cells, and how many rows and columns it takes."""

    sheet: Any
    name: str
    columns: tuple[tuple[Column, tuple[Cell, ...]], ...]
    rows: int
    whole: bool  # all rows are on this sheet


def write_table(book: Book, title: str, table: Table, chapter: Chapter, section: Section) -> list[Place]:
    """Write ``table`` on a sheet, or on several when it has more rows than one holds."""
    pieces = [table.rows[at : at + MOST_ROWS] for at in range(0, len(table.rows), MOST_ROWS)] or [[]]
    places = []
    for at, rows in enumerate(pieces):
        part = f"part {at + 1} of {len(pieces)}: a sheet holds {MOST_ROWS:,} rows" if len(pieces) > 1 else ""
        piece = replace(table, rows=rows)
        places.append(_sheet(book, title, piece, chapter, section, part=part))
    return places


def _sheet(book: Book, title: str, table: Table, chapter: Chapter, section: Section, *, part: str) -> Place:
    name = book.names.take(title or section.title)
    sheet = book.sheet(name)
    columns = files.exported(table)
    heading(book, sheet, title or section.title, table, chapter, section, part=part)
    wrap = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
    for to, (at, column) in enumerate(columns):
        right = {"align": "right"} if column.kind in _NUMBERS else {}
        book.text(sheet, HEAD, to, _heading(column), **wrap, **right)
        sheet.set_column(to, to, _width(column, [row[at] for row in table.rows[:200]]))
    _cells(book, sheet, table, columns)
    sheet.freeze_panes(HEAD + 1, 1 if len(columns) > 3 else 0)
    sheet.repeat_rows(HEAD)
    if table.rows and columns:
        sheet.autofilter(HEAD, 0, HEAD + len(table.rows), len(columns) - 1)
    cells = tuple((column, tuple(row[at] for row in table.rows)) for at, column in columns)
    return Place(sheet, name, cells, len(table.rows), not part)


def heading(
    book: Book,
    sheet: Any,
    title: str,
    table: Table | None,
    chapter: Chapter,
    section: Section,
    *,
    part: str = "",
    simulated: bool = False,
) -> None:
    """Write what a sheet is about above its rows: title, page and clocks, notes."""
    simulated = simulated or section.simulated or (table is not None and table.simulated)
    where = " · ".join(dict.fromkeys(filter(None, (chapter.title, section.title))))
    about = (where, book.document.clocks.label(), "simulated data" if simulated else "", part)
    notes = (
        table.note if table else "",
        "no rows" if table is not None and not table.rows else "",
        f"{len(table.rows):,} of {table.total:,} rows"
        if table is not None and not part and table.total and table.total > len(table.rows)
        else "",
    )
    book.text(sheet, 0, 0, title, bold=True, font_size=13)
    book.text(sheet, 1, 0, " · ".join(filter(None, about)), font_color=QUIET)
    book.text(sheet, 2, 0, " · ".join(filter(None, notes)), font_color=QUIET, italic=True)


def _heading(column: Column) -> str:
    return column.title if column.kind == "percent" else files.heading(column)


def _width(column: Column, cells: Sequence[Cell]) -> int:
    title = max((len(word) for word in _heading(column).split()), default=0)
    longest = max((len(cell_text(column, cell)) for cell in cells), default=0)
    return max(WIDTHS[0], min(WIDTHS[1], max(longest, title, len(_heading(column)) // 2) + 2))


def row_column(table: Table, column: Column, row: Sequence[Cell]) -> Column:
    """Return ``column`` with the decimals of its row's unit."""
    if column.unit_from is None:
        return column
    return replace(column, decimals=price_decimals(str(row[table.index(column.unit_from)])))


def _cells(book: Book, sheet: Any, table: Table, columns: Sequence[tuple[int, Column]]) -> None:
    sums = {(line, at): parts for line, at, parts in totals(table)}
    for line, row in enumerate(table.rows):
        look = {"bold": True} if _is_total(table, row) else {}
        for to, (at, column) in enumerate(columns):
            value = row[at]
            known = row_column(table, column, row)
            number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
            form = files.number_format(known, number)
            colour = _colour(known, number)
            parts = sums.get((line, at))
            if parts is None or number is None:
                book.cell(sheet, HEAD + 1 + line, to, value, form, **look, **colour)
            else:
                formula = f"=SUM({_ranges(parts, to)})"
                properties = book.form(num_format=form, **look, **colour)
                sheet.write_formula(HEAD + 1 + line, to, formula, properties, number)


def _ranges(lines: Sequence[int], column: int) -> str:
    """Return the cells of these rows, neighbours as one range."""
    from xlsxwriter.utility import xl_range

    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ",".join(xl_range(HEAD + 1 + low, column, HEAD + 1 + high, column) for low, high in runs)


def _colour(column: Column, value: float | None) -> dict[str, str]:
    """Return the colour of a move's direction; what reads as zero has none."""
    if value is None or not column.signed or not column.coloured:
        return {}
    read = round(value, column.decimals + 2 * (column.kind == "percent")) if value == value else 0  # noqa: PLR0124
    return {"font_color": UP if read > 0 else DOWN} if read else {}


def _is_total(table: Table, row: Sequence[Cell]) -> bool:
    texts = (row[at] for at, column in files.exported(table) if column.kind == "text")
    first = next((text for text in texts if isinstance(text, str)), "")
    return first.strip().casefold() in TOTALS or first.strip().casefold().startswith("total ")


def totals(table: Table) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield row, column and the rows that are added up, for each total that is the plain sum of its parts.

    A row that is called a total sums the rows above it since the last one, or the rows below when it is the first row;
    a branch of a tree (names are indented) sums what is one step below it. A figure that is not their sum, such as a
    risk that diversifies, is not given: it stays a value.
    """
    for line, parts in [*_named_totals(table), *_branches(table)]:
        if len(parts) < 2:
            continue
        for at, column in files.exported(table):
            cells = [table.rows[part][at] for part in parts]
            if column.kind in ("number", "integer") and _is_sum(table.rows[line][at], cells):
                yield line, at, parts


def _named_totals(table: Table) -> Iterator[tuple[int, tuple[int, ...]]]:
    marks = [line for line, row in enumerate(table.rows) if _is_total(table, row)]
    begin = 0
    for line in marks:
        if line > 0:
            yield line, tuple(range(begin, line))
        elif len(marks) == 1:
            yield line, tuple(range(1, len(table.rows)))
        begin = line + 1


def _branches(table: Table) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield each row of a tree with the rows that are one step below it."""
    texts = [at for at, column in files.exported(table) if column.kind == "text"]
    at = next((at for at in texts if any(_depth(row[at]) for row in table.rows)), None)
    if at is None:
        return
    depths = [_depth(row[at]) for row in table.rows]
    open_rows: list[tuple[int, list[int]]] = []
    for line, depth in enumerate(depths):
        while open_rows and depths[open_rows[-1][0]] >= depth:
            branch, parts = open_rows.pop()
            yield branch, tuple(parts)
        if open_rows and len(open_rows[-1][1]) < MOST_PARTS:
            open_rows[-1][1].append(line)
        open_rows.append((line, []))
    yield from ((branch, tuple(parts)) for branch, parts in reversed(open_rows))


def _depth(cell: Cell) -> int:
    return len(cell) - len(cell.lstrip(INDENT)) if isinstance(cell, str) else 0


def _is_sum(total: Cell, parts: Sequence[Cell]) -> bool:
    """Tell whether a figure is the sum of others, all but the last digits; zeros say nothing."""
    numbers = [part for part in parts if isinstance(part, (int, float)) and part == part]  # noqa: PLR0124
    if not isinstance(total, (int, float)) or isinstance(total, bool) or len(numbers) < 2:
        return False
    return isclose(total, sum(numbers), rel_tol=1e-9, abs_tol=1e-9 * max(map(abs, numbers)))
