"""Figures of Portfolio > Valuation: the stored closes of books over time, and value by commodity or kind."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, figure, typed
from portal.core.arrays import FloatArray1D

MOST_LINES = len(SERIES)


def history_figure(
    day: Sequence[str], value: Mapping[str, FloatArray1D], *, keep: str = ""
) -> dict[str, Any]:
    """Return the sum of the books as one line, with a thin line for each of the books that moved most, in EUR.

    ``value`` holds arrays of shape (n,), NaN where a book has no close.
    """
    if not day or not value:
        return figure([], y_title="EUR")
    total = np.nansum(np.array(list(value.values())), axis=0)
    spread = {
        code: np.nanmax(array) - np.nanmin(array) for code, array in value.items() if np.isfinite(array).any()
    }
    chosen = sorted(spread, key=lambda code: -spread[code])[:MOST_LINES]
    traces = [_line(day, value[code], code, SERIES[at], 1.1) for at, code in enumerate(chosen)]
    if len(value) > 1:
        traces.append(_line(day, total, "all books", NEUTRAL, 2.4))
    return figure(traces, y_title="EUR", height=380, legend=True, uirevision=keep, xaxis={"type": "date"})


def _line(day: Sequence[str], value: FloatArray1D, name: str, colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(day),
        "y": typed(value),
        "connectgaps": False,
        "line": {"color": colour, "width": width},
        "hovertemplate": f"%{{y:,.0f}} EUR<extra>{name}</extra>",
    }


def split_figure(
    parts: Sequence[str], unrealised: Sequence[float], realised: Sequence[float]
) -> dict[str, Any]:
    """Return unrealised and realised money by part as bars side by side, in EUR."""
    if not parts:
        return figure([], y_title="EUR")
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(parts),
            "y": typed(np.array(values)),
            "marker": {"color": colour},
            "hovertemplate": f"%{{x}}: %{{y:,.0f}} EUR<extra>{name}</extra>",
        }
        for name, values, colour in (("unrealised", unrealised, SERIES[0]), ("realised", realised, SERIES[1]))
    ]
    return figure(traces, y_title="EUR", height=380, legend=True, barmode="group", xaxis={"type": "category"})
