"""The frame of every page: title, inputs, body; the clocks of the view travel with it."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.pin import pin_button
from portal.core.clock import Clocks

PAGE_CLOCKS = "page-clocks"
EXPORTS = {"pdf": "PDF", "xlsx": "Excel (XLSX)", "csv": "CSV tables", "json": "JSON"}
"""The files of a page, by the ending of the route that writes them."""


def body_id(body: str) -> dict[str, str]:
    """Return the id of the part of a page that the inputs of ``body`` redraw."""
    return {"type": "body", "body": body}


def page_frame(
    title: str,
    *,
    body: str,
    controls: Sequence[Component],
    content: Sequence[Component],
    clocks: Clocks,
    trail: str = "",
    lead: str = "",
    actions: Sequence[Component] = (),
) -> html.Div:
    """Return a page: heading, inputs in one bar, then the body; ``content`` is its first state, drawn with the page."""
    return html.Div(
        [
            dcc.Store(id=PAGE_CLOCKS, data=clocks.query()),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(trail, className="es-trail") if trail else None,
                            html.H1(title),
                            html.P(lead, className="es-lead") if lead else None,
                        ]
                    ),
                    html.Div([*actions, _export_menu()], className="es-actions"),
                ],
                className="es-page-head",
            ),
            html.Div(list(controls), className="es-controls", role="search") if controls else None,
            html.Div(
                list(content), id=body_id(body), className="es-body", **attributes({"aria-live": "polite"})
            ),
        ],
        className="es-page",
        **attributes({"data-clocks": clocks.label()}),
    )


def _export_menu() -> html.Details:
    """Return the menu that writes the page to a file as it is on screen; the frame shows it to who may take files.

    Its buttons are handled by one listener in the browser, which knows the inputs and clocks of the page.
    """
    choices = [
        html.Button(title, type="button", className="es-export-choice", **attributes({"data-export": code}))
        for code, title in EXPORTS.items()
    ]
    return html.Details(
        [html.Summary("Export", className="btn btn-sm btn-outline-secondary"), html.Div(choices)],
        className="es-export",
    )


def section(
    title: str, children: Sequence[Component], *, note: str = "", width: str = "full"
) -> html.Section:
    """Return a titled group; ``width`` is ``full``, ``half`` or ``third`` of the grid. One with a table has a pin."""
    key = _table_in(children) if title else ""
    return html.Section(
        [
            html.H2(title) if title else None,
            html.P(note, className="es-note") if note else None,
            *children,
            *([pin_button(key, title)] if key else []),
        ],
        className=f"es-section es-{width}",
    )


def _table_in(children: object) -> str:
    """Return the name of the first grid in ``children``; empty when there is none."""
    for child in children if isinstance(children, (list, tuple)) else [children]:
        named = getattr(child, "id", None)
        if isinstance(named, dict) and named.get("type") == "grid-state":
            return str(named["grid"])
        found = (
            _table_in(child.children) if isinstance(child, html.Div) and hasattr(child, "children") else ""
        )
        if found:
            return found
    return ""


def grid(children: Sequence[Component]) -> html.Div:
    """Return cards on the page grid of twelve columns."""
    return html.Div(list(children), className="es-grid")
