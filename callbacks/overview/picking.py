"""Taking one card out of a drawn page, so that it can stand on a board beside cards of other pages.

What belongs to its own page stays there: inputs and buttons that only the page's callbacks answer. Sorting, filtering
and paging a table, and the table behind a chart, go on working, under names of the board's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import lxml.html
from dash import dcc, html
from dash.development.base_component import Component

from components.markup import Markup, to_html
from components.pin import slug
from portal.web.views import BESIDE

_KEPT = ("grid-", "chart-")  # types of ids that the generic callbacks of grids and charts answer
_ASKING = (
    "Input",
    "Select",
    "Textarea",
    "Button",
    "Checklist",
    "RadioItems",
    "Switch",
    "Dropdown",
    "Slider",
    "Upload",
)


def card(
    page: Sequence[Component], key: str, place: str, pinned: Mapping[str, Any], title: str
) -> Component | None:
    """Return the card ``key`` of a page for ``place`` on a board; None when the page does not show it."""
    found = _cards(page).get(key)
    if found is None:
        return None
    settled: Component = _settle(found, place)
    for name, value in pinned.items():
        setattr(settled, name, value)
    _entitle(settled, title)
    return settled


def tiles(page: Sequence[Component]) -> Component | None:
    """Return the first row of tiles of a page."""
    return next((one for one in _walk(page) if _is_row(one)), None)


def tile(page: Sequence[Component], key: str, pinned: Mapping[str, Any], title: str) -> str | None:
    """Return the tile whose title has the slug ``key``, as HTML; None when the page does not show it."""
    for one in _walk(page):
        inner = str(getattr(one, "html", "")) if isinstance(one, Markup) else ""
        written = to_html(one) if "es-kpi" in _classes(one) else inner
        if "es-kpi" not in written:
            continue
        for found in lxml.html.fragment_fromstring(written, create_parent="div").find_class("es-kpi"):
            names = found.find_class("es-kpi-title")
            if names and slug(names[0].text_content()) == key:
                for name, value in pinned.items():
                    found.set(name, value)
                names[0].text = title
                found.tail = None
                return str(lxml.html.tostring(found, encoding="unicode"))
    return None


def keys(page: Sequence[Component]) -> set[str]:
    """Return the keys of all cards of a page: names of grids, and slugs of titles."""
    return set(_cards(page))


def _cards(page: Sequence[Component]) -> dict[str, Component]:
    """Return the cards of a page by each of their keys, as packs know them; of nested ones the innermost."""
    from callbacks.screens import nodes, pieces  # they load all callbacks, of which this module is one

    found = {}
    for item in pieces.cards(page):
        node = item.nodes[0]
        if item.is_section and isinstance(node, nodes.Node) and node.source is not None:
            found.update(dict.fromkeys(item.keys, node.source))
    return found


def _walk(tree: object) -> Iterator[Component]:
    if isinstance(tree, (list, tuple)):
        for one in tree:
            yield from _walk(one)
    elif isinstance(tree, Component):
        yield tree
        yield from _walk(getattr(tree, "children", None))


def _classes(one: Component) -> list[str]:
    return str(getattr(one, "className", "") or "").split()


def _is_row(one: Component) -> bool:
    return "es-kpis" in _classes(one)


def _settle(tree: Any, place: str) -> Any:
    """Return ``tree`` without what only its own page answers; the ids that stay get the name of the place."""
    if isinstance(tree, (list, tuple)):
        return [_settle(one, place) for one in tree if not _is_asking(one)]
    if not isinstance(tree, Component):
        return tree
    name = getattr(tree, "id", None)
    if name is not None:
        if _is_kept(name):
            setattr(tree, "id", {**name, "grid": f"{name['grid']}{BESIDE}{place}"})  # noqa: B010  (Dash gives no type)
        elif isinstance(tree, (dcc.Store, dcc.Interval)):
            return html.Div(hidden=True)
        else:
            delattr(tree, "id")
    if hasattr(tree, "children"):
        setattr(tree, "children", _settle(tree.children, place))  # noqa: B010  (as above)
    return tree


def _is_kept(name: object) -> bool:
    return isinstance(name, dict) and str(name.get("type", "")).startswith(_KEPT) and "grid" in name


def _is_asking(one: object) -> bool:
    """Tell whether something asks a callback of its page: an input, a button, or a labelled group of inputs."""
    if not isinstance(one, Component):
        return False
    if "es-control" in _classes(one):
        return True
    name = getattr(one, "id", None)
    return name is not None and type(one).__name__ in _ASKING and not _is_kept(name)


def _entitle(section: Component, title: str) -> None:
    """Give a card the title that it has on the board, and keep its badges."""
    for one in _walk(section.children):
        if isinstance(one, html.H2):
            inner = one.children
            one.children = [title, *inner[1:]] if isinstance(inner, list) else title
            return
