"""Whether a value fits a text type of a report, and how a value is written.

API: ``written(value)``, ``wrong(simple, value) -> sentence or ""``.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.domain.compliance.identifiers import eic_error
from portal.domain.compliance.reports.tree import Simple

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")


def written(value: Any) -> str:
    """Return a value as it stands in a file: days and moments (UTC) in ISO form, numbers without exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if not moment.microsecond else "%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return _plain(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _plain(value)
    return str(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wrong(simple: Simple, value: Any) -> str:
    """Return what is wrong with a value of a type as a sentence, "" when nothing is."""
    text = written(value)
    if simple.enum and text not in simple.enum:
        few = " ".join(simple.enum[:12]) + (" ..." if len(simple.enum) > 12 else "")
        return f"'{text}' is none of {few}."
    fault = _base_fault(simple, text) or _length_fault(simple, text)
    if fault:
        return fault
    if simple.compiled is not None and not simple.compiled.fullmatch(text):
        return f"'{text}' has not the form {simple.pattern}."
    if simple.name == "eic":
        return eic_error(text)
    return ""


def _length_fault(simple: Simple, text: str) -> str:
    if simple.min_length is not None and len(text) < simple.min_length:
        return f"'{text}' has {len(text)} characters, at least {simple.min_length} are needed."
    if simple.max_length is not None and len(text) > simple.max_length:
        return f"'{text[:40]}' has {len(text)} characters, at most {simple.max_length} are allowed."
    return ""


def _base_fault(simple: Simple, text: str) -> str:
    if simple.base in ("decimal", "integer"):
        return _number_fault(simple, text)
    if simple.base == "boolean":
        return "" if text in ("true", "false") else f"'{text}' is neither true nor false."
    if simple.base == "date":
        return "" if _DAY.fullmatch(text) and _parses(date.fromisoformat, text) else f"'{text}' is not a day."
    if simple.base == "time":
        return (
            "" if _TIME.fullmatch(text) and _parses(time.fromisoformat, text) else f"'{text}' is not a time."
        )
    if simple.base == "dateTime":
        plain = re.sub(r"(\.\d{6})\d+", r"\1", text)
        good = _MOMENT.fullmatch(text) and _parses(datetime.fromisoformat, plain)
        return "" if good else f"'{text}' is not a moment."
    return ""


def _number_fault(simple: Simple, text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        return f"'{text}' is not a number."
    try:
        number = Decimal(text)
    except InvalidOperation:
        return f"'{text}' is not a number."
    if simple.base == "integer" and number != number.to_integral_value():
        return f"{text} is not a whole number."
    if simple.minimum is not None and number < simple.minimum:
        return f"{text} is below {simple.minimum}."
    # Zeros at the end of a fraction do not count, as in XML schema.
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    if simple.decimals is not None and len(fraction) > simple.decimals:
        return f"{text} has {len(fraction)} digits after the point, at most {simple.decimals} are allowed."
    digits = len((whole + fraction).lstrip("0"))
    if simple.digits is not None and digits > simple.digits:
        return f"{text} has {digits} digits, at most {simple.digits} are allowed."
    return ""


def _parses(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
