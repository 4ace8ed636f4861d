"""The cards of a screen: its sections, its rows of tiles and what stands between them, each under a key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from callbacks.screens.nodes import Node, joined, tree

TILES = "tiles"
WORDS = "words"
WIDTHS = {"es-two-thirds": "two-thirds", "es-half": "half", "es-third": "third"}
HEADS = ("h1", "h2", "h3", "h4")
CONTROLS = frozenset(
    {"input", "select", "textarea", "upload", "radioitems", "dropdown", "store", "checklist"}
)
ACTS = (
    "es-controls", "es-change-form", "es-repair-buttons", "es-actions", "es-card-tools", "es-grid-tools",
    "es-comment-form", "es-alert-buttons", "es-control", "es-chart-table", "btn",
)  # fmt: skip
"""Classes of what is there to act, not to read: inputs, buttons, forms."""


@dataclass(frozen=True, eq=False)
class Card:
    """One card: ``keys`` that it answers to (its grids, then its title), its title, and the elements of it."""

    keys: tuple[str, ...]
    title: str
    nodes: tuple[Node | str, ...]
    is_section: bool

    @property
    def key(self) -> str:
        """The key that it is known by."""
        return self.keys[0]

    @property
    def width(self) -> str:
        """How much of the page it takes: full, two-thirds, half, third."""
        node = self.nodes[0]
        classes = node.classes if self.is_section and isinstance(node, Node) else frozenset()
        return next((width for name, width in WIDTHS.items() if name in classes), "full")


def cards(drawn: object) -> list[Card]:
    """Return the cards of what a body drew, in the order of the page."""
    return list(_cards(tree(drawn)))


def slug(title: str) -> str:
    """Return a title as a key: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or WORDS


def acts(node: Node) -> bool:
    """Tell whether an element is there to act, not to read; a figure that opens its passport is to read."""
    if node.name in CONTROLS or node.is_hidden or node.is_way:
        return True
    if node.name == "nav" or (node.name == "button" and not node.has("es-num")):
        return True
    return node.has(*ACTS)


def is_card(node: Node) -> bool:
    """Tell whether an element is a card of its own."""
    return node.name in ("section", "article")


def heading(node: Node) -> Node | None:
    """Return the element with the title of a card; None without one."""
    inner = (found for found in node.all() if found is not node)
    return next((found for found in inner if found.name in HEADS or found.has("es-health-title")), None)


def title_of(head: Node | None) -> str:
    """Return a title without the labels beside it."""
    if head is None:
        return ""
    said = tuple(
        part
        for part in head.children
        if not (isinstance(part, Node) and (part.has("es-badge") or acts(part)))
    )
    return joined(said)


def _cards(nodes: tuple[Node | str, ...]) -> Iterator[Card]:
    for node in nodes:
        if isinstance(node, str):
            if node.strip():
                yield Card((WORDS,), "", (node,), is_section=False)
        elif acts(node):
            continue
        elif is_card(node):
            yield from _section(node)
        elif any(is_card(inner) for inner in node.all()):
            yield from _cards(node.children)
        else:
            yield Card(_keys(node, ""), "", (node,), is_section=False)


def _section(node: Node) -> Iterator[Card]:
    """Return a card, and after it those that lie within it."""
    inner = [found for found in node.all() if found is not node and is_card(found)]
    title = title_of(heading(node))
    yield Card(_keys(node, title), title, (node,), is_section=True)
    if inner:
        yield from _cards(tuple(_outermost(node)))


def _outermost(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            if is_card(child):
                yield child
            else:
                yield from _outermost(child)


def _keys(node: Node, title: str) -> tuple[str, ...]:
    """Return the keys of an element: the grids in it, a chart's also where there was nothing to draw, and its title."""
    grids = [str(found.attributes["id"]["grid"]) for found in node.all() if _names_rows(found)]
    grids += [str(found.attributes["data-grid"]) for found in node.all() if "data-grid" in found.attributes]
    named = list(dict.fromkeys(grids))
    if title:
        named.append(slug(title))
    elif node.has("es-kpis", "es-kpi"):
        named.append(TILES)
    return tuple(named) or (WORDS,)


def _names_rows(node: Node) -> bool:
    known = node.attributes.get("id")
    return isinstance(known, dict) and known.get("type") in ("grid-state", "chart-graph")
