"""Figures of Forecast > Models: the error of one or two trials by step ahead, beside the naive's."""

from collections.abc import Sequence
from typing import Any

from components.charts.theme import NEUTRAL, SERIES, figure, typed
from portal.core.arrays import FloatArray1D


def step_figure(
    step: Sequence[int],
    errors: Sequence[tuple[str, FloatArray1D]],
    naive: FloatArray1D,
    *,
    unit: str,
    keep: str = "",
) -> dict[str, Any]:
    """Return the mean absolute error by step ahead of each named trial, with the naive's dashed, shape (h,)."""
    if not len(step):
        return figure([], y_title=unit)
    base = {"type": "scatter", "mode": "lines+markers" if len(step) < 30 else "lines", "x": list(step)}
    traces: list[dict[str, Any]] = [
        base
        | {
            "name": "seasonal naive", "y": typed(naive), "mode": "lines",
            "line": {"color": NEUTRAL, "width": 1.4, "dash": "dash"},
            "hovertemplate": "%{y:,.3f}<extra>seasonal naive</extra>",
        }
    ]  # fmt: skip
    for at, (name, values) in enumerate(errors):
        traces.append(
            base
            | {
                "name": name, "y": typed(values), "marker": {"size": 5},
                "line": {"color": SERIES[at % len(SERIES)], "width": 2.0},
                "hovertemplate": "%{y:,.3f}<extra>" + name + "</extra>",
            }
        )  # fmt: skip
    return figure(
        traces,
        y_title=f"mean absolute error, {unit}" if unit else "mean absolute error",
        x_title="steps ahead",
        height=320,
        legend=True,
        uirevision=keep,
        yaxis={"rangemode": "tozero"},
    )
