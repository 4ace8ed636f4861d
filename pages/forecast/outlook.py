"""Forecast: what prices, load and renewables will do, how sure that is, and how the forecast came to be."""

import dash
from dash import html

from callbacks.forecast.outlook import BACK_OPTIONS, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?target=power.DE_LU&back=medium`` restores a view."""
    state = view(query)
    frame = page_frame(
        "Forecast",
        trail="Forecast",
        lead="What is served for each target: the median, how wide it may go, the naive beside it, and how it held.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "target", "Target", state.options, state.filters["target"]),
            choice(Ids.BODY, "back", "History", BACK_OPTIONS, state.filters["back"]),
        ],
        content=state.content,
    )
    if state.panel is not None:
        frame.children.insert(2, state.panel)
    return frame


dash.register_page(
    __name__,
    path="/forecast",
    name="Forecast",
    title="Forecast · Enerscope",
    area="forecast",
    order=10,
    permission=Permission.FORECAST_READ,
    layout=layout,
)
