"""Monitoring > Incidents: what somebody has to deal with, who has it, and what happened to it."""

import dash
from dash import dcc, html

from callbacks.monitoring.incidents import Ids, view
from callbacks.monitoring.incidents.ids import BUSY_MILLISECONDS
from callbacks.monitoring.incidents.page import SHOWS
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?incident=12`` opens one."""
    seen = view(query)
    controls = (
        []
        if seen.asked
        else [
            select(Ids.BODY, "show", "Show", SHOWS, seen.chosen["show"]),
            select(Ids.BODY, "area", "About", seen.areas, seen.chosen["area"]),
        ]
    )
    frame = page_frame(
        "Incidents",
        trail="Monitoring",
        lead="What somebody has to deal with: limits, data, jobs, security and the platform, in one queue.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=controls,
        content=seen.content,
    )
    if seen.form is not None:
        frame.children.append(seen.form)
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=BUSY_MILLISECONDS))
    frame.children.append(dcc.Store(id=Ids.SEEN, data=seen.signature))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/incidents",
    name="Incidents",
    title="Incidents · Enerscope",
    area="monitoring",
    order=18,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
