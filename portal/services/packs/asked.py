"""The inputs of a page in words, as the head of a chapter names them."""

from collections.abc import Mapping
from typing import Any

NAMES = {"back": "History", "bucket": "Periods", "count": "Counted", "dtd": "Day to date", "pnl": "P&L"}
VALUES = {
    "period": {"dtd": "Day to date", "mtd": "Month to date", "ytd": "Year to date"},
    "back": {"short": "Short", "long": "Long"},
}
EVERYTHING = ("", "all", "any", None)
ALL_PORTFOLIOS = "All that the reader may see"


def in_words(filters: Mapping[str, Any], portfolios: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the inputs as name and choice, those without a choice left out; ``portfolios`` are names by code."""
    found = []
    for name, value in filters.items():
        if name == "portfolio":
            found.append(("Portfolio", _portfolio(value, portfolios)))
        elif value not in EVERYTHING and value != []:
            found.append((NAMES.get(name, name.replace("_", " ").capitalize()), _value(name, value)))
    return tuple(found)


def _portfolio(code: Any, portfolios: Mapping[str, str]) -> str:
    if code in EVERYTHING:
        return ALL_PORTFOLIOS
    return f"{portfolios[code]} ({code})" if code in portfolios else str(code)


def _value(name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return VALUES.get(name, {}).get(str(value), str(value))
