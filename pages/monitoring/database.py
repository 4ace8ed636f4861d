"""Monitoring > Database: how busy and how large it is, who waits for whom, and which statements take the time."""

import dash
from dash import html

from callbacks.monitoring.database import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    seen = view(query)
    return page_frame(
        "Database",
        trail="Monitoring",
        lead="Is it short of connections, memory or room, and who waits for whom.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=[],
        content=seen.content,
    )


dash.register_page(
    __name__,
    path="/monitoring/database",
    name="Database",
    title="Database · Enerscope",
    area="monitoring",
    order=16,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
