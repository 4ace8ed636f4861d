"""Parts of a page as ready HTML: rows of tables, and tiles.

Each component of a page costs the browser: Dash keeps it in its store and looks through that store whenever anything
changes. A table of forty rows would be a thousand components; here its rows are one, written as HTML by the server.
No callback can have a part of it as input or output. Its links stay in the app, as those of ``dcc.Link`` do.
"""

from html import escape
from typing import Any

from dash.development.base_component import Component

_NAMES = {"className": "class", "tabIndex": "tabindex", "colSpan": "colspan", "rowSpan": "rowspan"}
_VOID = frozenset({"img", "br", "hr"})


class Markup(Component):
    """An element whose content is HTML as :func:`to_html` writes it. Drawn by ``markup.js``.

    Parameters
    ----------
    html : str
        The content.
    element : str, default "div"
        What is around it; ``tbody`` for rows of a table.
    className : str, optional
        Its class.
    """

    _children_props: list[str] = []  # noqa: RUF012  (the names and types are Dash's)
    _base_nodes = ["children"]  # noqa: RUF012
    _namespace = "enerscope_components"
    _type = "Markup"
    _prop_names = ["html", "element", "className"]  # noqa: RUF012
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012
    available_properties = _prop_names
    available_wildcard_properties: list[str] = []  # noqa: RUF012

    def __init__(self, html: str, *, element: str = "div", className: str = "") -> None:  # noqa: N803
        super().__init__(html=html, element=element, className=className)  # type: ignore[no-untyped-call]


def to_html(tree: Any) -> str:
    """Return Dash's HTML components, and what lies in them, as HTML text; all text and attributes are escaped.

    Raises
    ------
    ValueError
        A component has an id (a callback could not reach it), or is none of ``dash.html`` and ``dcc.Link``.
    """
    if tree is None:
        return ""
    if isinstance(tree, (list, tuple)):
        return "".join(map(to_html, tree))
    if not isinstance(tree, Component):
        return escape(str(tree))
    props = {name: getattr(tree, name) for name in tree.to_plotly_json()["props"]}
    return tag(_name(tree, props), to_html(props.pop("children", None)), props)


def tag(name: str, inner: str, props: dict[str, Any]) -> str:
    """Return an element around ``inner``, which is HTML already; ``props`` have the names that Dash gives them."""
    written = "".join(
        f' {_NAMES.get(key, key)}="{escape("" if value is True else str(value))}"'
        for key, value in props.items()
        if value is not None and value is not False
    )
    return f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{inner}</{name}>"


def _name(tree: Component, props: dict[str, Any]) -> str:
    kind = type(tree)
    if "id" in props:
        raise ValueError(
            f"A {kind.__name__} in the rows of a table has an id, but no callback can reach it there."
        )
    if kind.__name__ == "Link" and kind.__module__.startswith("dash.dcc"):
        return "a"
    if not kind.__module__.startswith("dash.html"):
        raise ValueError(f"A {kind.__name__} cannot stand in the rows of a table: it is no plain HTML.")
    return kind.__name__.lower()
