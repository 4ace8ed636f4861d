"""Monitoring > Services: what is watched, what needs what, and what a failure reaches."""

import dash
from dash import dcc, html

from callbacks.monitoring.services import TICK_MILLISECONDS, Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``service`` chooses one whose failure is followed."""
    seen = view(query)
    frame = page_frame(
        "Services",
        trail="Monitoring",
        lead="Choose a service, here or in the graph, to see the pages and jobs that its failure reaches.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=seen.controls,
        content=seen.content,
    )
    frame.children += seen.form
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=TICK_MILLISECONDS))
    frame.children.append(dcc.Store(id=Ids.SEEN, data=seen.signature))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/services",
    name="Services",
    title="Services · Enerscope",
    area="monitoring",
    order=8,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
