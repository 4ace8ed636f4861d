"""Market > Data quality: which feeds are late, what is missing, and what looks wrong?"""

import dash
from dash import html

from callbacks.market.quality import PERIOD_CHOICES, STATE_CHOICES, THRESHOLD_CHOICES, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?period=1y&commodity=gas&z=8&state=open`` restores a view."""
    state = view(query)
    options = [("all", "All"), *((name, name.capitalize()) for name in state.commodities)]
    return page_frame(
        "Data quality",
        trail="Market",
        lead="Late feeds, missing days, spikes and standing prices, and the rows of imports that were refused.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "period", "Look back", PERIOD_CHOICES, state.filters["period"]),
            select(Ids.BODY, "commodity", "Commodity", options, state.filters["commodity"]),
            choice(Ids.BODY, "z", "Spikes from", THRESHOLD_CHOICES, state.filters["z"]),
            choice(Ids.BODY, "state", "Refused rows", STATE_CHOICES, state.filters["state"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/quality",
    name="Data quality",
    title="Data quality · Enerscope",
    area="market",
    order=50,
    permission=Permission.MARKET_READ,
    layout=layout,
)
