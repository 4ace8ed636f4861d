"""Risk > Earnings: what may deliveries bring in, what is the risk tied to, and how have the books done?"""

import dash
from dash import html

from callbacks.risk.earnings import OPTIONS, Ids, view
from components.controls import choice, count, select, text
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS&bucket=quarter&level=0.95`` restores a view."""
    state = view(query)
    asked = state.filters
    return page_frame(
        "Earnings and performance",
        trail="Risk",
        lead="What coming deliveries may fall short by, what carries the risk, and how the books have done.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.portfolios, asked["portfolio"]),
            select(Ids.BODY, "method", "Method", OPTIONS["method"], asked["method"]),
            select(Ids.BODY, "level", "Level", OPTIONS["level"], asked["level"]),
            choice(Ids.BODY, "bucket", "Deliveries by", OPTIONS["bucket"], asked["bucket"]),
            count(Ids.BODY, "tax", "Tax rate, %", float(asked["tax"]), low=0, high=99),
            select(Ids.BODY, "span", "Results of", OPTIONS["span"], asked["span"]),
            text(Ids.BODY, "capital", "Capital, EUR", f"{float(asked['capital']):,.0f}"),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/earnings",
    name="Earnings",
    title="Earnings and performance · Enerscope",
    area="risk",
    order=65,
    permission=Permission.RISK_READ,
    layout=layout,
)
