"""Reads of the portfolio tree, of counterparties, and of who may see which books."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.portfolio import Counterparty


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the portfolio tree; a node without any below it is a book."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int
    is_book: bool


def tree(session: Session) -> list[Node]:
    """Return all nodes, each above those below it, siblings by code.

    A node that hangs in a circle of parents counts as a root, so that no money can get lost with it.
    """
    rows = session.execute(
        select(Portfolio.id, Portfolio.code, Portfolio.name, Portfolio.parent_id).order_by(Portfolio.code)
    ).all()
    below: dict[int | None, list[int]] = {}
    known = {row.id: (row.code, row.name, row.parent_id) for row in rows}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row.id)
    placed: dict[int, Node] = {}
    for root in [*below.get(None, []), *known]:
        for key, depth in _walk(root, below, placed):
            code, name, parent = known[key]
            placed[key] = Node(key, code, name, parent if depth else None, depth, not below.get(key))
    return list(placed.values())


def _walk(
    root: int, below: Mapping[int | None, Sequence[int]], placed: Mapping[int, Node]
) -> Iterator[tuple[int, int]]:
    """Yield what hangs below ``root``, itself first, with its depth; what was placed before is left out."""
    stack = [(root, 0)]
    while stack:
        key, depth = stack.pop()
        if key in placed:
            continue
        yield key, depth
        stack += [(child, depth + 1) for child in reversed(below.get(key, []))]


def subtree(nodes: Iterable[Node], code: str) -> list[Node]:
    """Return the node ``code`` with all below it, from nodes in the order of ``tree``; empty when there is none.

    Some nodes may have been left out, so what hangs below is told by parents, not by depth.
    """
    found: dict[int, Node] = {}
    for node in nodes:
        if node.code == code or node.parent_id in found:
            found[node.id] = node
    return list(found.values())


def visible_books(session: Session, codes: frozenset[str]) -> dict[int, str]:
    """Return id and code of the books among ``codes``."""
    return {node.id: node.code for node in tree(session) if node.is_book and node.code in codes}


@dataclass(frozen=True, slots=True)
class CounterpartyRow:
    """A company on the other side of trades."""

    id: int
    code: str
    name: str
    kind: str
    country: str
    rating: str | None
    simulated: bool


def counterparties(session: Session) -> list[CounterpartyRow]:
    """Return all counterparties by code."""
    c = Counterparty
    query = select(c.id, c.code, c.name, c.kind, c.country, c.rating, c.simulated).order_by(c.code)
    return [CounterpartyRow(*row) for row in session.execute(query)]
