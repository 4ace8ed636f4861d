"""Portfolios as the choices of a list."""

from collections.abc import Sequence
from typing import Protocol

WIDE = "\u2003"  # an em space: indents the tree in a list of choices


class Node(Protocol):
    """A node of the portfolio tree, as the services hand it out."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def depth(self) -> int:
        """How many nodes stand above it."""


def portfolio_choices(nodes: Sequence[Node], *, everything: str = "") -> list[tuple[str, str]]:
    """Return code and label of each node, indented as in the tree; ``everything`` codes all together, the first."""
    top = min((node.depth for node in nodes), default=0)
    choices = [(node.code, WIDE * (node.depth - top) + f"{node.code} · {node.name}") for node in nodes]
    return [(everything, "All that you may see"), *choices] if everything else choices
