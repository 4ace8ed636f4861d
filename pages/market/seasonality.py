"""Market > Seasonality: which months are dear, and is this year usual?"""

import dash
from dash import html

from callbacks.market.seasonality import METHODS, YEAR_CHOICES, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?instrument=TTF&years=10&method=classical`` restores a view."""
    state = view(query)
    filters = state.filters
    return page_frame(
        "Seasonality",
        trail="Market",
        lead="What each month is usually worth, this year against those before, and what is left without the season.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(
                Ids.BODY,
                "instrument",
                "Instrument",
                [(row.code, f"{row.code} · {row.name}") for row in state.choices],
                filters["instrument"],
            ),
            choice(Ids.BODY, "years", "Years", YEAR_CHOICES, filters["years"]),
            choice(Ids.BODY, "method", "Decomposition", list(METHODS.items()), filters["method"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/seasonality",
    name="Seasonality",
    title="Seasonality · Enerscope",
    area="market",
    order=42,
    permission=Permission.MARKET_READ,
    layout=layout,
)
