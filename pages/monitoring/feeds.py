"""Monitoring > Feeds: is every source in, who answers for it, and when will the morning pack be complete."""

import dash
from dash import html

from callbacks.monitoring.feeds import Ids, controls, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``feed`` opens one feed, ``day`` chooses the chain."""
    seen = view(query)
    return page_frame(
        "Feeds",
        trail="Monitoring",
        lead="Every source against what is agreed about it, and the evening's chain of jobs that read from them.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=controls(seen),
        content=seen.content,
    )


dash.register_page(
    __name__,
    path="/monitoring/feeds",
    name="Feeds",
    title="Feeds · Enerscope",
    area="monitoring",
    order=14,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
