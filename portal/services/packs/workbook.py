"""A document as a workbook: what it is about, a sheet for each chapter, and one for each table with its chart.

Numbers are numbers under the formats of the screen; text stays text whatever it starts with. The receipt of the
document is in a hidden sheet, so that the file can be checked (``enerscope verify receipt``).
"""

import re
from math import ceil, isclose
from typing import Any

from portal import VERSION as CODE_VERSION
from portal.core import format as reading
from portal.core.document import Chapter, Chart, Document, Rows, Section, Tile, Tiles, Words
from portal.core.table import Column
from portal.services import files
from portal.services.packs import sealing
from portal.services.packs.book import ABOUT, DOWN, QUIET, RECEIPT, UP, Book
from portal.services.packs.native_charts import add_charts
from portal.services.packs.table_sheet import MOST_ROWS, Place, heading, write_table

CHUNK = 16_000  # characters of the receipt in a cell
WIDTHS = (36, 20, 26, 70)  # of the columns of chapters and of About
_LINE = 140  # characters that fit in a line of a chapter
_COLOURS = {"up": UP, "good": UP, "down": DOWN, "bad": DOWN, "warn": "#9a6b00"}
_WORDS: dict[str, dict[str, Any]] = {
    "lead": {"bold": True},
    "heading": {"bold": True, "font_size": 11},
    "note": {"font_color": QUIET, "italic": True},
    "source": {"font_color": QUIET, "italic": True},
    "notice": {"italic": True},
    "warning": {"bold": True, "font_color": "#9a6b00"},
}
_FIGURE = re.compile(r"([+−-]?)([\d,]+)(?:\.(\d+))?( %)?\Z")


def to_xlsx(document: Document) -> bytes:
    """Return ``document`` as XLSX; the same document gives the same bytes."""
    book = Book(document)
    about = book.sheet(ABOUT)
    listed: list[tuple[str, str, str]] = []
    for chapter in document.chapters:
        _chapter(book, chapter, listed)
    _about(book, about, listed)
    _receipt(book)
    return book.content()


def _chapter(book: Book, chapter: Chapter, listed: list[tuple[str, str, str]]) -> None:
    """Write a chapter and its tables; ``listed`` gets the name of each sheet, what is on it and its rows."""
    name = book.names.take(chapter.title)
    page = Page(book, book.sheet(name))
    listed.append((name, chapter.title, "chapter"))
    page.line(chapter.title, bold=True, font_size=14)
    page.line(book.document.clocks.label(), font_color=QUIET)
    for said, value in chapter.filters:
        page.line(f"{said}: {value}", font_color=QUIET)
    page.line(chapter.lead, bold=True)
    for section in chapter.sections:
        page.skip()
        simulated = " (simulated data)" if section.simulated else ""
        page.line(f"{section.title}{simulated}", bold=True, font_size=12, bottom=1)
        page.line(section.note, font_color=QUIET, italic=True)
        for part in section.parts:
            if isinstance(part, Tiles):
                page.tiles(part)
            elif isinstance(part, Words):
                page.words(part)
            else:
                _elsewhere(book, page, part, chapter, section, listed)


def _elsewhere(
    book: Book,
    page: "Page",
    part: Chart | Rows,
    chapter: Chapter,
    section: Section,
    listed: list[tuple[str, str, str]],
) -> None:
    """Write a chart or table on a sheet of its own and a link to it on the chapter's."""
    title = part.title or section.title or chapter.title
    if part.table is not None:
        places = write_table(book, title, part.table, chapter, section)
    else:
        places = [_chart_only(book, title, part, chapter, section)]
    said = ""
    if isinstance(part, Chart):
        drawn = add_charts(book, places[0], part)
        rows = " The rows that it was drawn from are here." if part.table is not None else ""
        said = "" if drawn else f"This chart is drawn in the PDF; no spreadsheet has its kind.{rows}"
    for place in places:
        rows = f"{place.rows:,} rows" if place.columns else "chart"
        page.reference(place.name, title, rows, said)
        listed.append((place.name, f"{chapter.title} · {title}", rows))
    if isinstance(part, Chart):
        simulated = "Simulated data." if part.simulated else ""
        page.line(" ".join(filter(None, (simulated, part.note))), font_color=QUIET, italic=True)
        page.line(_source(part.source), font_color=QUIET, italic=True)


def _source(source: str) -> str:
    return source if not source or source.lower().startswith("source") else f"Source: {source}"


def _chart_only(book: Book, title: str, chart: Chart, chapter: Chapter, section: Section) -> Place:
    name = book.names.take(title)
    sheet = book.sheet(name)
    heading(book, sheet, title, None, chapter, section, simulated=chart.simulated)
    return Place(sheet, name, (), 0, whole=True)


