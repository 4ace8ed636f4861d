"""Figures of Forecast: the fan of a served forecast, how earlier ones held, and what drove it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, WARN, figure, typed
from portal.core.arrays import FloatArray1D

FAN = SERIES[0]
_SHADES = {0.95: 0.14, 0.8: 0.2, 0.5: 0.3}
Band = tuple[FloatArray1D, FloatArray1D]


def _shade(share: float) -> str:
    red, green, blue = (int(FAN[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_SHADES.get(share, 0.2)})"


def _line(name: str, x: Sequence[str], y: FloatArray1D, unit: str, **line: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": typed(y),
        "line": line,
        "connectgaps": False,
        "hovertemplate": f"%{{y:,.2f}} {unit}<extra>{name}</extra>",
    }


def _bands(x: Sequence[str], bands: Mapping[float, Band]) -> list[dict[str, Any]]:
    """Return two traces for each band, the widest first, so that narrower ones lie on top."""
    traces: list[dict[str, Any]] = []
    for share, (low, high) in sorted(bands.items(), reverse=True):
        edge: dict[str, Any] = {
            "type": "scatter",
            "mode": "lines",
            "x": list(x),
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        group = f"{100 * share:g} %"
        traces.append(edge | {"y": typed(low), "showlegend": False, "legendgroup": group, "name": group})
        traces.append(
            edge
            | {
                "y": typed(high),
                "fill": "tonexty",
                "fillcolor": _shade(share),
                "legendgroup": group,
                "name": f"{group} band",
            }
        )
    return traces


def fan_figure(
    past: tuple[Sequence[str], FloatArray1D],
    ahead: Sequence[str],
    median: FloatArray1D,
    bands: Mapping[float, Band],
    *,
    naive: FloatArray1D,
    actual: FloatArray1D,
    unit: str,
    hourly: bool,
    served: bool = True,
    keep: str = "",
) -> dict[str, Any]:
    """Return history, median, bands, the seasonal naive and what has arrived.

    ``past`` holds the stamps and values that were known, ``ahead`` the h stamps of the forecast; ``median``, ``naive``,
    ``actual`` and both ends of each band have shape (h,). ``served`` False draws the naive alone, without
    a median.
    """
    x, known = past
    if not len(x) and not len(ahead):
        return figure([], y_title=unit)
    seam = list(x[-1:]) + list(ahead)
    drawn = np.concatenate([known[-1:], median])
    traces = _bands(ahead, bands)
    traces.append(_line("Known", x, known, unit, color=NEUTRAL, width=1.5))
    if served:
        traces.append(_line("Median", seam, drawn, unit, color=FAN, width=2.2))
    traces.append(_line("Seasonal naive", ahead, naive, unit, color=SERIES[1], width=1.4, dash="dot"))
    if np.isfinite(actual).any():
        traces.append(_line("Actual", ahead, actual, unit, color=SERIES[2], width=2.0))
    mark = [
        {
            "type": "line", "x0": seam[0], "x1": seam[0], "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": NEUTRAL, "width": 1, "dash": "dash"},
        }
    ]  # fmt: skip
    return figure(
        traces, y_title=unit, x_title="local time" if hourly else "", height=420, legend=True, uirevision=keep,
        xaxis={"type": "date"}, shapes=mark if len(x) and len(ahead) else [],
    )  # fmt: skip


def past_figure(
    x: Sequence[str],
    actual: FloatArray1D,
    median: FloatArray1D,
    band: Band,
    *,
    naive: FloatArray1D,
    unit: str,
    keep: str = "",
) -> dict[str, Any]:
    """Return earlier medians with their 80 % bands under what happened, and the naive; arrays of shape (n,)."""
    if not len(x):
        return figure([], y_title=unit)
    low, high = band
    outside = np.flatnonzero((actual < low) | (actual > high))
    traces = [
        *_bands(x, {0.8: band}),
        _line("Median", x, median, unit, color=FAN, width=1.6),
        _line("Seasonal naive", x, naive, unit, color=SERIES[1], width=1.1, dash="dot"),
        _line("Actual", x, actual, unit, color=SERIES[2], width=1.8),
    ]
    if len(outside):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Outside the band",
                "x": [x[at] for at in outside.tolist()],
                "y": typed(actual[outside]),
                "marker": {"color": WARN, "size": 5},
                "hovertemplate": f"%{{y:,.2f}} {unit}<extra>outside the 80 % band</extra>",
            }
        )
    return figure(traces, y_title=unit, height=320, legend=True, uirevision=keep, xaxis={"type": "date"})


def driver_figure(names: Sequence[str], weights: Sequence[float]) -> dict[str, Any]:
    """Return the weights of drivers as bars, the largest on top."""
    if not names:
        return figure([], x_title="weight")
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(reversed(names)),
        "x": typed(np.array(weights)[::-1]),
        "marker": {"color": FAN},
        "hovertemplate": "%{y}: %{x:,.3f}<extra></extra>",
    }
    return figure(
        [trace], x_title="weight", height=max(220, 60 + 26 * len(names)),
        yaxis={"type": "category", "automargin": True},
    )  # fmt: skip
