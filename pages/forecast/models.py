"""Forecast > Models: which versions there are, what was tried, and how one becomes the champion."""

import dash
from dash import html

from callbacks.forecast.models import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?target=power.DE_LU`` narrows it, ``?version=3`` opens one, ``?a=1&b=2`` compares trials."""
    state = view(query)
    frame = page_frame(
        "Models",
        trail="Forecast",
        lead="What was tried, what was registered, and which version each forecast is made with.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "target", "Target", state.targets, state.target),
            select(Ids.BODY, "version", "Version", state.versions, state.version),
        ],
        content=state.content,
    )
    if state.dialog is not None:
        frame.children.insert(len(frame.children) - 1, state.dialog)
    return frame


dash.register_page(
    __name__,
    path="/forecast/models",
    name="Models",
    title="Models · Enerscope",
    area="forecast",
    order=30,
    permission=Permission.FORECAST_READ,
    layout=layout,
)
