"""Portfolio > Trades > one trade: terms, history as differences, and how two people change it."""

import dash
from dash import dcc, html

from callbacks.portfolio.trade import Ids, list_address, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?id=17`` names the trade."""
    state = view(query)
    back = dcc.Link("All trades", href=list_address(state.clocks), className="es-link")
    return page_frame(
        state.title,
        trail="Portfolio · Trades",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
        actions=[back],
    )


dash.register_page(
    __name__,
    path="/portfolio/trade",
    name="Trade",
    title="Trade · Enerscope",
    area="portfolio",
    order=41,
    nav=False,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
