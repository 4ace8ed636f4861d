"""Risk > Limits: what may be lost, how much of it is used, and what follows when it is more."""

import dash
from dash import html

from callbacks.risk.limits import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?limit=GAS_ES`` opens one limit, ``?portfolio=GAS`` those of a portfolio."""
    state = view(query)
    return page_frame(
        "Limits",
        trail="Risk",
        lead="How much of each limit is used, what waits for approval, and who has to act on a breach until when.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.portfolio),
            select(Ids.BODY, "limit", "Limit", state.limits, state.limit),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/limits",
    name="Limits",
    title="Limits · Enerscope",
    area="risk",
    order=60,
    permission=Permission.RISK_READ,
    layout=layout,
)
