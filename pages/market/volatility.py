"""Market > Volatility: how much does a price move, is that much for it, and what is expected next?"""

import dash
from dash import html

from callbacks.market.volatility import KINDS, PERIOD_CHOICES, WINDOW_CHOICES, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?instrument=TTF&period=3y&window=20&returns=auto`` restores a view."""
    state = view(query)
    filters = state.filters
    return page_frame(
        "Volatility",
        trail="Market",
        lead="Realised, EWMA and GARCH volatility of one instrument; its cone, and what is expected by horizon.",
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
            choice(
                Ids.BODY,
                "period",
                "Period",
                PERIOD_CHOICES,
                filters["period"],
            ),
            choice(Ids.BODY, "window", "Window, days", WINDOW_CHOICES, filters["window"]),
            choice(Ids.BODY, "returns", "Returns", list(KINDS.items()), filters["returns"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/volatility",
    name="Volatility",
    title="Volatility · Enerscope",
    area="market",
    order=40,
    permission=Permission.MARKET_READ,
    layout=layout,
)
