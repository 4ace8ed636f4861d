"""Overview: are we making money, how much is at risk, what needs me today; thirty seconds, for everybody."""

import dash
from dash import html

from callbacks.overview.home import PERIOD_OPTIONS, Ids, view
from components.controls import choice
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    state = view(query)
    return page_frame(
        "Overview",
        lead=f"Are we making money, how much is at risk, what needs me today? {state.clocks.as_of:%A %-d %B %Y}.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[choice(Ids.BODY, "period", "Period", PERIOD_OPTIONS, state.period)] if state.period else [],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/",
    name="Overview",
    title="Overview · Enerscope",
    area="overview",
    order=1,
    permission=Permission.MARKET_READ,
    layout=layout,
)
