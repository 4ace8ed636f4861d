"""An element tree of a report: names, order, counts, types and field numbers, read from a JSON file beside this module.

API: ``Tree``, ``Element``, ``Simple``, ``load(name)``.

The files hold facts of a published schema (names, cardinalities, patterns, code lists) in a form of our own; what they
say is the source of validation, of the writer and of the schema file that we generate.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Simple:
    """A text type with its facets; ``base`` is string, decimal, integer, date, time or dateTime."""

    name: str
    base: str = "string"
    enum: tuple[str, ...] = ()
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    digits: int | None = None
    decimals: int | None = None
    minimum: int | None = None
    attribute: str = ""
    compiled: re.Pattern[str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Element:
    """One element, or a nameless group: ``choice`` of one, or a ``sequence`` that may repeat; ``most`` 0: no limit."""

    name: str
    type: str
    least: int
    most: int
    fields: tuple[int, ...] = ()
    choice: tuple["Element", ...] = ()
    sequence: tuple["Element", ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """All types of one schema, with the names of the types of a record."""

    table: str
    version: str
    namespace: str
    root: str
    content: tuple[Element, ...]
    record: str
    order: str
    contract: str
    types: Mapping[str, tuple[Element, ...]]
    simple: Mapping[str, Simple]

    def leaves(self, name: str) -> tuple[Element, ...]:
        """Return the elements of a type, those inside choices and sequences included."""
        found: list[Element] = []
        for element in self.types[name]:
            found.extend(element.choice or element.sequence or (element,))
        return tuple(found)


@cache
def load(name: str) -> Tree:
    """Return the tree of ``name``.json; KeyError when a type that is named is not there."""
    raw = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    types = {key: tuple(_element(item) for item in items) for key, items in raw["types"].items()}
    simple = {key: _simple(key, item) for key, item in raw["simple"].items()}
    for base in ("date", "time", "dateTime", "boolean"):
        simple[f"xs:{base}"] = Simple(f"xs:{base}", base)
    return Tree(
        raw["table"], raw["version"], raw["namespace"], raw["root"],
        tuple(_element(item) for item in raw["content"]), raw["record"], raw.get("order", ""),
        raw.get("contract", ""), types, simple,
    )  # fmt: skip


def _element(raw: Mapping[str, Any]) -> Element:
    if "choice" in raw:
        return Element("", "", 1, 1, choice=tuple(_element(item) for item in raw["choice"]))
    if "sequence" in raw:
        return Element(
            "", "", raw["min"], raw["max"], sequence=tuple(_element(item) for item in raw["sequence"])
        )
    return Element(raw["name"], raw["type"], raw["min"], raw["max"], tuple(raw.get("fields", ())))


def _simple(name: str, raw: Mapping[str, Any]) -> Simple:
    pattern = raw.get("pattern", "")
    return Simple(
        name,
        raw["base"],
        tuple(raw.get("enum", ())),
        pattern,
        raw.get("min_length"),
        raw.get("max_length"),
        raw.get("digits"),
        raw.get("decimals"),
        raw.get("minimum"),
        raw.get("attribute", ""),
        re.compile(pattern, re.ASCII) if pattern else None,
    )
