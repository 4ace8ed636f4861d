"""Canonical JSON: one content has one spelling, so that its SHA-256 says whether the content changed.

UTF-8, keys sorted, no spaces, no repeated keys. Floats are written as the shortest text that reads back to the same
float64 (``repr``), whole ones with ``.0``; there is no NaN and no infinity. Days are ``YYYY-MM-DD``, moments UTC with
microseconds and a ``Z``.
"""

import hashlib
import json
import math
from datetime import UTC, date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """Return ``value`` as what JSON knows; a float that is not finite becomes None ("no data").

    Raises
    ------
    TypeError
        The value has no canonical form.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def moment(value: datetime) -> str:
    """Return a moment as ``2024-12-31T18:30:00.000000Z``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encode(value: Any) -> bytes:
    """Return ``value`` as canonical JSON.

    Raises
    ------
    ValueError
        A float is not finite, or a text holds half a character.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``, in hexadecimal."""
    return hashlib.sha256(encode(value)).hexdigest()


def decode(content: bytes) -> Any:
    """Return the content of JSON text; it need not be canonical.

    Raises
    ------
    ValueError
        Not UTF-8, not JSON, a key that is given twice, or a number that is not finite or too long.
    """
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key '{key}' is given twice")
        found[key] = value
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value
