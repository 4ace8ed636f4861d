"""Numbers, ages and dates as people read them."""

from datetime import date, datetime
from math import isfinite

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
