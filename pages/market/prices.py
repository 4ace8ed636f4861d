"""Market > Prices: where are prices now? A watchlist with change, volatility, age and source."""

import dash
from dash import html

from callbacks.market.prices import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?commodity=gas`` narrows the list."""
    state = view(query)
    options = [("all", "All"), *((name, name.capitalize()) for name in state.commodities)]
    return page_frame(
        "Prices",
        trail="Market",
        lead="Latest settlement of every instrument. Any figure opens its formula and rows.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[select(Ids.BODY, "commodity", "Commodity", options, state.commodity or "all")],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/prices",
    name="Prices",
    title="Prices · Enerscope",
    area="market",
    order=10,
    permission=Permission.MARKET_READ,
    layout=layout,
)
