"""What a figure holds as plain arrays: base-64 typed arrays, lists with gaps, moments as days since 1970."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]

_DAY = 86_400_000.0  # milliseconds
_MOMENT = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?(Z|[+-]\d\d:?\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ZONE = re.compile(r"(?<=\d)(Z|[+-]\d\d:?\d\d)$")


def listed(raw: Any) -> list[Any]:
    """Return the items of an array of the schema: a list, a typed array in base 64, an array of numpy, or one value."""
    if raw is None:
        return []
    if isinstance(raw, Mapping):
        return list(_decoded(raw))
    if isinstance(raw, np.ndarray):
        return list(raw)
    return list(raw) if isinstance(raw, (list, tuple)) else [raw]


def numbers(raw: Any) -> Numbers:
    """Return an array of the schema as floats; what is no number is NaN."""
    if isinstance(raw, Mapping):
        return np.asarray(_decoded(raw), dtype=np.float64)
    if isinstance(raw, np.ndarray) and raw.dtype.kind in "fiub":
        return raw.astype(np.float64)
    return np.array([_number(one) for one in listed(raw)], dtype=np.float64)


def table(raw: Any) -> Numbers:
    """Return a two-dimensional array of the schema as floats, shape (rows, columns); gaps are NaN."""
    if isinstance(raw, Mapping):
        return np.atleast_2d(np.asarray(_decoded(raw), dtype=np.float64))
    rows = [numbers(row) for row in listed(raw)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1)


def _decoded(raw: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    data = raw["bdata"]
    flat = np.frombuffer(
        base64.b64decode(data) if isinstance(data, str) else bytes(data), np.dtype(raw["dtype"])
    )
    shape = raw.get("shape")
    if shape is None:
        return flat
    sides = shape if isinstance(shape, Sequence) and not isinstance(shape, str) else str(shape).split(",")
    return flat.reshape([int(side) for side in sides])


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def is_moment(value: Any) -> bool:
    """Tell whether a value is a date or time, or reads like one."""
    if isinstance(value, (date, np.datetime64)):
        return True
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def moments(raw: Any) -> Numbers:
    """Return days since 1970 for dates, times, their ISO text, or milliseconds; gaps are NaN.

    A zone is left out, as the browser does: figures write the time that is to be read.
    """
    found = listed(raw)
    if found and all(isinstance(one, str) and _DATE.fullmatch(one) for one in found):
        return np.array(found, dtype="M8[D]").astype(np.float64)
    return np.array([_moment(one) for one in found], dtype=np.float64)


def _moment(value: Any) -> float:
    if isinstance(value, str):
        if not is_moment(value):
            return np.nan
        value = np.datetime64(_ZONE.sub("", value) if "T" in value or " " in value else value, "ms")
    elif isinstance(value, date):
        value = np.datetime64(value.replace(tzinfo=None) if isinstance(value, datetime) else value, "ms")
    elif isinstance(value, np.datetime64):
        value = value.astype("M8[ms]")
    else:
        return _number(value) / _DAY
    return np.nan if np.isnat(value) else float(value.astype(np.int64)) / _DAY


def at_day(days: float) -> datetime:
    """Return the moment that lies ``days`` after the start of 1970, in UTC."""
    return datetime.fromtimestamp(round(days * _DAY) / 1000.0, UTC)


def spread(raw: Any, count: int, default: Any) -> list[Any]:
    """Return ``count`` values of an attribute that may be one value or an array; gaps take the default."""
    found = listed(raw) if isinstance(raw, (list, tuple, Mapping, np.ndarray)) else [raw] * count
    found = [default if one is None else one for one in found[:count]]
    return found + [default] * (count - len(found))


def said(value: Any) -> str:
    """Return a value as the name of a category: whole numbers without decimals."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
