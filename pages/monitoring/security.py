"""Monitoring > Security: who tried to come in, who is in, what was refused, and what is weak."""

import dash
from dash import html

from callbacks.monitoring.security import Ids, controls, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``days`` restores the period."""
    seen = view(query)
    return page_frame(
        "Security",
        trail="Monitoring",
        lead="Who tried to come in, who is in, what was refused, and what is weak or old.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=controls(seen),
        content=seen.content,
    )


dash.register_page(
    __name__,
    path="/monitoring/security",
    name="Security",
    title="Security · Enerscope",
    area="monitoring",
    order=40,
    permission=Permission.SECURITY_READ,
    layout=layout,
)
