"""Figures of Monitoring > SLOs: how an error budget was spent, and how fast it burns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from components.charts.theme import DOWN, SERIES, WARN, days, figure, typed
from portal.core.arrays import FloatArray1D


def budget_figure(ends: Sequence[datetime], left: FloatArray1D, lost: FloatArray1D) -> dict[str, Any]:
    """Return the share of the budget that was left at each hour, shape (n,), and what failed in it as bars.

    One hour is no line: the axis would show its milliseconds.
    """
    if len(left) < 2:
        return figure([])
    share = 100 * left
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": "budget left", "x": days(ends), "y": typed(share),
            "line": {"color": SERIES[0], "width": 2, "shape": "hv"},
            "hovertemplate": "%{y:.2f} %<extra>budget left</extra>",
        }
    ]  # fmt: skip
    if np.any(lost > 0):
        traces.append(
            {
                "type": "bar", "name": "failed in the hour", "x": days(ends), "y": typed(lost), "yaxis": "y2",
                "marker": {"color": DOWN}, "opacity": 0.55, "hovertemplate": "%{y:,.0f}<extra>failed</extra>",
            }
        )  # fmt: skip
    low = min(0.0, float(share.min()))
    begin, end = low - 0.04 * (100 - low), 104.0
    most = 1.08 * max(float(lost.max()), 1.0)  # both axes have their zero at the same height
    return figure(
        traces,
        y_title="% of the budget",
        height=320,
        legend=True,
        margin={"r": 56},
        xaxis={"type": "date"},
        yaxis={"range": [begin, end], "zeroline": False},
        yaxis2={
            "overlaying": "y", "side": "right", "range": [most * begin / end, most],
            "tickmode": "auto", "showgrid": False, "automargin": True,
            "title": {"text": "failed an hour", "standoff": 8},
        },
        shapes=[_level(0.0, DOWN)],
    )  # fmt: skip


def burn_figure(
    ends: Sequence[datetime], rates: Mapping[str, FloatArray1D], levels: Sequence[float]
) -> dict[str, Any]:
    """Return burn rates by the name of their window, each of shape (n,), against the levels of alerts."""
    known = {name: rate for name, rate in rates.items() if np.isfinite(rate).any()}
    if not known or len(ends) < 2:
        return figure([])
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": f"over {name}", "x": days(ends), "y": typed(rate),
            "line": {"color": SERIES[at], "width": 1.6}, "connectgaps": False,
            "hovertemplate": f"%{{y:.2f}} ×<extra>over {name}</extra>",
        }
        for at, (name, rate) in enumerate(known.items())
    ]  # fmt: skip
    top = max(float(np.nanmax(rate)) for rate in known.values())
    shown = [level for level in sorted(levels) if level <= 1.6 * top] or [min(levels)]
    return figure(
        traces,
        y_title="× the allowed rate",
        height=280,
        legend=True,
        xaxis={"type": "date"},
        yaxis={"range": [0, 1.1 * max(top, *shown)]},
        shapes=[_level(level, DOWN if level > 1 else WARN) for level in shown],
    )


def _level(at: float, colour: str) -> dict[str, Any]:
    return {
        "type": "line", "y0": at, "y1": at, "x0": 0, "x1": 1, "xref": "paper",
        "line": {"color": colour, "width": 1.2, "dash": "dash"},
    }  # fmt: skip
