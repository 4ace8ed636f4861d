"""Portfolio > Valuation: what is owned, what it is worth, and what it has brought."""

import dash
from dash import html

from callbacks.portfolio.valuation import SPLIT_OPTIONS, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS_EU&split=kind`` restores a view."""
    state = view(query)
    return page_frame(
        "Valuation",
        trail="Portfolio",
        lead="What the books are worth, what they have brought, and the money that rests on missing or stale marks.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.filters["portfolio"]),
            choice(Ids.BODY, "split", "Split by", SPLIT_OPTIONS, state.filters["split"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/portfolio/valuation",
    name="Valuation",
    title="Valuation · Enerscope",
    area="portfolio",
    order=10,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
