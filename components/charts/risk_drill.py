"""Figures of Risk > Drill-down: what adds to a figure and what hedges, by part, and by portfolio and factor."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import DIVERGING, SERIES, figure, typed
from portal.core.arrays import FloatArray1D, FloatArray2D

MOST_BARS = 18
HEDGES = SERIES[2]
ADDS = SERIES[0]


def component_figure(names: Sequence[str], parts: FloatArray1D) -> dict[str, Any]:
    """Return components as bars, the largest on top, in EUR; those that hedge go to the left. Shape (g,)."""
    if not len(names):
        return figure([], x_title="EUR")
    shown, rest = list(names[:MOST_BARS]), parts[MOST_BARS:]
    values = parts[:MOST_BARS]
    if len(rest):
        shown, values = [*shown, f"{len(rest)} others"], np.append(values, rest.sum())
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(reversed(shown)),
        "x": typed(values[::-1]),
        "marker": {"color": [ADDS if value >= 0.0 else HEDGES for value in values[::-1].tolist()]},
        "hovertemplate": "%{y}: %{x:,.0f} EUR<extra></extra>",
    }
    return figure(
        [trace], x_title="EUR, hedges below zero", height=90 + 24 * len(shown),
        yaxis={"type": "category", "automargin": True},
    )  # fmt: skip


def heat_figure(nodes: Sequence[str], groups: Sequence[str], parts: FloatArray2D) -> dict[str, Any]:
    """Return components by portfolio and group of factors as a heat map centred on zero, shape (p, g), in EUR."""
    if not parts.size:
        return figure([])
    most = float(np.abs(parts).max()) or 1.0
    trace = {
        "type": "heatmap",
        "x": list(groups),
        "y": list(reversed(nodes)),
        "z": typed(parts[::-1]),
        "colorscale": [[share, colour] for share, colour in zip(
            (0.0, 0.25, 0.5, 0.75, 1.0), (colour for _, colour in reversed(DIVERGING)), strict=True
        )],
        "zmin": -most,
        "zmax": most,
        "xgap": 2,
        "ygap": 2,
        "text": [[_short(value) for value in row] for row in parts[::-1].tolist()],
        "texttemplate": "%{text}",
        "textfont": {"size": 10.5},
        "hovertemplate": "%{y}, %{x}: %{z:,.0f} EUR<extra></extra>",
        "colorbar": {"title": {"text": "EUR"}, "thickness": 12},
    }  # fmt: skip
    return figure(
        [trace], height=130 + 34 * len(nodes), xaxis={"type": "category", "tickangle": -35, "automargin": True},
        yaxis={"type": "category", "automargin": True},
    )  # fmt: skip


def _short(value: float) -> str:
    """Return an amount in thousands or millions; nothing for one that would read as zero."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:,.1f}m"
    return f"{value / 1e3:,.0f}k" if size >= 5e2 else ""
