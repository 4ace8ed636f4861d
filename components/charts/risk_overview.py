"""Figures of Risk > Overview: P&L against the forecast by day, and one figure by all methods."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, figure, typed
from portal.core.arrays import BoolArray1D, FloatArray1D


def trend_figure(
    day: Sequence[str],
    pnl: FloatArray1D,
    var: FloatArray1D,
    es: FloatArray1D,
    exception: BoolArray1D,
    *,
    keep: str = "",
) -> dict[str, Any]:
    """Return P&L as bars under the lines of the forecasts, exceptions marked, in EUR; arrays of shape (n,)."""
    if not len(day):
        return figure([], y_title="EUR")
    line = {"type": "scatter", "mode": "lines", "x": list(day)}
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": "hypothetical P&L",
            "x": list(day),
            "y": typed(pnl),
            "marker": {"color": NEUTRAL},
            "hovertemplate": "%{x}: %{y:,.0f} EUR<extra>P&L</extra>",
        },
        line
        | {
            "name": "VaR forecast",
            "y": typed(-var),
            "line": {"color": SERIES[0], "width": 1.6},
            "hovertemplate": "%{y:,.0f} EUR<extra>VaR</extra>",
        },
        line
        | {
            "name": "ES forecast",
            "y": typed(-es),
            "line": {"color": SERIES[1], "width": 1.2, "dash": "dot"},
            "hovertemplate": "%{y:,.0f} EUR<extra>ES</extra>",
        },
    ]
    at = np.flatnonzero(exception)
    if len(at):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "exception",
                "x": [day[n] for n in at.tolist()],
                "y": typed(pnl[at]),
                "marker": {"color": DOWN, "size": 9, "symbol": "diamond"},
                "hovertemplate": "%{x}: %{y:,.0f} EUR<extra>exception</extra>",
            }
        )
    return figure(
        traces,
        y_title="EUR, losses below zero",
        height=360,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date"},
    )


def method_figure(
    title: Sequence[str], value: Sequence[float], low: Sequence[float | None], high: Sequence[float | None]
) -> dict[str, Any]:
    """Return one figure by method as bars with their 95 % bands, in EUR."""
    if not title:
        return figure([], x_title="EUR")
    up, down = (
        np.array(
            [
                abs(end - centre) if end is not None else np.nan
                for centre, end in zip(value, ends, strict=True)
            ]
        )
        for ends in (high, low)
    )
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(reversed(title)),
        "x": typed(np.array(value)[::-1]),
        "marker": {"color": SERIES[0]},
        "error_x": {
            "type": "data", "symmetric": False, "array": typed(up[::-1]), "arrayminus": typed(down[::-1]),
            "color": NEUTRAL, "thickness": 1.4,
        },
        "hovertemplate": "%{y}: %{x:,.0f} EUR<extra></extra>",
    }  # fmt: skip
    return figure(
        [trace], x_title="EUR", height=60 + 44 * len(title), yaxis={"type": "category", "automargin": True}
    )
