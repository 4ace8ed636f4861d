"""One card of a screen as a section of a document: its tiles, words, charts and tables, in the order of the screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from callbacks.screens.causes import causes_table
from callbacks.screens.nodes import Node, joined
from callbacks.screens.pieces import HEADS, Card, acts, heading, is_card
from callbacks.screens.plain import facts, plain_table, sentences, tile, words
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Chart, Part, Rows, Section, Tiles, Words
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.web.asked import read_filters, read_query
from portal.web.views import find_grid

INLINE = frozenset(
    {"span", "a", "link", "strong", "b", "em", "i", "code", "q", "button", "img", "small", "progress", "br"}
)


@dataclass(eq=False)
class Reading:
    """Reads one card that was drawn for ``actor`` under ``clocks``."""

    card: Card
    clocks: Clocks
    actor: Actor
    waiting: list[Node | str] = field(default_factory=list)  # words on one line, until a block ends it

    def section(self) -> Section | None:
        """Return the section of the card; None when there is nothing in it to read."""
        card, note, nodes = self.card, "", self.card.nodes
        if card.is_section and isinstance(nodes[0], Node):
            shown = nodes[0].children
            noted = next(
                (n for n in shown if isinstance(n, Node) and n.name == "p" and n.has("es-note")), None
            )
            note = noted.text() if noted is not None else ""
            nodes = tuple(_without(shown, (heading(nodes[0]), noted)))
        parts = _named_once(tuple(self._parts(nodes)))
        if not parts and not note:
            return None
        parts, note = _with_note(parts, note)
        return Section(card.title, parts, note, card.width, simulated=any(map(_is_simulated, parts)))

    def _parts(self, nodes: tuple[Node | str, ...]) -> Iterator[Part]:
        for node in nodes:
            if isinstance(node, str) or (node.name in INLINE and not acts(node)):
                self.waiting.append(node)
            elif not acts(node) and not is_card(node):
                yield from self._line()
                yield from self._block(node)
        yield from self._line()

    def _line(self) -> Iterator[Words]:
        said = joined(tuple(self.waiting))
        only_ways = all(isinstance(node, Node) and node.name in ("a", "link") for node in self.waiting)
        self.waiting.clear()
        if said and not only_ways:
            yield Words(said)

    def _block(self, node: Node) -> Iterator[Part]:
        if node.has("es-grid-box"):
            yield self._rows(node)
        elif node.has("es-kpis", "es-kpi"):
            yield Tiles(tuple(tile(found) for found in node.all() if found.has("es-kpi")))
        elif node.name == "graph":
            yield self._chart(node)
        elif node.has("es-causes"):
            yield Rows(self.card.title, causes_table(node))
        elif node.name == "table":
            yield Rows(self.card.title, plain_table(node))
        elif node.name == "dl":
            yield from facts(node)
        elif node.has("es-notice"):
            yield Words(node.text(), "notice" if node.has("es-notice-info") else "warning")
        elif node.has("es-state"):
            yield Words(sentences(node), "warning" if node.has("es-state-error") else "notice")
        elif node.name in (*HEADS, "summary", "p", "pre") or (node.name == "li" and not _has_blocks(node)):
            yield from words(node)
        else:
            yield from self._parts(node.children)

    def _rows(self, node: Node) -> Rows:
        """Return a grid with all its rows, in the order and with the filter of the screen."""
        store = _held(node, "grid-state")
        known = read_filters(store.attributes["data"])
        query = replace(read_query(known["query"]), offset=0, limit=None)
        name, params = str(store.attributes["id"]["grid"]), read_filters(known["params"])
        title = str(known.get("caption") or "") or self.card.title
        return Rows(title, self._load(name, query, params, known["clocks"]), name, dict(params))

    def _chart(self, node: Node) -> Chart:
        """Return a chart with all rows that it was drawn from, and what is said around it."""
        name, card = str(node.attributes["id"]["grid"]), self.card.nodes[0]
        sources = [card] if isinstance(card, Node) else []
        store = next(
            found for outer in sources for found in outer.all()
            if _part(found) == "chart-source" and found.attributes["id"]["grid"] == name
        )  # fmt: skip
        known = read_filters(store.attributes["data"])
        table = self._load(name, GridQuery(limit=None), read_filters(known["params"]), known["clocks"])
        sim = any(outer.first("es-badge-sim") is not None for outer in sources)
        title = str(known.get("title") or "") or self.card.title
        return Chart(title, node.attributes["figure"], table, name, simulated=sim or table.simulated)

    def _load(self, name: str, query: GridQuery, params: dict[str, Any], pair: dict[str, str]) -> Table:
        """Return the rows of a grid under its own clocks, which are those of the page unless its card says so."""
        page = self.clocks.query()
        clocks = self.clocks if pair == page else clock_service.resolve({**page, **pair})
        return find_grid(name, self.actor).load(query, params, clocks, self.actor)


def _part(node: Node) -> str:
    known = node.attributes.get("id")
    return str(known.get("type")) if isinstance(known, dict) else ""


def _held(node: Node, part: str) -> Node:
    return next(found for found in node.all() if _part(found) == part)


def _has_blocks(node: Node) -> bool:
    return any(found.name not in INLINE for found in node.all() if found is not node)


def _without(nodes: tuple[Node | str, ...], left_out: tuple[Node | None, ...]) -> Iterator[Node | str]:
    """Return ``nodes`` without the heading and the note; of a head with more beside the title, that stays."""
    for node in nodes:
        if node in left_out:
            continue
        if isinstance(node, Node) and any(found in left_out for found in node.all()):
            yield from _without(node.children, left_out)
        else:
            yield node


def _named_once(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Leave out a heading that the table or chart right below it has for its own title."""
    return tuple(
        part
        for part, after in zip_longest(parts, parts[1:])
        if not (
            isinstance(part, Words)
            and part.kind == "heading"
            and isinstance(after, (Rows, Chart))
            and after.title == part.text
        )
    )


def _with_note(parts: tuple[Part, ...], note: str) -> tuple[tuple[Part, ...], str]:
    """Give the note and the source of a card to its chart, where the card is one chart; nothing is said twice."""
    charts = [part for part in parts if isinstance(part, Chart)]
    if len(charts) != 1:
        return parts, note
    source = next((part.text for part in parts if isinstance(part, Words) and part.kind == "source"), "")
    kept = (part for part in parts if not (isinstance(part, Words) and part.kind == "source"))
    return tuple(
        replace(part, note=note, source=source) if isinstance(part, Chart) else part for part in kept
    ), ""


def _is_simulated(part: Part) -> bool:
    if isinstance(part, Rows):
        return part.table.simulated
    return isinstance(part, Chart) and part.simulated
