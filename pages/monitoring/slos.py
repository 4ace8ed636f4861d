"""Monitoring > SLOs: what is promised of the portal, and how much failure is left."""

import dash
from dash import html

from callbacks.monitoring.slos import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``objective`` chooses the one that is shown in detail."""
    state = view(query)
    return page_frame(
        "SLOs",
        trail="Monitoring",
        lead="What is promised, what was kept, and how much may still fail before the promise is broken.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=state.controls,
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/monitoring/slos",
    name="SLOs",
    title="SLOs · Enerscope",
    area="monitoring",
    order=30,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
