"""Sentences for cells that cannot be read: the code of the problem, and what is wrong in words."""

import math
import re
from datetime import date
from typing import Any

from data.readers.moments import BAD, read_stamp
from data.readers.numerals import NumberFormat, read_number
from data.readers.source import Formula, cell_text

_FRACTION = re.compile(r":\d{2}[.,]\d*[1-9]")
Reason = tuple[str, str]
"""Code and message."""


def stamp(cell: Any, column: str) -> Reason:
    """Say why ``cell`` is neither a day nor a time."""
    if isinstance(cell, Formula):
        return formula(cell, column)
    text = cell_text(cell).strip()
    if not text:
        return "no-date", f"Column '{column}' is empty, so the row has no day."
    if isinstance(cell, (int, float)):
        return (
            "not-a-date",
            f"'{text}' in column '{column}' is a number, not a date. Format the cell as a date.",
        )
    if any(read_stamp(cell, order).kind != BAD for order in ("dmy", "mdy", "ymd")):
        return "date-order", f"'{text}' in column '{column}' does not fit the date order of the file."
    if _FRACTION.search(text):
        return "fraction", f"'{text}' in column '{column}' has a fraction of a second, which is not stored."
    if text[:1].isdigit() and sum(character.isdigit() for character in text) >= 6:
        return (
            "no-such-date",
            f"'{text}' in column '{column}' is not a day of the calendar or not a time of day.",
        )
    return "not-a-date", f"'{text[:60]}' in column '{column}' is not a date."


def number(cell: Any, column: str, form: NumberFormat) -> Reason:
    """Say why ``cell`` is not a finite number."""
    if isinstance(cell, Formula):
        return formula(cell, column)
    text = cell_text(cell).strip()
    if text.startswith("#"):
        return "cell-error", f"The spreadsheet shows an error ({text}) in column '{column}'."
    if text.lower().lstrip("+-") in ("inf", "infinity", "1.#inf"):
        return "not-finite", f"'{text}' in column '{column}' is not a finite number."
    if isinstance(cell, float) and math.isinf(cell):
        return "not-finite", f"The number in column '{column}' is infinite."
    if isinstance(cell, (bool, date)):
        return "not-a-number", f"'{text}' in column '{column}' is not a number."
    other = NumberFormat(",", ".") if form.decimal == "." else NumberFormat(".", ",")
    value = read_number(cell, other)
    if value is not None and not math.isnan(value):
        return (
            "decimal-mark",
            f"'{text}' in column '{column}' does not fit the decimal mark '{form.decimal}' of the file.",
        )
    return "not-a-number", f"'{text[:60]}' in column '{column}' is not a number."


def formula(cell: Formula, column: str) -> Reason:
    """Say that a formula has no result."""
    return (
        "formula",
        (
            f"Column '{column}' holds the formula '{cell}' without a result that can be trusted. Open the workbook "
            "in a spreadsheet program and save it, or paste the values."
        ),
    )
