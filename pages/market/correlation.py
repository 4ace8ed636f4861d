"""Market > Correlation: what moves together, and may the matrix be used?"""

import dash
from dash import html

from callbacks.market.correlation import ESTIMATES, PERIOD_CHOICES, STEP_CHOICES, WINDOW_CHOICES, Ids, view
from components.controls import choice, multi_select, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?instrument=TTF&set=BRENT,EUA&period=1y&step=1&window=60&matrix=sample`` restores a view."""
    state = view(query)
    filters = state.filters
    options = [(row.code, f"{row.code} · {row.name}") for row in state.choices]
    return page_frame(
        "Correlation",
        trail="Market",
        lead="How the returns of a set of instruments move together, on the days that all of them have.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "instrument", "Against", options, filters["instrument"]),
            multi_select(Ids.BODY, "set", "With", options, filters["set"]),
            choice(Ids.BODY, "period", "Period", PERIOD_CHOICES, filters["period"]),
            choice(Ids.BODY, "step", "Returns over", STEP_CHOICES, filters["step"]),
            choice(Ids.BODY, "window", "Rolling window", WINDOW_CHOICES, filters["window"]),
            choice(Ids.BODY, "matrix", "Matrix", list(ESTIMATES.items()), filters["matrix"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/correlation",
    name="Correlation",
    title="Correlation · Enerscope",
    area="market",
    order=41,
    permission=Permission.MARKET_READ,
    layout=layout,
)
