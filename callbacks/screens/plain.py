"""What stands on a screen without a grid or a figure behind it: tiles, words, facts and small tables."""

import json
from collections.abc import Iterator
from typing import Any

from callbacks.screens.nodes import Node, joined
from callbacks.screens.pieces import HEADS
from portal.core.document import Tile, Tone, Words
from portal.core.table import Column, Table

KINDS = {"es-note": "note", "es-source": "source", "es-lead": "lead", "es-sentence": "lead"}
TONES: tuple[Tone, ...] = ("up", "down")


def tile(node: Node) -> Tile:
    """Return a tile: what is read, and the value itself with the metric whose passport it opens."""
    figure, value = node.first("es-num", "es-empty-number"), node.first("es-kpi-value")
    unit = None if value is None else value.first("es-unit")
    asked = _asked(figure)
    text = "" if value is None else joined(tuple(part for part in value.children if part is not unit))
    title, detail = node.first("es-kpi-title"), node.first("es-kpi-detail")
    return Tile(
        title="" if title is None else title.text(),
        text=text,
        unit="" if unit is None else unit.text(),
        value=tile_value(figure),
        metric=str(asked.get("metric", "")),
        params=dict(asked.get("params", {})),
        detail="" if detail is None else detail.text(),
        tone=_tone(node, figure, detail),
    )


def tile_value(figure: Node | None) -> float | None:
    """Return the value behind a figure in all its digits; None where there is none."""
    given = None if figure is None else figure.attributes.get("data-value")
    return None if given is None else float(given)


def words(node: Node) -> Iterator[Words]:
    """Return what an element says as a paragraph, an item, a heading or a note."""
    said = node.text()
    if not said:
        return
    kind = next((kind for name, kind in KINDS.items() if node.has(name)), "")
    if not kind:
        kind = "item" if node.name == "li" else "heading" if node.name in (*HEADS, "summary") else "text"
    yield Words(said, kind)


def facts(node: Node) -> Iterator[Words]:
    """Return the pairs of a list of facts, each as an item "what: how it is"."""
    term = ""
    for found in node.all():
        if found.name == "dt":
            term = found.text()
        elif found.name == "dd":
            yield Words(f"{term}: {found.text()}".strip(": "), "item")


def sentences(node: Node) -> str:
    """Return the card of an empty state or a fault as sentences."""
    said = (part.text() if isinstance(part, Node) else part.strip() for part in node.children)
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in said if text)


def plain_table(node: Node) -> Table:
    """Return a table that was written cell by cell as a table of texts."""
    rows = [tuple(_cells(row)) for row in node.all() if row.name == "tr"]
    width = max((len(row) for row in rows), default=0)
    head = next((row for row in node.all() if row.name == "thead"), None)
    titles = list(_cells(head)) if head is not None else []
    body = rows[1:] if head is not None else rows
    filled = [row + ("",) * (width - len(row)) for row in body]
    columns = (
        Column(f"c{at}", titles[at] if at < len(titles) else "", sortable=False) for at in range(width)
    )
    return Table(tuple(columns), filled)


def _cells(node: Node) -> Iterator[str]:
    return (found.text() for found in node.all() if found.name in ("td", "th"))


def _asked(figure: Node | None) -> dict[str, Any]:
    given = None if figure is None else figure.attributes.get("data-passport")
    return dict(json.loads(given)) if given else {}


def _tone(node: Node, figure: Node | None, detail: Node | None) -> Tone:
    if node.has("es-alert"):
        return "bad"
    if node.has("es-stale"):
        return "warn"
    marked = (part for part in (figure, detail) if part is not None)
    return next((tone for part in marked for tone in TONES if part.has(tone)), "")
