"""Monitoring > Health: the first page of operations; it needs neither the database nor the monitor."""

import dash
from dash import dcc, html

from callbacks.monitoring.health import TICK_MILLISECONDS, Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    seen = view(query)
    frame = page_frame(
        "Health",
        trail="Monitoring",
        lead="What is wrong comes first: why, since when, and what it touches. Looked at every few seconds.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=[],
        content=seen.content,
    )
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=TICK_MILLISECONDS))
    frame.children.append(dcc.Store(id=Ids.SEEN, data={"signature": seen.signature}))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/health",
    name="Health",
    title="Health · Enerscope",
    area="monitoring",
    order=5,
    permission=Permission.MONITORING_READ,
    without_database=True,
    layout=layout,
)
