"""A table as a file: CSV and XLSX, safe to open in a spreadsheet."""

import csv
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO, StringIO
from math import isfinite

from portal.core.table import Cell, Column, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _exported(table: Table) -> list[tuple[int, Column]]:
    return [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.kind != "spark" and not column.hidden
    ]


def _heading(column: Column) -> str:
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
    columns = _exported(table)
    writer.writerow([guard_formula(_heading(column)) for _, column in columns])  # codes of imported series
    writer.writerows([_csv_cell(column, row[at]) for at, column in columns] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _number_format(column: Column) -> str:
    decimals = "." + "0" * column.decimals if column.decimals and column.kind != "integer" else ""
    return f"0{decimals}%" if column.kind == "percent" else f"#,##0{decimals}"


def to_xlsx(table: Table, *, title: str, about: Mapping[str, str]) -> bytes:
    """Return the table as XLSX with typed cells, and a sheet ``About`` that says what the rows are."""
    import xlsxwriter  # used by exports only

    out = BytesIO()
    # Naive times are UTC; strings stay strings, whatever they start with.
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
            "remove_timezone": True,
        },
    )
    sheet = book.add_worksheet("Data")
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    columns = _exported(table)
    for to, (at, column) in enumerate(columns):
        sheet.write_string(0, to, _heading(column).replace("(%)", "").strip(), head)
        figures = book.add_format({"num_format": _number_format(column)})
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
                sheet.write_string(line, to, str(value))
        sheet.set_column(to, to, max(12, min(40, len(_heading(column)) + 2)))
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("About")
    for line, (name, text) in enumerate({"title": title, **about}.items()):
        notes.write_string(line, 0, name, head)
        notes.write_string(line, 1, text)
    notes.set_column(0, 0, 18)
    notes.set_column(1, 1, 90)
    book.close()
    return out.getvalue()
