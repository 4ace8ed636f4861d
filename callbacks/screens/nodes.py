"""A screen as one tree: Dash components, and the ready HTML inside them, read alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dash.development.base_component import Component
from lxml import html as parser

_CLOSES = tuple(".,;:!?)%…")
_OPENS = ("(", "\u201c", "\u2018")


@dataclass(frozen=True, eq=False)
class Node:
    """An element: ``name`` as in HTML (``graph``, ``store`` and so on for Dash's own), its classes and attributes.

    ``source`` is the component that it came from; what stands in ready HTML has none.
    """

    name: str
    classes: frozenset[str]
    attributes: dict[str, Any]
    source: Component | None
    inside: Any = field(repr=False)

    @cached_property
    def children(self) -> tuple["Node | str", ...]:
        """What lies right in it: elements and texts."""
        return tuple(_children(self.inside))

    def all(self) -> Iterator["Node"]:
        """Walk the elements in it, itself first."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.all()

    def has(self, *names: str) -> bool:
        """Tell whether it has one of these classes."""
        return not self.classes.isdisjoint(names)

    def first(self, *names: str) -> "Node | None":
        """Return the first element in it with one of these classes; None without."""
        return next((node for node in self.all() if node.has(*names)), None)

    def text(self) -> str:
        """Return what a person reads in it, with a space where the style sheet keeps elements apart."""
        return joined(self.children)

    @property
    def is_way(self) -> bool:
        """Tell whether it only leads elsewhere."""
        return self.name in ("a", "link") and self.has("es-link", "es-drill-link", "btn")

    @property
    def is_hidden(self) -> bool:
        """Tell whether nobody sees it."""
        hidden = self.attributes.get("hidden")
        return hidden not in (None, False) or self.has("visually-hidden")


def tree(drawn: Any) -> tuple[Node | str, ...]:
    """Return the elements and texts of what a body drew."""
    return tuple(_children(drawn))


def joined(parts: tuple[Node | str, ...]) -> str:
    """Return the text of ``parts`` in one line."""
    written, after_element = "", False
    for part in parts:
        is_element = isinstance(part, Node)
        said = _said(part)
        if not said:
            continue
        if (is_element or after_element) and _are_apart(written, said):
            written += " "
        written += said
        after_element = is_element
    return " ".join(written.split())


def _said(part: Node | str) -> str:
    if isinstance(part, str):
        return part
    return "" if part.is_hidden or part.is_way else part.text()


def _are_apart(before: str, after: str) -> bool:
    if not before or before[-1].isspace() or after[0].isspace():
        return False
    return not before.endswith(_OPENS) and not after.startswith(_CLOSES)


def _children(given: Any) -> Iterator[Node | str]:
    if given is None or isinstance(given, bool):
        return
    if isinstance(given, (list, tuple)):
        for item in given:
            yield from _children(item)
    elif isinstance(given, Component):
        yield _component(given)
    elif isinstance(given, parser.HtmlElement):
        if given.text:
            yield given.text
        for element in given:
            yield _element(element)
            if element.tail:
                yield element.tail
    else:
        yield str(given)


def _component(given: Component) -> Node:
    props = {name: getattr(given, name) for name in given.to_plotly_json()["props"]}
    inside = props.pop("children", None)
    name = str(getattr(given, "_type")).lower()  # noqa: B009  (a private name of Dash's that mypy does not know)
    if name == "markup":
        name, inside = str(props["element"]), _parsed(str(props.pop("html", "")), str(props["element"]))
    return Node(name, _classes(props.get("className")), props, given, inside)


def _element(given: parser.HtmlElement) -> Node:
    props = dict(given.attrib)
    return Node(str(given.tag).lower(), _classes(props.get("class")), props, None, given)


def _parsed(markup: str, element: str) -> parser.HtmlElement:
    """Return ready HTML in an element; rows of a table lose their cells unless they stand in one."""
    if element in ("tbody", "thead"):
        found = parser.fragment_fromstring(f"<table><{element}>{markup}</{element}></table>")
        return found[0]
    return parser.fragment_fromstring(markup, create_parent="div")


def _classes(given: object) -> frozenset[str]:
    return frozenset(str(given or "").split())
