"""Pictures of correlation: the matrix as a heat map, and correlations over time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from components.charts.theme import DIVERGING, SERIES, days, figure, typed

READABLE = 14  # instruments up to which numbers fit into the cells
DASHES = ("solid", "dash", "dot")


def matrix_figure(names: Sequence[str], matrix: np.ndarray) -> dict[str, Any]:
    """Return correlations of shape (k, k) as a heat map with its numbers, the first instrument at the top left."""
    k = len(names)
    shown = [[None if not np.isfinite(v) else round(v, 4) for v in row] for row in matrix.tolist()]
    trace = {
        "type": "heatmap",
        "x": list(names),
        "y": list(names),
        "z": shown,
        "zmin": -1,
        "zmax": 1,
        "colorscale": DIVERGING,
        "xgap": 1,
        "ygap": 1,
        "texttemplate": "%{z:.2f}"
        if k <= READABLE
        else "",  # its size follows the cells; too small, it is left out
        "showscale": k > READABLE,
        "hovertemplate": "%{y} and %{x}: %{z:.3f}<extra></extra>",
        "colorbar": {"thickness": 10, "len": 0.9, "outlinewidth": 0},
    }
    return figure(
        [trace],
        height=max(320, 150 + 34 * k),
        hovermode="closest",
        margin={"l": 90, "r": 8, "t": 8, "b": 70},
        xaxis={"type": "category", "tickangle": -40, "showgrid": False, "title": {"text": ""}},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "title": {"text": ""}},
    )


def rolling_figure(day: Sequence[date], paths: Mapping[str, np.ndarray], *, against: str) -> dict[str, Any]:
    """Return correlations with ``against`` over time, one line of shape (n,) for each other instrument."""
    x = days(day)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            "y": typed(path),
            "line": {"width": 1.4, "color": SERIES[at % len(SERIES)], "dash": DASHES[at // len(SERIES) % 3]},
            "hovertemplate": "%{y:+.2f}",
        }
        for at, (name, path) in enumerate(paths.items())
    ]
    return figure(
        traces,
        y_title=f"correlation with {against}",
        height=360,
        legend=True,
        xaxis={"type": "date"},
        yaxis={"range": [-1.02, 1.02], "zeroline": True, "zerolinecolor": "#c9d0d7", "tickformat": "+.1f"},
    )
