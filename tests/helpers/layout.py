"""Looking into a Dash tree, also into parts that are ready HTML."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.markup import Markup


class _Reader(HTMLParser):
    """Reads HTML back into Dash components."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[list[Any]] = [[]]

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        props = {{"class": "className"}.get(key, key): value for key, value in attributes}
        made = getattr(html, name.capitalize())(children=[], **props)
        self.open[-1].append(made)
        if name != "img":
            self.open.append(made.children)

    def handle_endtag(self, name: str) -> None:
        children = self.open.pop()
        if len(children) == 1 and isinstance(children[0], str):
            self.open[-1][-1].children = children[0]

    def handle_data(self, text: str) -> None:
        self.open[-1].append(text)


def read_markup(part: Markup) -> list[Component]:
    """What is in a part that is ready HTML, as Dash components."""
    reader = _Reader()
    reader.feed(part.html)
    return reader.open[0]


def components(tree: Any) -> Iterator[Component]:
    """All components of a tree, depth first."""
    if isinstance(tree, Component):
        yield tree
        if isinstance(tree, Markup):
            yield from components(read_markup(tree))
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
    if isinstance(tree, Markup):
        return text_of(read_markup(tree))
    return text_of(getattr(tree, "children", None)) if isinstance(tree, Component) else ""
