"""Monitoring > Alerts and deliveries: what needs somebody now, who has taken notice, and whom messages reached."""

import dash
from dash import dcc, html

from callbacks.monitoring.alerts import BUSY_MILLISECONDS, Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    seen = view(query)
    frame = page_frame(
        "Alerts and deliveries",
        trail="Monitoring",
        lead="What the portal found by itself, and whether the messages about it reached anybody. Each alert is told "
        "once, until it is over; what gets worse asks again.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=[],
        content=seen.content,
        actions=[
            dcc.Link(
                "Your notifications",
                href="/monitoring/notifications",
                className="btn btn-sm btn-outline-secondary",
            )
        ],
    )
    frame.children.append(dcc.Interval(id=Ids.TICK, interval=BUSY_MILLISECONDS))
    frame.children.append(dcc.Store(id=Ids.SEEN, data=seen.signature))
    frame.children.append(dcc.Store(id=Ids.STATE, data=seen.state))
    return frame


dash.register_page(
    __name__,
    path="/monitoring/alerts",
    name="Alerts and deliveries",
    title="Alerts and deliveries · Enerscope",
    area="monitoring",
    order=20,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
