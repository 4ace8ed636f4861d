"""Dated parameters: limits, thresholds, deadlines and penalties with their source and how well they are known.

What the product ships is in the JSON files of this package, one for each group of regimes; what officers changed comes
from the database and stands before it (:meth:`Parameters.with_changes`). A value is chosen by the day of the event.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from portal.domain.compliance.errors import MissingParameterError


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a parameter with its validity; ``valid_to`` is exclusive, None is open."""

    code: str
    title: str
    unit: str
    value: Any
    valid_from: date | None
    valid_to: date | None
    source: str
    trust: str  # V, S, U or P
    note: str = ""
    changed_by: str = ""  # "" as shipped

    def covers(self, day: date) -> bool:
        """Tell whether it is in force on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Parameters:
    """All parameters; later ones of a code win over earlier ones on the days that both cover."""

    by_code: Mapping[str, tuple[Parameter, ...]]
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def in_force(self, code: str, day: date) -> Parameter:
        """Return the parameter of ``code`` on ``day``; raise :class:`MissingParameterError` when there is none."""
        if code in self.overrides:
            return Parameter(code, code, "", self.overrides[code], None, None, "given with the case", "P")
        for item in reversed(self.by_code.get(code, ())):
            if item.covers(day):
                return item
        raise MissingParameterError(
            f"No value of the parameter {code} is in force on {day}. Enter one under Compliance, Rules."
        )

    def with_changes(self, changes: Iterable[Parameter]) -> "Parameters":
        """Return the parameters with ``changes`` laid over them, oldest first."""
        merged = dict(self.by_code)
        for item in changes:
            merged[item.code] = (*merged.get(item.code, ()), item)
        return Parameters(merged, self.overrides)

    def with_overrides(self, overrides: Mapping[str, Any]) -> "Parameters":
        """Return the parameters with plain values in place of dated ones, as a reference case gives them."""
        return Parameters(self.by_code, {**self.overrides, **overrides})

    def sha256(self) -> str:
        """Return a digest of everything that is in force on any day."""
        rows = [
            [code, item.value, str(item.valid_from), str(item.valid_to)]
            for code, items in sorted(self.by_code.items())
            for item in items
        ]
        text = json.dumps([rows, dict(self.overrides)], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@cache
def shipped() -> Parameters:
    """Return the parameters that the product ships."""
    by_code: dict[str, tuple[Parameter, ...]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".json"):
            for entry in json.loads(file.read_text("utf-8")):
                by_code[entry["code"]] = tuple(_read(entry, value) for value in entry["values"])
    return Parameters(by_code)


def _read(entry: Mapping[str, Any], value: Mapping[str, Any]) -> Parameter:
    return Parameter(
        entry["code"], entry["title"], entry.get("unit", ""), value["value"], _day(value.get("valid_from")),
        _day(value.get("valid_to")), value["source"], value["trust"], value.get("note", ""),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
