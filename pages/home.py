"""Overview: what moved and what is late, for everybody; thirty seconds."""

import dash
from dash import html

from callbacks.home import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    state = view(query)
    return page_frame(
        "Overview",
        lead="What moved, and what is late.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/",
    name="Overview",
    title="Overview · Enerscope",
    area="overview",
    order=1,
    permission=Permission.MARKET_READ,
    layout=layout,
)