class Page:
    """The sheet of a chapter, written from top to bottom."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self._book, self._sheet, self._row = book, sheet, 0
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.hide_gridlines(2)

    def skip(self) -> None:
        """Leave a line empty."""
        self._row += 1

    def line(self, text: str, **look: Any) -> None:
        """Write a paragraph over all columns; nothing for an empty one."""
        if not text:
            return
        if len(text) > _LINE:
            form = self._book.form(text_wrap=True, valign="top", **look)
            self._sheet.merge_range(self._row, 0, self._row, len(WIDTHS) - 1, "", form)
            self._sheet.set_row(self._row, 15 * ceil(len(text) / _LINE))
            self._sheet.write_string(self._row, 0, files.cell_string(text), form)
        else:
            self._book.text(self._sheet, self._row, 0, text, **look)
        self._row += 1

    def words(self, words: Words) -> None:
        """Write a paragraph in the manner of its kind."""
        look = dict(_WORDS.get(words.kind, {}))
        if words.tone in _COLOURS:
            look["font_color"] = _COLOURS[words.tone]
        self.line(f"• {words.text}" if words.kind == "item" else words.text, **look)

    def tiles(self, tiles: Tiles) -> None:
        """Write each tile as a row: title, the value, how it reads, a word about it."""
        head = {"font_color": QUIET, "bottom": 4}
        for at, title in enumerate(("Figure", "Value", "As on screen", "About")):
            self._book.text(self._sheet, self._row, at, title, **head)
        self._row += 1
        for tile in tiles.tiles:
            colour = {"font_color": _COLOURS[tile.tone]} if tile.tone in _COLOURS else {}
            self._book.text(self._sheet, self._row, 0, tile.title)
            self._book.cell(
                self._sheet, self._row, 1, tile.value, tile_format(tile), align="right", bold=True, **colour
            )
            self._book.text(self._sheet, self._row, 2, as_read(tile), align="right")
            self._book.text(self._sheet, self._row, 3, tile.detail)
            self._row += 1

    def reference(self, name: str, title: str, rows: str, said: str) -> None:
        """Write a link to the sheet ``name`` with what is there."""
        self._book.link(self._sheet, self._row, 0, name)
        self._book.text(self._sheet, self._row, 1, rows, font_color=QUIET)
        self._book.text(self._sheet, self._row, 2, title if title != name else "")
        self._book.text(self._sheet, self._row, 3, said, font_color=QUIET)
        self._row += 1


def as_read(tile: Tile) -> str:
    """Return a tile's figure as it reads on screen."""
    return tile.text if tile.text == reading.NO_DATA else f"{tile.text} {tile.unit}".strip()


def tile_format(tile: Tile) -> str:
    """Return the number format under which the value of a tile reads as its text, with its unit."""
    read = _FIGURE.match(tile.text)
    unit = '" {}"'.format(tile.unit.replace('"', "'")) if tile.unit else ""
    if tile.value is None or read is None:
        return f'#,##0.00{unit};"{reading.MINUS}"#,##0.00{unit};0.00{unit}'
    sign, whole, decimals, percent = read.groups()
    shown = float(f"{whole.replace(',', '')}.{decimals or 0}")
    fraction = percent is not None and isclose(
        abs(tile.value) * 100, shown, abs_tol=10 ** -len(decimals or "")
    )
    column = Column(
        "", "", "percent" if fraction else "number", decimals=len(decimals or ""), signed=sign == "+"
    )
    sections = files.number_format(column, tile.value).split(";")
    ending = ('" %"' if percent and not fraction else "") + unit
    return ";".join(section + ending for section in sections)


def _about(book: Book, sheet: Any, listed: list[tuple[str, str, str]]) -> None:
    document = book.document
    page = Page(book, sheet)
    page.line(document.title, bold=True, font_size=16)
    facts = [
        ("Template", f"{document.template}, version {document.version}"),
        ("Clocks", document.clocks.label()),
        ("Read by", document.reader),
        ("Rights", document.rights),
        ("Due at", reading.moment(document.due_at) if document.due_at else ""),
        ("Data", "simulated" if document.simulated else ""),
        ("Complete", "yes" if document.is_complete else "no: see the gaps below"),
        ("SHA-256", sealing.digest(document)),
        ("Release", CODE_VERSION),
        (
            "Check",
            f"enerscope verify receipt FILE compares every cell with the receipt in the hidden sheet '{RECEIPT}'.",
        ),
        ("Limit", f"A sheet holds {MOST_ROWS:,} rows of a table; longer ones go on on the next sheet."),
    ]
    facts[4:4] = [
        (f"Filters of {chapter.title}", ", ".join(f"{name}: {text}" for name, text in chapter.filters))
        for chapter in document.chapters
        if chapter.filters
    ]
    row = 2
    for name, text in facts:
        if text:
            book.text(sheet, row, 0, name, bold=True, valign="top")
            book.text(sheet, row, 1, text)
            row += 1
    for gap in document.gaps:
        row += 1
        for name, text in (("Missing", gap.what), ("Why", gap.why), ("How much", gap.bound)):
            book.text(sheet, row, 0, name, bold=True, font_color=_COLOURS["warn"])
            book.text(sheet, row, 1, text)
            row += 1
    row += 1
    for at, title in enumerate(("Sheet", "Rows", "What is on it")):
        book.text(sheet, row, at, title, bold=True, bottom=1)
    for name, what, rows in listed:
        row += 1
        book.link(sheet, row, 0, name)
        book.text(sheet, row, 1, rows)
        book.text(sheet, row, 2, what)
    sheet.activate()


def _receipt(book: Book) -> None:
    """Write the sealed document in pieces that fit in cells, in ASCII without underscores, which Excel may rewrite."""
    content = sealing.to_ascii(book.document)
    sheet = book.sheet(RECEIPT)
    book.text(
        sheet, 0, 0, f"{sealing.SCHEMA} in pieces, as JSON: put together, they are the receipt of this file."
    )
    for line, at in enumerate(range(0, len(content), CHUNK), start=1):
        book.text(sheet, line, 0, content[at : at + CHUNK])
    sheet.hide()
