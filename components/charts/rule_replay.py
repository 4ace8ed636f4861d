"""The figure of a rule over stored history: what it read, the level, and when it would have fired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, days, figure, typed
from portal.core.arrays import FloatArray1D

MOST_POINTS = 1_200
MOST_SPANS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """What one subject read at each moment (seconds since 1970 UTC), shape (n,); NaN where nothing was known."""

    name: str
    moments: FloatArray1D
    reading: FloatArray1D


def thinned(
    moments: FloatArray1D, reading: FloatArray1D, *, falling: bool
) -> tuple[FloatArray1D, FloatArray1D]:
    """Return at most :data:`MOST_POINTS` points: of each stretch the reading nearest to firing; no peak is lost."""
    block = -(-len(reading) // MOST_POINTS) if len(reading) else 1
    if block <= 1:
        return moments, reading
    whole = len(reading) // block * block
    parts = reading[:whole].reshape(-1, block)
    filled = np.where(np.isnan(parts), np.inf if falling else -np.inf, parts)
    at = np.arange(len(parts)) * block + (filled.argmin(axis=1) if falling else filled.argmax(axis=1))
    return moments[at], reading[at]


def replay_figure(
    lines: Sequence[Line], fired: Sequence[tuple[datetime, datetime]], *, level: float, clear_level: float, falling:
    bool, title: str, percent: bool = False, band: tuple[FloatArray1D, FloatArray1D, FloatArray1D] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the readings with the level as a line and the times of firing shaded.

    ``title`` names the axis with its unit; ``band`` is (moments, low, high) of what is usual.
    """
    known = [line for line in lines if np.isfinite(line.reading).any()]
    if not known:
        return figure([])
    size = 100.0 if percent else 1.0
    traces = [] if band is None else _band(*band, size)
    for at, line in enumerate(known):
        moments, reading = thinned(line.moments, line.reading * size, falling=falling)
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": line.name, "x": _times(moments), "y": typed(reading),
                "line": {"color": SERIES[at % len(SERIES)], "width": 1.5}, "connectgaps": False,
                "hovertemplate": "%{y:.4~g}<extra>" + line.name.replace("<", "") + "</extra>",
            }
        )  # fmt: skip
    shapes: list[dict[str, Any]] = [_span(begin, end) for begin, end in fired[:MOST_SPANS]]
    shapes += [] if band is not None else _levels(level * size, clear_level * size)
    return figure(
        traces, y_title=title, height=320, legend=len(traces) > 1, xaxis={"type": "date"}, shapes=shapes,
        yaxis={"range": _range(known, level * size, size) if band is None else None},
    )  # fmt: skip


def _range(lines: Sequence[Line], level: float, size: float) -> list[float]:
    """Return an axis that shows the readings and the level."""
    every = np.concatenate([line.reading[np.isfinite(line.reading)] for line in lines]) * size
    low, high = min(float(every.min()), level, 0.0), max(float(every.max()), level)
    room = 0.08 * ((high - low) or 1.0)
    return [low - (room if low < 0 else 0.0), high + room]


def _times(moments: FloatArray1D) -> list[str]:
    return days([datetime.fromtimestamp(at, UTC) for at in moments.tolist()])


def _band(moments: FloatArray1D, low: FloatArray1D, high: FloatArray1D, size: float) -> list[dict[str, Any]]:
    every = max(1, -(-len(moments) // MOST_POINTS))
    x = _times(moments[::every])
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        {**edge, "y": typed(low[::every] * size), "showlegend": False},
        {
            **edge, "y": typed(high[::every] * size), "fill": "tonexty", "fillcolor": "rgba(123,135,148,0.22)",
            "name": "usual",
        },
    ]  # fmt: skip


def _span(begin: datetime, end: datetime) -> dict[str, Any]:
    return {
        "type": "rect", "x0": begin.isoformat(), "x1": end.isoformat(), "y0": 0, "y1": 1, "yref": "paper",
        "fillcolor": DOWN, "opacity": 0.16, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _levels(level: float, clear: float) -> list[dict[str, Any]]:
    line = {"type": "line", "x0": 0, "x1": 1, "xref": "paper"}
    found = [{**line, "y0": level, "y1": level, "line": {"color": DOWN, "width": 1.4, "dash": "dash"}}]
    if clear != level:
        found.append(
            {**line, "y0": clear, "y1": clear, "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}}
        )
    return found
