"""A workbook as a person reads it: each cell as the text that its number format makes of it."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl


def read(content: bytes, *, values: bool = True) -> Any:
    """Return the workbook; with the stored values of formulas, or with the formulas."""
    return openpyxl.load_workbook(BytesIO(content), data_only=values)


def shown(cell: Any) -> str:
    """Return a cell as it reads in a spreadsheet."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC" if "hh" in cell.number_format else f"{value:%Y-%m-%d}"
    if not isinstance(value, (int, float)) or cell.number_format == "General":
        return str(value)
    sections = cell.number_format.split(";")
    at = 1 if value < 0 else 2 if value == 0 and len(sections) > 2 else 0
    return _figure(sections[at], abs(value))


def _figure(form: str, value: float) -> str:
    body = re.search(r"[#,0]*0(?:\.(0+))?", re.sub(r'"[^"]*"', lambda found: "·" * len(found[0]), form))
    assert body is not None, form
    percent = "%" in re.sub(r'"[^"]*"', "", form)
    text = f"{value * (100 if percent else 1):,.{len(body[1] or '')}f}"
    return (form[: body.start()] + text + form[body.end() :]).replace('"', "")


def texts(content: bytes) -> set[str]:
    """Return all that is readable in a workbook, cell by cell, but for the receipt."""
    book = read(content)
    return {
        shown(cell)
        for sheet in book
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
