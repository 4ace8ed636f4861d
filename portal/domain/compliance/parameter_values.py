"""Whether a value that an officer wants for a parameter can stand in the place of the one before it.

API: ``read_value(text)``, ``check_value(value, like)``, ``written(value)``.
"""

import json
import re
from datetime import date
from math import isfinite
from typing import Any

from portal.domain.compliance.errors import BadParameterError

_YEARLY = re.compile(r"(\d{2})-(\d{2})")
_LEAP = 2024  # a year in which every day of a month exists
_LONGEST = 4000


def read_value(text: str) -> Any:
    """Return what was typed: a number, or JSON such as ``{"single": 6000, "all": 12000}``; else the text itself.

    Raises
    ------
    BadParameterError
        Nothing was typed, or too much of it.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise BadParameterError(f"Enter the new value in 1 to {_LONGEST} characters.")
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        if text[0] in "[{":
            raise BadParameterError(
                "The value begins as a list or a table but cannot be read as JSON. Compare it with the value in force."
            ) from None
        return text


def written(value: Any) -> str:
    """Return a value as people read it, and as :func:`read_value` reads it again."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def check_value(value: Any, like: Any, name: str = "The value") -> None:
    """Make sure that ``value`` is of the same kind as ``like``, the value that it would replace.

    Parameters
    ----------
    value, like : any
        Numbers, texts, days, or lists and tables of them.
    name : str
        What to call the value in a refusal.

    Raises
    ------
    BadParameterError
        It is of another kind, a number is not finite or below zero where that makes no sense, or a key is missing.
    """
    if like is None or value is None:
        return
    if isinstance(like, bool) or isinstance(value, bool):
        _demand(isinstance(like, bool) and isinstance(value, bool), f"{name} must be true or false.")
    elif isinstance(like, (int, float)):
        _demand(
            isinstance(value, (int, float)) and isfinite(value) and (value >= 0 or like < 0),
            f"{name} must be a number that is not below zero, such as {like:g}.",
        )
    elif isinstance(like, dict):
        _demand(isinstance(value, dict), f"{name} must be a table with the keys {', '.join(like)}.")
        _demand(
            set(value) >= set(like), f"{name} must keep the keys {', '.join(sorted(set(like) - set(value)))}."
        )
        for key, item in value.items():
            check_value(item, like.get(key, next(iter(like.values()))), f"{name}, {key},")
    elif isinstance(like, list):
        _demand(isinstance(value, list) and bool(value), f"{name} must be a list with at least one entry.")
        for item in value:
            check_value(item, like[0] if like else item, f"An entry of {name[0].lower()}{name[1:]}")
    else:
        _check_text(value, str(like), name)


def _check_text(value: Any, like: str, name: str) -> None:
    _demand(isinstance(value, str) and bool(value.strip()), f"{name} must be a text such as {like}.")
    if _YEARLY.fullmatch(like):
        _demand(_is_day(f"{_LEAP}-{value}"), f"{name} must be a day of the year such as {like}.")
    elif _is_day(like):
        _demand(_is_day(value), f"{name} must be a day such as {like}.")


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text)) and len(text) == len("2024-01-31")
    except ValueError:
        return False


def _demand(holds: bool, refusal: str) -> None:
    if not holds:
        raise BadParameterError(refusal)


def _refuse(name: str) -> None:
    raise ValueError(name)


def parts(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Return the single values of a parameter with their places in it; one with the place "" when it is single.

    Examples
    --------
    >>> parts({"single": 6000, "all": 12000})
    [('single', 6000), ('all', 12000)]
    >>> parts([{"limit": 6000}])
    [('1.limit', 6000)]
    """
    if isinstance(value, dict):
        pairs: list[tuple[str, Any]] = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        pairs = [(str(at), item) for at, item in enumerate(value, start=1)]
    elif isinstance(value, list):
        return [(name, ", ".join(map(str, value)))]
    else:
        return [(name, value)]
    return [found for key, item in pairs for found in parts(item, f"{name}.{key}" if name else key)]


def part_of(value: Any, name: str) -> float | None:
    """Return the number at a place of a parameter; None where there is none."""
    found = dict(parts(value)).get(name)
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None
