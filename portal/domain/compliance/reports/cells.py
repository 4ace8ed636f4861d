"""Cells of a row (path to text) as the nested record that an element tree describes, and back to field numbers."""

from collections.abc import Mapping
from typing import Any


def nest(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return cells as nested mappings: ``a/b`` is b below a; attributes (``a@b``) are left out."""
    record: dict[str, Any] = {}
    for path, text in cells.items():
        if "@" in path:
            continue
        *outer, name = path.split("/")
        node = record
        for step in outer:
            node = node.setdefault(step, {})
        node[name] = text
    return record


def below(cells: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the cells below ``prefix``, without it."""
    start = f"{prefix}/"
    return {path[len(start) :]: text for path, text in cells.items() if path.startswith(start)}
