"""What the details of a trade must hold: the terms of storage and swing, and the shape of a profile.

API: ``check_details(terms, kind)``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from portal.domain.portfolio.terms import Terms
from portal.domain.portfolio.trade import TERMS, Kind

Finding = tuple[str, str, str]
HUGE = 1e15
"""No quantity, price or count of a contract comes near; beyond it arithmetic loses whole units."""
_POSITIVE = ("capacity", "injection_rate", "withdrawal_rate", "kappa", "rights")
_NOT_NEGATIVE = (
    "injection_cost",
    "withdrawal_cost",
    "start_volume",
    "end_volume",
    "sigma",
    "min_rights",
    "cooldown",
)
_WHOLE = ("rights", "min_rights", "cooldown")
_BY_MONTH = {Kind.STORAGE: "nominated", Kind.SWING: "exercised"}
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])\Z")


def check_details(terms: Terms, kind: Kind) -> Iterator[Finding]:
    """Judge the details of a trade.

    Parameters
    ----------
    terms : Terms
        As entered.
    kind : Kind
        What was traded.

    Yields
    ------
    tuple of (key, code, message)
        What is wrong.
    """
    details = terms.details
    if terms.profile == "shaped":
        yield from _check_shape(details)
    for key in TERMS[kind].details:
        value = details.get(key)
        if value is None:
            words = f"A {kind.label.lower()} contract needs '{key}' in its details. Fill it in."
            yield key, "no-detail", words
        elif not _is_number(value):
            yield key, "detail", f"'{key}' of the details must be a number, not '{value}'."
        elif (wrong := _out_of_range(key, float(value))) is not None:
            yield key, "detail", wrong
    if kind in _BY_MONTH:
        yield from _check_months(_BY_MONTH[kind], details)
    yield from _check_together(details)


def _check_months(key: str, details: Mapping[str, Any]) -> Iterator[Finding]:
    """Judge what was nominated or exercised: a number for each month."""
    given = details.get(key)
    if given is None:
        return
    months = given if isinstance(given, Mapping) else {}
    if months != given or not all(_MONTH.match(str(name)) for name in months):
        yield (
            key,
            "detail",
            f"'{key}' of the details must be a number by month. Write it as {{\"2026-10\": 5}}.",
        )
    elif not all(_is_number(value) for value in months.values()):
        yield (
            key,
            "detail",
            f"'{key}' of the details must hold numbers alone. Correct the month that is none.",
        )
    elif key == "exercised" and any(value < 0 or value != int(value) for value in months.values()):
        yield key, "detail", f"'{key}' of the details counts rights. Write a whole number for each month."


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < HUGE


def _out_of_range(key: str, value: float) -> str | None:
    if key in _POSITIVE and value <= 0.0:
        return f"'{key}' of the details must be above zero, not {value:g}."
    if key in _NOT_NEGATIVE and value < 0.0:
        return f"'{key}' of the details must not be negative, as {value:g} is."
    if key == "injection_loss" and not 0.0 <= value < 1.0:
        return f"'{key}' of the details must be a share from 0 to below 1, not {value:g}."
    if key in _WHOLE and value != int(value):
        return f"'{key}' of the details counts something, so {value:g} cannot be. Write a whole number."
    return None


def _check_together(details: Mapping[str, Any]) -> Iterator[Finding]:
    numbers = {key: float(value) for key, value in details.items() if _is_number(value)}
    capacity = numbers.get("capacity")
    for key in ("start_volume", "end_volume"):
        if capacity is not None and numbers.get(key, 0.0) > capacity:
            words = f"'{key}' is {numbers[key]:g}, more than the capacity {capacity:g}. Correct one of them."
            yield key, "detail", words
    if numbers.get("min_rights", 0.0) > numbers.get("rights", float("inf")):
        words = f"'min_rights' is {numbers['min_rights']:g}, more than the rights {numbers['rights']:g}."
        yield "min_rights", "detail", f"{words} Correct one of them."


def _check_shape(details: Mapping[str, Any]) -> Iterator[Finding]:
    shape = details.get("shape")
    for part in ("weekday", "weekend"):
        hours = shape.get(part) if isinstance(shape, Mapping) else None
        if (
            not isinstance(hours, (list, tuple))
            or len(hours) != 24
            or not all(_is_number(hour) for hour in hours)
        ):
            words = (
                f"A shaped profile needs 24 multiples of its quantity under 'shape.{part}' in its details."
            )
            yield "shape", "no-shape", f"{words} Write them, hour 0 first."
