"""What a browser asks, read with suspicion: a link or a stored state may have been changed on its way back.

Everything that is not of the expected kind is refused with a sentence instead of an incident, before it reaches a
service or the database.
"""

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from portal.core.errors import DomainError
from portal.core.table import GridQuery

TEXT_LIMIT = 2000
LIST_LIMIT = 200
DEPTH = 3  # the parameters of a passport lie within the parameters of its grid
FARTHEST = 10_000_000  # rows


class Asked(dict[str, Any]):
    """Inputs of a body or grid by name; one that is needed and missing is refused with a sentence."""

    def __missing__(self, key: str) -> Any:
        raise DomainError(
            f"The link does not say '{key}'. Open the page again and use the link there.", name=key
        )


def read_filters(given: object) -> Asked:
    """Return the inputs that the browser sent.

    Raises
    ------
    DomainError
        They are no mapping, or hold something that no input of a page can hold.
    """
    if not isinstance(given, Mapping):
        raise _damaged("its inputs")
    return Asked({str(name): _plain(str(name), value, DEPTH) for name, value in given.items()})


def _plain(name: str, value: object, depth: int) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, str) and len(value) <= TEXT_LIMIT and "\0" not in value:
        return value
    if depth and isinstance(value, list) and len(value) <= LIST_LIMIT:
        return [_plain(name, item, depth - 1) for item in value]
    if depth and isinstance(value, Mapping) and len(value) <= LIST_LIMIT:
        return {str(key): _plain(str(key), item, depth - 1) for key, item in value.items()}
    raise _damaged(f"'{name[:40]}'")


def read_query(given: object) -> GridQuery:
    """Return the order, filter and page that the browser asks of a grid.

    Raises
    ------
    DomainError
        One of them is of the wrong kind or out of range.
    """
    asked = read_filters(given)
    sort, text, offset = asked.get("sort"), asked.get("text") or "", asked.get("offset") or 0
    limit = asked.get("limit")
    if not (sort is None or isinstance(sort, str)) or not isinstance(text, str):
        raise _damaged("its order or filter")
    if not _counts(offset, 0) or not (limit is None or _counts(limit, 1)):
        raise _damaged("its page")
    return GridQuery(sort or None, bool(asked.get("descending")), text, offset, limit)


def _counts(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= FARTHEST


def whole(filters: Mapping[str, Any], name: str, default: int, *, low: int, high: int) -> int:
    """Return the input ``name`` as a whole number between ``low`` and ``high``; empty means ``default``.

    Raises
    ------
    DomainError
        It is no such number.
    """
    given = filters.get(name)
    text = str(default if given in (None, "") else given)
    if text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    raise DomainError(f"'{name}' must be a whole number from {low} to {high}, not '{text[:40]}'.", name=name)


def day(filters: Mapping[str, Any], name: str) -> date | None:
    """Return the input ``name`` as a day; None when it is empty.

    Raises
    ------
    DomainError
        It is no day.
    """
    text = str(filters.get(name) or "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(
            f"'{name}' must be a day such as 2026-01-31, not '{text[:40]}'.", name=name
        ) from None


def _damaged(what: str) -> DomainError:
    return DomainError(
        f"What the browser sent cannot be used: {what} is not what the page offers. Open the page again."
    )
