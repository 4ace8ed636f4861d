"""Looking into a Dash tree."""

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def components(tree: Any) -> Iterator[Component]:
    """All components of a tree, depth first."""
    if isinstance(tree, Component):
        yield tree
        yield from components(getattr(tree, "children", None))
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from components(item)


def text_of(tree: Any) -> str:
    """All text of a tree, joined by spaces."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, (list, tuple)):
        return " ".join(filter(None, map(text_of, tree)))
    return text_of(getattr(tree, "children", None)) if isinstance(tree, Component) else ""
