"""The tree of causes of a P&L as a table: each node that stands open, indented by its depth."""

from collections.abc import Iterator

from callbacks.screens.nodes import Node
from callbacks.screens.plain import tile_value
from portal.core.table import Cell, Column, Table

INDENT = "\u2003"  # an em space
COLUMNS = (
    Column("cause", "Cause", sortable=False),
    Column("what", "What", sortable=False),
    Column("amount", "Amount", "number", unit="EUR", decimals=0, signed=True, sortable=False),
)


def causes_table(node: Node) -> Table:
    """Return the nodes of the tree in the order of the screen."""
    return Table(COLUMNS, list(_rows(node, 0)))


def _rows(node: Node, depth: int) -> Iterator[tuple[Cell, ...]]:
    for child in node.children:
        if not isinstance(child, Node):
            continue
        if child.has("es-cause-row"):
            yield _row(child, depth)
        else:
            yield from _rows(child, depth + child.has("es-cause-below"))


def _row(node: Node, depth: int) -> tuple[Cell, ...]:
    name, detail = node.first("es-cause-name"), node.first("es-cause-detail")
    what = "" if detail is None else detail.text()
    cause = "" if name is None else name.text().removesuffix(what).strip()
    return (INDENT * depth + cause, what, tile_value(node.first("es-num")))
