"""The frame of every page: title, inputs, body; the clocks of the view travel with it."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from portal.core.clock import Clocks

PAGE_CLOCKS = "page-clocks"


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
                    html.Div(list(actions), className="es-actions"),
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


def section(
    title: str, children: Sequence[Component], *, note: str = "", width: str = "full"
) -> html.Section:
    """Return a titled group; ``width`` is ``full``, ``half`` or ``third`` of the grid."""
    return html.Section(
        [html.H2(title) if title else None, html.P(note, className="es-note") if note else None, *children],
        className=f"es-section es-{width}",
    )


def grid(children: Sequence[Component]) -> html.Div:
    """Return cards on the page grid of twelve columns."""
    return html.Div(list(children), className="es-grid")
