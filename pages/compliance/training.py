"""Compliance > Training: what everybody reads and acknowledges."""

import dash
from dash import html

from callbacks.compliance.training import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    state = view(query)
    return page_frame(
        "Training",
        trail="Compliance",
        lead="A few rules for everybody. A new version is acknowledged anew.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/training",
    name="Training",
    title="Training · Enerscope",
    area="compliance",
    order=95,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
