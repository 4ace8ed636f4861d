"""Units and codes as files spell them, brought to the spelling that is stored."""

import re

from data.readers.problems import Refused
from portal.core.errors import DomainError
from portal.core.units import parse_unit

_CODE = re.compile(r"[\W_]+")
NO_CURRENCY = "XXX"
"""ISO 4217 code for "no currency", for series that are not prices in money."""


def spell_unit(text: str) -> str:
    """Return a unit in its stored spelling (``usd / BBL`` is ``USD/bbl``); units not known stay as written."""
    trimmed = " ".join(text.split())
    try:
        return str(parse_unit(trimmed)) or trimmed
    except DomainError:
        return trimmed


def same_unit(first: str, second: str) -> bool:
    """Tell whether a number means the same in both units. Nothing is converted: GBP and GBp differ."""
    if first.strip() == second.strip():
        return True
    try:
        return parse_unit(first).same_as(parse_unit(second))
    except DomainError:
        return False


def currency_of(unit: str) -> str:
    """Return the ISO code of the currency of ``unit``, or NO_CURRENCY."""
    try:
        return parse_unit(unit).currency or NO_CURRENCY
    except DomainError:
        head = unit.partition("/")[0].strip()
        return head if len(head) == 3 and head.isupper() and head.isalpha() else NO_CURRENCY


def spell_code(text: str) -> str:
    """Return an instrument's name as a code: upper case, words joined by underscores, at most 64 characters.

    Raises
    ------
    Refused
        Nothing is left, or it is longer.
    """
    code = _CODE.sub("_", text.strip()).strip("_").upper()
    if not code:
        raise Refused("no-instrument", f"'{text}' holds no letter or digit, so it names no instrument.")
    if len(code) > 64:
        raise Refused(
            "long-code", f"'{text[:80]}' is longer than the 64 characters that a code may have. Shorten it."
        )
    return code
