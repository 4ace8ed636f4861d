"""Numbers and moments as the format language of d3 writes them, which tick formats and templates are in."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import floor, isfinite, log10
from typing import Any

from portal.core.errors import DomainError
from portal.core.format import MINUS, NO_DATA

_FORMAT = re.compile(r"(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(?:\.(\d+))?(~)?([a-zA-Z%])?")
_PREFIXES = ("y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y")
_PART = re.compile(r"%\{([^}:|]+)(?:([:|])([^}]*))?\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def number(form: str, value: float) -> str:
    """Return ``value`` in a number format of d3, such as ``,.2~f``, ``+.0%``, ``~s`` or ``d``.

    Raises
    ------
    DomainError
        The format is not one of d3's, or of a kind that charts of the portal do not use.
    """
    match = _FORMAT.fullmatch(form)
    if match is None:
        raise DomainError(f"{form!r} is not a format of numbers.", format=form)
    _, _, sign, _, _, _, comma, digits, trim, kind = match.groups()
    if not isfinite(value):
        return NO_DATA
    text = _digits(
        abs(value), kind or "", None if digits is None else int(digits), comma=bool(comma), trim=bool(trim)
    )
    is_zero = not re.search(r"[1-9]", text)
    if value < 0 and not is_zero:
        return MINUS + text
    return ("+" if sign == "+" else " " if sign == " " else "") + text


def _digits(value: float, kind: str, digits: int | None, *, comma: bool, trim: bool) -> str:
    group = "," if comma else ""
    tail = ""
    if kind == "%":
        value, tail, kind = value * 100.0, "%", "f"
    if kind == "s":
        return _prefixed(value, 6 if digits is None else digits, trim=trim)
    if kind == "d":
        return f"{round(value):{group}d}"
    if kind == "f":
        text = f"{value:{group}.{6 if digits is None else digits}f}"
    elif kind == "e":
        text = f"{value:.{6 if digits is None else digits}e}"
    elif kind in ("g", "r", ""):
        text = _significant(value, 12 if digits is None else max(digits, 1), group)
        trim = trim or kind == ""
    else:
        raise DomainError(f"Files do not write numbers as {kind!r}.", format=kind)
    return (_trimmed(text) if trim else text) + tail


def _significant(value: float, digits: int, group: str) -> str:
    places = max(0, digits - 1 - (floor(log10(value)) if value > 0 else 0))
    return f"{value:{group}.{places}f}"


def _prefixed(value: float, digits: int, *, trim: bool) -> str:
    """Return a value with its prefix of thousands: 1.5k, 2M."""
    step = max(-8, min(8, floor(log10(value) / 3.0 + 1e-12))) if value > 0 else 0
    if value > 0 and float(f"{value:.{max(digits, 1) - 1}e}") >= 1000.0 ** (step + 1):
        step += 1
    text = _significant(float(f"{value / 1000.0**step:.{max(digits, 1) - 1}e}"), max(digits, 1), "")
    return (_trimmed(text) if trim else text) + _PREFIXES[step + 8]


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(form: str, at: datetime) -> str:
    """Return a moment in a time format of d3, such as ``%-d %b`` or ``%H:%M``, in English whatever the machine's."""
    parts = {
        "Y": f"{at.year}", "y": f"{at.year % 100:02d}", "m": f"{at.month:02d}", "-m": f"{at.month}",
        "d": f"{at.day:02d}", "-d": f"{at.day}", "e": f"{at.day:2d}", "b": _MONTHS[at.month - 1][:3],
        "B": _MONTHS[at.month - 1], "a": _DAYS[at.weekday()][:3], "A": _DAYS[at.weekday()], "H": f"{at.hour:02d}",
        "-H": f"{at.hour}", "I": f"{(at.hour - 1) % 12 + 1:02d}", "p": "AM" if at.hour < 12 else "PM",
        "M": f"{at.minute:02d}", "S": f"{at.second:02d}", "L": f"{at.microsecond // 1000:03d}",
        "f": f"{at.microsecond:06d}", "j": f"{at.timetuple().tm_yday:03d}", "%": "%",
    }  # fmt: skip
    return re.sub(r"%(-?[A-Za-z%])", lambda found: parts.get(found.group(1), found.group(0)), form)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Return a template such as ``%{z:.2f}`` with its values; a value without a number is an empty text."""

    def part(found: re.Match[str]) -> str:
        value, form = values.get(found.group(1)), found.group(3)
        if value is None or (isinstance(value, float) and not isfinite(value)):
            return ""
        if form and isinstance(value, (int, float)):
            return number(form, float(value))
        return number("", value) if isinstance(value, float) else str(value)

    return _PART.sub(part, template)
