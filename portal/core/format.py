"""Numbers, ages and dates as people read them, on screen and in files alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from math import isfinite
from typing import Literal

from portal.core.metrics import Metric
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, Table

NO_DATA = "–"
MINUS = "−"


def number(value: float | None, decimals: int = 2, *, signed: bool = False) -> str:
    """Return ``value`` with thousands separators and a true minus sign; what is not finite is a dash."""
    if value is None or not isfinite(value):
        return NO_DATA
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def percent(fraction: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a fraction as a percentage, for example ``0.125`` as ``12.5 %``."""
    text = number(None if fraction is None else fraction * 100, decimals, signed=signed)
    return text if text == NO_DATA else f"{text} %"


def day(value: date | None) -> str:
    """Return a date as ``2024-12-31``."""
    return NO_DATA if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """Return a moment as ``2024-12-31 18:30 UTC``."""
    return NO_DATA if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def age(days: int | None) -> str:
    """Return an age in days in words: today, 1 day, 3 days, 5 months, 6 years."""
    if days is None:
        return NO_DATA
    if days <= 0:
        return "today"
    if days < 62:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{days // 30} months" if days < 730 else f"{days // 365} years"


def figure_text(metric: Metric, value: float | None, unit: str = "") -> str:
    """Return ``value`` as ``metric`` asks for; where the instrument gives the unit, it gives the decimals."""
    if metric.percent:
        return percent(value, metric.decimals, signed=metric.signed)
    decimals = metric.decimals if metric.unit else price_decimals(unit)
    return number(value, decimals, signed=metric.signed)


def cell_text(column: Column, value: Cell) -> str:
    """Return a cell as the text a person reads."""
    if value is None:
        return NO_DATA
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.kind == "percent" and isinstance(value, (int, float)):
        return percent(value, column.decimals, signed=column.signed)
    if column.kind == "integer" and isinstance(value, (int, float)):
        return number(value, 0, signed=column.signed)
    if isinstance(value, (int, float)):
        return number(value, column.decimals, signed=column.signed)
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else str(value)


def row_text(table: Table, row: Sequence[Cell], at: int) -> str:
    """Return the cell ``at`` of a row as a person reads it; a price has the decimals of its unit."""
    column = table.columns[at]
    if column.unit_from is not None:
        column = replace(column, decimals=price_decimals(str(row[table.index(column.unit_from)])))
    return cell_text(column, row[at])


def direction(column: Column, value: Cell) -> Literal["", "up", "down"]:
    """Return the direction that colours a signed cell; what reads as zero has none."""
    if not isinstance(value, (int, float)) or not (column.signed and column.coloured):
        return ""
    moved = round(value, 6 if column.unit_from else column.decimals + 2 * (column.kind == "percent"))
    return "up" if moved > 0 else "down" if moved < 0 else ""
