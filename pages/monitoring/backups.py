"""Monitoring > Backups: could we get everything back, from when, and when was that last tried."""

import dash
from dash import html

from callbacks.monitoring.backups import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    state = view(query)
    frame = page_frame(
        "Backups",
        trail="Monitoring",
        lead="A backup counts as good only after it was restored into a scratch database and every table compared.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
    )
    if state.panel is not None:
        frame.children.insert(2, state.panel)
    return frame


dash.register_page(
    __name__,
    path="/monitoring/backups",
    name="Backups",
    title="Backups · Enerscope",
    area="monitoring",
    order=80,
    permission=Permission.JOBS_READ,
    layout=layout,
)
