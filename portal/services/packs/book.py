"""A workbook under construction: its formats, the names of its sheets, and typed cells."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from math import isfinite
from typing import Any

from portal.core.document import Document
from portal.core.table import Cell
from portal.services import files
from portal.services.packs.sheet_names import SheetNames

ABOUT, RECEIPT = "About", "Receipt"
UP, DOWN, QUIET = "#0f8a6d", "#c2502f", "#5f6b76"
DAY_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", 'yyyy-mm-dd hh:mm" UTC"'
_WHOLE = 2**53  # from here on a float has no room for every integer
_EARLIEST = 1900  # year; a spreadsheet has no day before


class Book:
    """The workbook of a document; the same document gives the same bytes."""

    def __init__(self, document: Document) -> None:
        import xlsxwriter  # used by exports only

        self.document = document
        self.names = SheetNames(ABOUT, RECEIPT)
        self._out = BytesIO()
        self._book = xlsxwriter.Workbook(self._out, files.WORKBOOK)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._book.set_properties(
            {
                "title": document.title,
                "author": document.reader,
                "comments": f"Template {document.template}, version {document.version}; {document.clocks.label()}.",
                "created": document.clocks.known_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
            }
        )

    def sheet(self, name: str) -> Any:
        """Return a new sheet of that exact name, set up for printing."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        title = files.cell_string(self.document.title).replace("&", "&&")[:100]
        sheet.set_footer(f"&L{title}&RPage &P of &N")
        return sheet

    def chart(self, options: Mapping[str, str]) -> Any:
        """Return a new chart."""
        return self._book.add_chart(dict(options))

    def form(self, **properties: Any) -> Any:
        """Return the format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write a string; it never becomes a formula, an address or markup."""
        if text:
            sheet.write_string(row, column, files.cell_string(text), self.form(**properties))

    def link(self, sheet: Any, row: int, column: int, name: str) -> None:
        """Write a link to the sheet ``name``."""
        quoted = name.replace("'", "''")
        look = self.form(font_color="#1f5f9e", underline=1)
        sheet.write_url(row, column, f"internal:'{quoted}'!A1", look, string=name)

    def cell(self, sheet: Any, row: int, column: int, value: Cell, number_format: str, **look: Any) -> None:
        """Write a value as what it is; what is no number is left empty."""
        if value is None or isinstance(value, list) or (isinstance(value, float) and not isfinite(value)):
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.form(**look))
        elif isinstance(value, (int, float)):
            if abs(value) > _WHOLE and isinstance(value, int):
                self.text(sheet, row, column, str(value), **look)
            else:
                sheet.write_number(row, column, value, self.form(num_format=number_format, **look))
        elif isinstance(value, (date, datetime)):
            self._when(sheet, row, column, value, look)
        else:
            self.text(sheet, row, column, str(value), **look)

    def _when(self, sheet: Any, row: int, column: int, value: date, look: Mapping[str, Any]) -> None:
        if value.year <= _EARLIEST:  # Excel's own calendar is wrong until March 1900
            self.text(sheet, row, column, value.isoformat(), **look)
        elif isinstance(value, datetime):
            moment = value.astimezone(UTC) if value.tzinfo else value
            sheet.write_datetime(row, column, moment, self.form(num_format=MOMENT_FORMAT, **look))
        else:
            sheet.write_datetime(row, column, value, self.form(num_format=DAY_FORMAT, **look))

    def content(self) -> bytes:
        """Close the workbook and return it."""
        self._book.close()
        return self._out.getvalue()
