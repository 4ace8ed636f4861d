"""Compliance > Privacy: who asked for their data, what is held of them, what may go, what is kept until when."""

import dash
from dash import html

from callbacks.compliance.privacy import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?request=3`` opens one request."""
    state = view(query)
    return page_frame(
        "Privacy",
        trail="Compliance",
        lead="Who asked for their data, by when they are answered, what may be erased and until when the rest is kept.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[select(Ids.BODY, "request", "Request", state.requests, state.request)],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/privacy",
    name="Privacy",
    title="Privacy · Enerscope",
    area="compliance",
    order=90,
    permission=Permission.PRIVACY_MANAGE,
    layout=layout,
)
