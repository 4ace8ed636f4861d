"""Overview > Sign-off: three people stand by the figures of a portfolio and a day."""

import dash
from dash import html

from callbacks.overview.sign_off import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS`` opens one portfolio on the valuation day."""
    state = view(query)
    return page_frame(
        "Sign-off",
        trail="Overview",
        lead="Prepared, reviewed and approved by three people, for figures that are frozen under both clocks.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.portfolio)],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/sign-off",
    name="Sign-off",
    title="Sign-off · Enerscope",
    area="overview",
    order=30,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
