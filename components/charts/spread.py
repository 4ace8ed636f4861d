"""Figures of spreads: history with percentile bands and z-score, distribution, legs, years over each other."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, UP, figure, typed
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.precision import price_decimals

OUTER, INNER = "rgba(31,119,180,0.13)", "rgba(31,119,180,0.22)"


def history_figure(
    day: Sequence[str],
    value: FloatArray1D,
    bands: FloatArray2D,
    zscore: FloatArray1D,
    *,
    unit: str,
    window: int,
    keep: str = "",
) -> dict[str, Any]:
    """Return the spread with rolling percentile bands, and its z-score below.

    ``value`` and ``zscore`` have shape (n,), ``bands`` (5, n): 5th, 25th, 50th, 75th and 95th percentile.
    """
    number = f",.{price_decimals(unit)}f"
    x = list(day)
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    traces: list[dict[str, Any]] = []
    if np.isfinite(bands).any():
        pairs = ((0, 4, OUTER, "5th to 95th percentile"), (1, 3, INNER, "25th to 75th percentile"))
        for low, high, colour, name in pairs:
            traces.append({**edge, "y": typed(bands[low])})
            traces.append(
                {
                    **edge,
                    "y": typed(bands[high]),
                    "fill": "tonexty",
                    "fillcolor": colour,
                    "name": f"{name}, {window} d",
                    "showlegend": True,
                }
            )
        traces.append(
            {
                **edge,
                "y": typed(bands[2]),
                "name": "median",
                "line": {"width": 1, "dash": "dash", "color": NEUTRAL},
                "showlegend": True,
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "spread",
            "x": x,
            "y": typed(value),
            "line": {"color": SERIES[0], "width": 1.8},
            "hovertemplate": f"%{{y:{number}}}<extra>spread</extra>",
        }
    )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "z-score",
            "x": x,
            "y": typed(zscore),
            "yaxis": "y2",
            "line": {"color": SERIES[1], "width": 1.2},
            "showlegend": False,
            "hovertemplate": "%{y:+.2f} sd<extra>z-score</extra>",
        }
    )
    limits = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "yref": "y2",
            "y0": at,
            "y1": at,
            "line": {"color": NEUTRAL, "width": 0.8, "dash": "dot" if at else "solid"},
        }
        for at in (-2, 0, 2)
    ]
    return figure(
        traces,
        y_title=unit,
        height=440,
        legend=True,
        uirevision=keep,
        shapes=limits,
        xaxis={"type": "date", "anchor": "y2"},
        yaxis={"domain": [0.32, 1]},
        yaxis2={
            "domain": [0, 0.24],
            "title": {"text": "z, sd"},
            "automargin": True,
            "gridcolor": "#e4e8ec",
            "nticks": 4,
            "zeroline": False,
        },
    )


def bins(value: FloatArray1D) -> tuple[FloatArray1D, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the edges, shape (k + 1,), and counts, shape (k,), of a histogram of ``value``."""
    count, edge = np.histogram(value, bins=min(40, max(8, round(float(np.sqrt(len(value))) * 2))))
    return edge, count.astype(np.int64)


def distribution_figure(
    value: FloatArray1D, *, latest: float, mean: float, percentile: float, unit: str
) -> dict[str, Any]:
    """Return the histogram of the look-back with marks for the newest value and the mean."""
    edge, count = bins(value)
    middle, width = (edge[:-1] + edge[1:]) / 2, np.diff(edge)
    number = f",.{price_decimals(unit)}f"
    trace = {
        "type": "bar",
        "x": typed(middle),
        "y": typed(count.astype(np.float64)),
        "width": typed(width * 0.96),
        "marker": {"color": SERIES[0]},
        "opacity": 0.6,
        "customdata": [f"{a:{number}} to {b:{number}}" for a, b in pairwise(edge.tolist())],
        "hovertemplate": "%{customdata}: %{y} days<extra></extra>",
    }
    side = "left" if latest < (edge[0] + edge[-1]) / 2 else "right"
    marks = [
        _mark(latest, SERIES[1], f"newest {latest:{number}}, percentile {percentile * 100:.0f}", side, 16),
        _mark(mean, NEUTRAL, f"mean {mean:{number}}", side, 0, dash="dash"),
    ]
    return figure(
        [trace],
        x_title=unit,
        y_title="days",
        height=440,
        legend=False,
        hovermode="closest",
        bargap=0,
        margin={"t": 40},
        shapes=[mark["shape"] for mark in marks],
        annotations=[mark["note"] for mark in marks],
    )


def _mark(at: float, colour: str, text: str, side: str, lift: int, *, dash: str = "solid") -> dict[str, Any]:
    """An upright line with a word above it, on the ``side`` that has room, ``lift`` pixels up."""
    line = {"color": colour, "width": 2, "dash": dash}
    return {
        "shape": {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line},
        "note": {
            "x": at,
            "yref": "paper",
            "y": 1,
            "yshift": lift,
            "text": text,
            "showarrow": False,
            "xanchor": side,
            "yanchor": "bottom",
            "font": {"size": 11, "color": "#3b4754"},
        },
    }


def legs_figure(labels: Sequence[str], value: Sequence[float], total: float, *, unit: str) -> dict[str, Any]:
    """Return the contributions of the legs as a bridge to the spread."""
    number = f"+,.{price_decimals(unit)}f"
    trace = {
        "type": "waterfall",
        "x": [*labels, "spread"],
        "y": [*value, total],
        "measure": [*("relative" for _ in labels), "total"],
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": SERIES[0]}},
        "connector": {"line": {"color": NEUTRAL, "width": 0.8}},
        "texttemplate": f"%{{delta:{number}}}",
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": f"%{{x}}: %{{delta:{number}}} {unit}<extra></extra>",
    }
    return figure(
        [trace],
        y_title=unit,
        height=384,
        legend=False,
        hovermode="closest",
        margin={"t": 26},
        xaxis={"type": "category"},
        yaxis={"zeroline": True},
    )


def years_figure(years: Sequence[int], table: FloatArray2D, *, unit: str) -> dict[str, Any]:
    """Return the years over each other, ``table`` of shape (years, 366); the newest is thick."""
    first = np.datetime64("2000-01-01")  # a leap year: each day keeps its place
    number = f",.{price_decimals(unit)}f"
    traces = []
    for at, year in enumerate(years):
        known = np.flatnonzero(np.isfinite(table[at]))
        newest = at == len(years) - 1
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": str(year),
                "x": [str(first + int(place)) for place in known],
                "y": typed(table[at][known]),
                "line": {
                    "width": 2.6 if newest else 1.1,
                    "color": SERIES[(len(years) - 1 - at) % len(SERIES)],
                },
                "opacity": 1.0 if newest else 0.75,
                "hovertemplate": f"%{{y:{number}}}<extra>{year}</extra>",
            }
        )
    return figure(
        traces,
        y_title=unit,
        height=340,
        legend=True,
        xaxis={"type": "date", "tickformat": "%b", "hoverformat": "%d %b", "dtick": "M1"},
    )
