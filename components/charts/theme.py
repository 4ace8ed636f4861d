"""What all figures share: colours, margins, hover, and arrays in the compact form that the browser reads.

Figures are plain dictionaries. Their colours of text, grid and background come from ``assets/charts.css``, so that the
theme switches in the browser without a figure being drawn again; the colours here are those of an exported PNG.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

SERIES = ("#1f77b4", "#d1762b", "#0f8a6d", "#b5489a", "#8a7a2a", "#4aa3c7", "#c2502f", "#6a6fb5")
"""Colour-blind-safe, legible on white and on dark; used in this order."""
UP, DOWN, NEUTRAL, WARN = "#0f8a6d", "#c2502f", "#7b8794", "#c08a1e"
DIVERGING = [[0.0, "#b2572d"], [0.25, "#dfa27d"], [0.5, "#e9ebee"], [0.75, "#7fb5ab"], [1.0, "#0d6d60"]]
SEQUENTIAL = [[0.0, "#eef3f6"], [0.35, "#a9c9d6"], [0.7, "#3f86a3"], [1.0, "#134a63"]]

TRACES = frozenset(
    {"bar", "box", "candlestick", "contour", "heatmap", "histogram", "scatter", "violin", "waterfall"}
)
"""Kinds of trace that the portal's bundle of plotly.js can draw. After adding one here run ``make charts``."""

CONFIG: Any = {
    "displaylogo": False,
    "displayModeBar": False,
    "modeBarButtonsToRemove": ["sendChartToCloud"],
    "plotlyServerURL": "",
    "responsive": True,
}

_TYPES = {"float64": "f8", "float32": "f4", "int32": "i4", "int16": "i2", "uint8": "u1", "int8": "i1"}


def typed(values: Sequence[float] | np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return numbers as the base-64 typed array of the figure schema: half the size of text, no parsing."""
    array: np.ndarray[Any, Any] = np.asarray(values, dtype=np.float64)
    narrow = array.astype(np.float32)
    if np.array_equal(narrow.astype(np.float64), array, equal_nan=True):
        array = narrow
    out: dict[str, Any] = {
        "dtype": _TYPES[array.dtype.name],
        "bdata": base64.b64encode(array.tobytes()).decode(),
    }
    if array.ndim == 2:
        out["shape"] = f"{array.shape[0]}, {array.shape[1]}"
    return out


def days(values: Sequence[date | datetime]) -> list[str]:
    """Return dates as the ISO text that a date axis reads."""
    return [value.isoformat() for value in values]


def figure(
    traces: Sequence[Mapping[str, Any]],
    *,
    y_title: str = "",
    x_title: str = "",
    height: int = 340,
    legend: bool | None = None,
    **layout: Any,
) -> dict[str, Any]:
    """Return a figure with the house layout; ``y_title`` carries the unit; ``layout`` is merged last.

    Raises
    ------
    ValueError
        A trace is of a kind that the bundle of plotly.js does not hold.
    """
    unknown = {str(trace.get("type", "scatter")) for trace in traces} - TRACES
    if unknown:
        raise ValueError(
            f"The bundle of plotly.js cannot draw {', '.join(sorted(unknown))}. "
            "Add the kind to TRACES in components/charts/theme.py and run `make charts`."
        )
    axis = {
        "showgrid": True,
        "gridcolor": "#e4e8ec",
        "zeroline": False,
        "linecolor": "#c9d0d7",
        "ticks": "",
        "automargin": True,
    }
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 56, "r": 16, "t": 12, "b": 36},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font": {
            "family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
            "size": 12,
            "color": "#3b4754",
        },
        "colorway": list(SERIES),
        "hovermode": "x unified",
        "hoverlabel": {"font": {"size": 12}},
        "showlegend": len(traces) > 1 if legend is None else legend,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
        "xaxis": {**axis, "title": {"text": x_title, "standoff": 8}, "showgrid": False},
        "yaxis": {**axis, "title": {"text": y_title, "standoff": 8}},
        "dragmode": "zoom",
        "uirevision": "keep",
    }
    return {"data": [dict(trace) for trace in traces], "layout": merge(base, layout)}


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``over`` laid on top, dictionary by dictionary."""
    out = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merge(out[key], value) if both else value
    return out
