"""A table as a file: CSV and XLSX, safe to open in a spreadsheet."""

import csv
import re
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO, StringIO
from math import isfinite

from portal.core.format import MINUS
from portal.core.table import Cell, Column, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE = "text/csv; charset=utf-8"
LONGEST_CELL = 32_767  # UTF-16 units that a cell of a spreadsheet holds
PERCENT = '" "%'
UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # half characters and none: no XML has them
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported(table: Table) -> list[tuple[int, Column]]:
    """Return the columns that files have, each with its place in a row: all but sparks and hidden ones."""
    return [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.kind != "spark" and not column.hidden
    ]


def heading(column: Column) -> str:
    """Return the title of a column with its unit."""
    unit = "%" if column.kind == "percent" else column.unit
    return f"{column.title} ({unit})" if unit else column.title


def guard_formula(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: an apostrophe goes before a dangerous start."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_cell(column: Column, value: Cell) -> str:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""  # on screen a dash
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.kind == "integer" and isinstance(value, float) and value.is_integer():
        return str(int(value))  # counts are read from the database as floats
    if isinstance(value, (int, float)):
        return repr(round(value * 100, 10) if column.kind == "percent" else value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else guard_formula(str(value))


def to_csv(table: Table) -> bytes:
    """Return the table as UTF-8 CSV with a header; percentages are in percent, as on screen."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = exported(table)
    writer.writerow([guard_formula(heading(column)) for _, column in columns])  # codes of imported series
    writer.writerows([_csv_cell(column, row[at]) for at, column in columns] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def number_format(column: Column, value: float | None = None) -> str:
    """Return the format of a spreadsheet under which ``value`` reads as on screen.

    It has a sign as the column asks for, a true minus, and none for what reads as zero.
    """
    decimals = "." + "0" * column.decimals if column.decimals and column.kind != "integer" else ""
    percent = column.kind == "percent"
    body = f"#,##0{decimals}{percent * PERCENT}"
    places = (len(decimals) - 1 if decimals else 0) + 2 * percent
    if value is not None and round(value, places) == 0:
        return f"{body};{body}"
    return f'{"+" * column.signed}{body};"{MINUS}"{body};{body}'


def cell_string(text: str) -> str:
    """Return ``text`` as a cell can hold it: cut where it is too long, and never taken for markup by the writer."""
    clean = UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(clean.encode("utf-16-le")) > 2 * LONGEST_CELL:
        clean = clean.encode("utf-16-le")[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"
    return f"{clean} " if clean.startswith("<r>") and clean.endswith("</r>") else clean


WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,  # strings stay strings, whatever they start with
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "remove_timezone": True,  # naive times are UTC
}
"""How xlsxwriter is to treat values."""


def to_xlsx(table: Table, *, title: str, about: Mapping[str, str]) -> bytes:
    """Return the table as XLSX with typed cells, and a sheet ``About`` that says what the rows are."""
    import xlsxwriter  # used by exports only

    out = BytesIO()
    book = xlsxwriter.Workbook(out, WORKBOOK)
    sheet = book.add_worksheet("Data")
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    columns = exported(table)
    for to, (at, column) in enumerate(columns):
        sheet.write_string(0, to, cell_string(heading(column).replace("(%)", "").strip()), head)
        figures = book.add_format({"num_format": number_format(column)})
        for line, row in enumerate(table.rows, start=1):
            value = row[at]
            if value is None or (isinstance(value, float) and not isfinite(value)):
                continue
            if isinstance(value, bool):
                sheet.write_boolean(line, to, value)
            elif isinstance(value, (int, float)):
                sheet.write_number(line, to, value, figures)
            elif isinstance(value, (date, datetime)):
                sheet.write_datetime(line, to, value, moment if isinstance(value, datetime) else day)
            else:
                sheet.write_string(line, to, cell_string(str(value)))
        sheet.set_column(to, to, max(12, min(40, len(heading(column)) + 2)))
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("About")
    for line, (name, text) in enumerate({"title": title, **about}.items()):
        notes.write_string(line, 0, name, head)
        notes.write_string(line, 1, cell_string(text))
    notes.set_column(0, 0, 18)
    notes.set_column(1, 1, 90)
    book.close()
    return out.getvalue()
