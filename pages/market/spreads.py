"""Market > Spreads: cracks, sparks, darks, places, calendars, and any formula whose units agree."""

import dash
from dash import html

from callbacks.market.spreads import KIND_OPTIONS, Ids, view
from components.controls import choice
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; the URL holds the kind, its legs and parameters or the formula, range and look-back."""
    state = view(query)
    return page_frame(
        "Spreads",
        trail="Market",
        lead="What one price is worth against others: history, standing, and each leg's part.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "kind", "Spread", KIND_OPTIONS, state.kind),
            html.Span(id=Ids.BODY, hidden=True),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/spreads",
    name="Spreads",
    title="Spreads · Enerscope",
    area="market",
    order=30,
    permission=Permission.MARKET_READ,
    layout=layout,
)
