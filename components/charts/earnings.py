"""Figures of Risk > Earnings: what deliveries may bring in by period, and the running result with its drawdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.charts.theme import DOWN, SERIES, figure, typed
from portal.core.arrays import FloatArray1D

COLOURS = (SERIES[0], SERIES[2], SERIES[1])


def at_risk_figure(period: Sequence[str], values: Mapping[str, FloatArray1D]) -> dict[str, Any]:
    """Return bars of each measure by period of delivery; arrays of shape (b,) in EUR, by title."""
    traces = [
        {
            "type": "bar",
            "name": title,
            "x": list(period),
            "y": typed(found / 1e6),
            "marker": {"color": COLOURS[at % len(COLOURS)]},
            "hovertemplate": "%{x}: %{y:,.2f} m EUR<extra>" + title + "</extra>",
        }
        for at, (title, found) in enumerate(values.items())
    ]
    return figure(
        traces if len(period) else [],
        y_title="million EUR",
        height=330,
        legend=True,
        xaxis={"type": "category"},
    )


def result_figure(
    day: Sequence[str], running: FloatArray1D, below: FloatArray1D, *, keep: str = ""
) -> dict[str, Any]:
    """Return the running result above its drawdown; arrays of shape (n,) in EUR by day, the drawdown not negative."""
    if len(day) < 2:
        return figure([])
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "running result",
        "x": list(day),
        "y": typed(running / 1e6),
        "line": {"color": SERIES[0], "width": 1.8},
        "hovertemplate": "%{x}: %{y:,.2f} m EUR<extra>running result</extra>",
    }
    area = {
        "type": "scatter",
        "mode": "lines",
        "name": "drawdown",
        "x": list(day),
        "y": typed(-below / 1e6),
        "yaxis": "y2",
        "fill": "tozeroy",
        "line": {"color": DOWN, "width": 1.2},
        "fillcolor": "rgba(194,80,47,0.18)",
        "hovertemplate": "%{x}: %{y:,.2f} m EUR<extra>below the peak</extra>",
    }
    return figure(
        [line, area],
        y_title="million EUR",
        height=400,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date", "anchor": "y2"},
        yaxis={"domain": [0.40, 1.0]},
        yaxis2={
            "domain": [0.0, 0.32],
            "title": {"text": "below peak", "standoff": 8},
            "gridcolor": "#e4e8ec",
            "zeroline": False,
            "automargin": True,
            "rangemode": "tozero",
        },
    )
