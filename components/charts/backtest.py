"""Figures of Risk > Backtests: P&L against its forecasts, and exceptions as they add up."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, figure, typed
from portal.core.arrays import BoolArray1D, FloatArray1D


def history_figure(
    day: Sequence[str],
    pnl: FloatArray1D,
    var: FloatArray1D,
    es: FloatArray1D,
    exception: BoolArray1D,
    address: Sequence[str],
    *,
    chosen: str = "",
    keep: str = "",
) -> dict[str, Any]:
    """Return P&L as bars over the lines of -VaR and -ES in EUR, arrays of shape (n,).

    Exceptions are diamonds that lead to their ``address``, one of each in order; the ``chosen`` one is larger.
    """
    if not len(day):
        return figure([], y_title="EUR")
    line = {"type": "scatter", "mode": "lines", "x": list(day)}
    bars = {
        "type": "bar", "name": "P&L", "x": list(day), "y": typed(pnl), "marker": {"color": NEUTRAL},
        "hovertemplate": "%{y:,.0f} EUR<extra>P&L</extra>",
    }  # fmt: skip
    below = (
        ("-VaR", -var, {"color": SERIES[0], "width": 1.6, "shape": "hvh"}),
        ("-ES", -es, {"color": SERIES[1], "width": 1.2, "dash": "dot", "shape": "hvh"}),
    )
    traces: list[dict[str, Any]] = [
        bars,
        *(
            line
            | {
                "name": name, "y": typed(y), "line": pen,
                "hovertemplate": "%{y:,.0f} EUR<extra>" + name + "</extra>",
            }
            for name, y, pen in below
        ),
    ]  # fmt: skip
    at = np.flatnonzero(exception).tolist()
    if at:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "exception",
                "x": [day[n] for n in at],
                "y": typed(pnl[at]),
                "customdata": [["", "", to] for to in address],
                "marker": {
                    "color": DOWN,
                    "size": [13 if day[n] == chosen else 9 for n in at],
                    "symbol": "diamond",
                    "line": {"color": "#ffffff", "width": 1},
                },
                "hovertemplate": "click to open<extra>exception</extra>",
            }
        )
    return figure(
        traces,
        y_title="EUR, losses below zero",
        height=360,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date"},
        bargap=0.15,
    )


def cumulative_figure(
    day: Sequence[str],
    counts: Mapping[str, FloatArray1D],
    expected: FloatArray1D,
    yellow: FloatArray1D,
    red: FloatArray1D,
    *,
    keep: str = "",
) -> dict[str, Any]:
    """Return exceptions so far by method, beside those expected and the counts at which zones begin, shape (n,)."""
    if not len(day):
        return figure([], y_title="exceptions")
    base = {"type": "scatter", "mode": "lines", "x": list(day)}
    traces: list[dict[str, Any]] = [
        base
        | {
            "name": title,
            "y": typed(values),
            "line": {"color": SERIES[at % len(SERIES)], "width": 1.8, "shape": "hv"},
            "hovertemplate": "%{y:.0f}<extra>" + title + "</extra>",
        }
        for at, (title, values) in enumerate(counts.items())
    ]
    bounds = (
        ("expected", expected, NEUTRAL, "dash"),
        ("yellow zone", yellow, "#b8860b", "dot"),
        ("red zone", red, DOWN, "dot"),
    )
    traces += [
        base
        | {
            "name": name,
            "y": typed(values),
            "line": {"color": colour, "width": 1.2, "dash": dash},
            "hovertemplate": "%{y:.1f}<extra>" + name + "</extra>",
        }
        for name, values, colour, dash in bounds
    ]
    return figure(
        traces,
        y_title="exceptions so far",
        height=420,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date"},
        yaxis={"rangemode": "tozero"},
    )
