"""Monitoring > Usage: how many people use the portal, what is traded with it, and how well they find that it serves."""

import dash
from dash import html

from callbacks.monitoring.usage import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    seen = view(query)
    return page_frame(
        "Usage",
        trail="Monitoring",
        lead="How many people use the portal, what is traded with it, and how well they find that it serves.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=[],
        content=seen.content,
    )


dash.register_page(
    __name__,
    path="/monitoring/usage",
    name="Usage",
    title="Usage · Enerscope",
    area="monitoring",
    order=32,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
