"""Monitoring > Notifications: where I am told of alerts, of which, and when not."""

import dash
from dash import dcc, html

from callbacks.monitoring.notifications import TICK_MILLISECONDS, Ids, add_form, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    seen = view(query)
    frame = page_frame(
        "Notifications",
        trail="Monitoring",
        lead="Where you are told of alerts, of which, and when not. Only you see and change your channels; of an alert "
        "that you may not see you are not told.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=[],
        content=seen.content,
        actions=[
            dcc.Link("What was sent", href="/monitoring/alerts", className="btn btn-sm btn-outline-secondary")
        ],
    )
    frame.children.append(add_form())
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=TICK_MILLISECONDS))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/notifications",
    name="Notifications",
    title="Notifications · Enerscope",
    area="monitoring",
    order=24,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
