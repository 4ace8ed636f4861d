"""Figures of Forecast > Accuracy: scores by group for some models, reliability of quantiles, and the PIT."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, figure, typed
from portal.core.arrays import FloatArray1D

_BAND = "rgba(123, 135, 148, 0.22)"


def profile_figure(
    groups: Sequence[str],
    values: Mapping[str, Sequence[float | None]],
    *,
    baseline: str = "",
    x_title: str = "",
    y_title: str = "",
    keep: str = "",
) -> dict[str, Any]:
    """Return a line of a score over groups for each model; the ``baseline`` is dashed and grey.

    ``values`` holds a list by model in the order of ``groups``; None leaves a gap.
    """
    if not groups or not values:
        return figure([], y_title=y_title)
    traces: list[dict[str, Any]] = []
    colour = iter(SERIES * 2)
    for label, line in values.items():
        naive = label == baseline
        pen = (
            {"color": NEUTRAL, "width": 1.6, "dash": "dash"}
            if naive
            else {"color": next(colour), "width": 1.9}
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label,
                "x": list(groups),
                "y": typed([np.nan if value is None else value for value in line]),
                "line": pen,
                "marker": {"size": 4},
                "hovertemplate": "%{y:,.3f}<extra>" + label + "</extra>",
            }
        )
    return figure(
        traces, y_title=y_title, x_title=x_title, height=300, legend=True, uirevision=keep,
        xaxis={"type": "category", "nticks": 12}, yaxis={"rangemode": "tozero"},
    )  # fmt: skip


def calibration_figure(
    levels: FloatArray1D, observed: FloatArray1D, lower: FloatArray1D, upper: FloatArray1D, *, keep: str = ""
) -> dict[str, Any]:
    """Return observed against nominal shares with the band that luck explains, arrays of shape (q,), in percent."""
    if not len(levels):
        return figure([], y_title="% observed below")
    x = [f"{value:g}" for value in (100.0 * levels).tolist()]
    at = typed(100.0 * levels)
    base = {"type": "scatter", "x": at, "mode": "lines"}
    edge = {"line": {"width": 0, "color": NEUTRAL}, "showlegend": False, "hoverinfo": "skip"}
    outside = (observed < lower) | (observed > upper)
    traces: list[dict[str, Any]] = [
        base | edge | {"name": "band from", "y": typed(100.0 * lower)},
        base
        | edge
        | {"name": "95 % band", "y": typed(100.0 * upper), "fill": "tonexty", "fillcolor": _BAND, "showlegend": True},
        base
        | {
            "name": "right", "y": at, "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}, "hoverinfo": "skip",
        },
        base
        | {
            "name": "observed", "y": typed(100.0 * observed), "mode": "lines+markers", "text": x,
            "line": {"color": SERIES[0], "width": 1.9},
            "marker": {"size": 8, "symbol": ["diamond" if out else "circle" for out in outside.tolist()]},
            "hovertemplate": "%{y:.1f} % below the %{text} % quantile<extra></extra>",
        },
    ]  # fmt: skip
    return figure(
        traces, x_title="% nominal", y_title="% observed below", height=340, legend=True, uirevision=keep,
        hovermode="closest", xaxis={"range": [0, 100]}, yaxis={"range": [0, 100]},
    )  # fmt: skip


def pit_figure(shares: FloatArray1D, *, keep: str = "") -> dict[str, Any]:
    """Return the share of what happened in each tenth of the forecast, in percent, beside the 10 % of an honest one."""
    if not len(shares):
        return figure([], y_title="% of values")
    x = [f"{10 * at}–{10 * at + 10}" for at in range(len(shares))]
    traces = [
        {
            "type": "bar", "name": "share", "x": x, "y": typed(100.0 * shares), "marker": {"color": SERIES[0]},
            "hovertemplate": "%{y:.1f} %<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "name": "right", "x": x, "y": typed(np.full(len(shares), 10.0)),
            "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}, "hoverinfo": "skip",
        },
    ]  # fmt: skip
    return figure(
        traces, x_title="% of the forecast distribution", y_title="% of values", height=340, legend=False,
        uirevision=keep, bargap=0.1, xaxis={"type": "category"},
    )  # fmt: skip
