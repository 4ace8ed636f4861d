"""Risk > Overview: how much could be lost by which method, how the forecasts held, and how far to trust them."""

import dash
from dash import html

from callbacks.risk.overview import LEVEL_OPTIONS, MEASURE_OPTIONS, METHOD_OPTIONS, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS&level=0.99`` restores a view."""
    state = view(query)
    frame = page_frame(
        "Risk overview",
        trail="Risk",
        lead="What the books could lose from one close to the next, by every method, and how the forecasts held up.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.filters["portfolio"]),
            select(Ids.BODY, "method", "Method", METHOD_OPTIONS, state.filters["method"]),
            choice(Ids.BODY, "measure", "Measure", MEASURE_OPTIONS, state.filters["measure"]),
            choice(Ids.BODY, "level", "Level", LEVEL_OPTIONS, state.filters["level"]),
        ],
        content=state.content,
    )
    if state.panel is not None:
        frame.children.insert(2, state.panel)
    return frame


dash.register_page(
    __name__,
    path="/risk",
    name="Risk overview",
    title="Risk · Enerscope",
    area="risk",
    order=10,
    permission=Permission.RISK_READ,
    layout=layout,
)
