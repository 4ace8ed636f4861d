"""Portfolio > P&L explain: from the total to a portfolio, a trade and a factor."""

import dash
from dash import dcc, html

from callbacks.portfolio.explain import PERIOD_OPTIONS, Ids, view
from components.controls import choice, day, filter_id, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; the URL holds period, start, portfolio, trade and factor."""
    state = view(query)
    filters = state.filters
    return page_frame(
        "P&L explain",
        trail="Portfolio",
        lead="Why the value of the books changed: exact, without an order, beside the sensitivities.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "period", "Period", PERIOD_OPTIONS, filters["period"]),
            day(Ids.BODY, "since", "Start, for since a day", filters["since"]),
            select(
                Ids.BODY,
                "portfolio",
                "Portfolio",
                [("", "All books"), *state.portfolios],
                filters["portfolio"],
            ),
            dcc.Input(id=filter_id(Ids.BODY, "trade"), type="hidden", value=filters["trade"]),
            dcc.Input(id=filter_id(Ids.BODY, "factor"), type="hidden", value=filters["factor"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/portfolio/explain",
    name="P&L explain",
    title="P&L explain · Enerscope",
    area="portfolio",
    order=30,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
