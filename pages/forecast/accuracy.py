"""Forecast > Accuracy: which model earned its place, where it is good, whether it is honest, and what it is worth."""

import dash
from dash import html

from callbacks.forecast.accuracy import CUT_OPTIONS, SCORE_OPTIONS, Ids, model_options, view
from components.controls import count, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?target=power.DE_LU&score=crps&cells=volatile&model=lear`` restores a view."""
    state = view(query)
    filters = state.filters
    return page_frame(
        "Accuracy",
        trail="Forecast",
        lead="Models held against what happened at the same origins, the seasonal naive always among them.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "target", "Target", state.targets, filters["target"]),
            select(Ids.BODY, "score", "Rank by", SCORE_OPTIONS, filters["score"]),
            select(Ids.BODY, "cells", "Forecasts", CUT_OPTIONS, filters["cells"]),
            select(Ids.BODY, "model", "Details of", model_options(), filters["model"]),
            count(Ids.BODY, "slots", "Flexible slots", float(filters["slots"]), low=1, high=20),
            count(
                Ids.BODY,
                "cost",
                "Imbalance cost, EUR/MWh",
                float(filters["cost"]),
                low=0.01,
                high=10_000,
                step=0.01,
            ),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/forecast/accuracy",
    name="Accuracy",
    title="Accuracy · Enerscope",
    area="forecast",
    order=20,
    permission=Permission.FORECAST_READ,
    layout=layout,
)
