"""A bar that plays through days in the browser: a button, a slider and the day; no call to the server for a step."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

Step = tuple[str, Sequence[str], Sequence[float]]  # day, months as 2027-01, prices


def replay_id(part: str) -> str:
    """Return the id of one part of the bar; a page has one."""
    return f"replay-{part}"


def replay_bar(steps: Sequence[Step]) -> html.Div:
    """Return the bar, on its last step. The steps travel with the page; ``assets/curves.js`` draws them."""
    data = [
        {
            "day": day,
            "x": list(months),
            "y": [round(price, 4) if isfinite(price) else None for price in prices],
        }
        for day, months, prices in steps
    ]
    last = len(steps) - 1
    switch: dict[str, Any] = {"data-replay": replay_id("slider"), "aria-pressed": "false"}
    return html.Div(
        [
            dcc.Store(id=replay_id("steps"), data=data),
            html.Button(
                "Play",
                type="button",
                className="es-icon-button",
                **switch,
            ),
            html.Label(
                [
                    html.Span("Trade day of the curve", className="visually-hidden"),
                    dbc.Input(
                        id=replay_id("slider"),
                        type="range",
                        min=0,
                        max=max(last, 0),
                        step=1,
                        value=last,
                        class_name="form-range",
                    ),
                ],
                className="es-replay-slider",
            ),
            html.Output(data[-1]["day"] if data else "", id=replay_id("label"), className="es-replay-day"),
        ],
        className="es-replay",
    )
