"""Portfolio > What-if: what would this deal do?"""

import dash
from dash import html

from callbacks.portfolio.what_if import EXAMPLE, LEVEL_OPTIONS, Ids, view
from components.controls import choice, lines, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?deal=buy 5 MW TTF Q1-27`` starts with a deal, ``?key=`` opens a saved what-if."""
    state = view(query)
    return page_frame(
        "What-if",
        trail="Portfolio",
        lead="Value, greeks, position, limits, hedge and risk of candidate deals, beside the book and never in it.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            lines(Ids.BODY, "deals", "Deals, one a line", state.text, placeholder=EXAMPLE),
            select(Ids.BODY, "book", "Beside the book", [(code, code) for code in state.books], state.book),
            choice(Ids.BODY, "level", "Level of risk", LEVEL_OPTIONS, state.level),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/portfolio/what-if",
    name="What-if",
    title="What-if · Enerscope",
    area="portfolio",
    order=50,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
