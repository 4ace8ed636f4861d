"""The course of the samples of a service."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from components.charts.theme import days, figure, typed


def samples_figure(
    series: Mapping[str, tuple[Sequence[datetime], Sequence[float]]], *, name: str, unit: str
) -> dict[str, Any]:
    """Return a line for each of ``series`` (by its labels); one without labels is called ``name``."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines" if len(values) > 1 else "markers",
            "name": labels or name,
            "x": days(moments),
            "y": typed(values),
            "hovertemplate": "%{y:,.3~f}",
            "line": {"width": 1.6},
        }
        for labels, (moments, values) in series.items()
        if len(values)
    ]
    return figure(traces, y_title=unit, x_title="UTC", height=320, yaxis={"rangemode": "tozero"})
