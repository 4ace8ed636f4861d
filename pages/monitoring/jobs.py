"""Monitoring > Jobs: what runs, what waits, what became of the rest; one job with its log."""

import dash
from dash import dcc, html

from callbacks.monitoring.jobs import BUSY_MILLISECONDS, Ids, controls, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``job`` opens one job, ``whose`` and ``state`` restore the list."""
    seen = view(query)
    frame = page_frame(
        "Jobs",
        trail="Monitoring",
        lead="Long runs go on whether or not somebody watches. A run that several asked for is shared.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=controls(seen),
        content=seen.content,
    )
    frame.children.insert(
        -1, html.Div(id=Ids.NOTE, role="status")
    )  # above the body, which is drawn anew as jobs move
    frame.children.append(html.Div(seen.schedules, id=Ids.SCHEDULES))
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=BUSY_MILLISECONDS))
    frame.children.append(dcc.Store(id=Ids.SEEN, data=seen.signature))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/jobs",
    name="Jobs",
    title="Jobs · Enerscope",
    area="monitoring",
    order=10,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
