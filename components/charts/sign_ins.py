"""When people signed in, failed to, or were turned away: by hour, and by weekday and hour."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from components.charts.theme import DOWN, SEQUENTIAL, SERIES, WARN, days, figure, typed

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def tries_figure(
    hour: Sequence[datetime], good: Sequence[int], bad: Sequence[int], blocked: Sequence[int]
) -> dict[str, Any]:
    """Return stacked bars by hour (UTC)."""
    if not hour or not any([*good, *bad, *blocked]):
        return figure([])
    parts = (("succeeded", good, SERIES[0]), ("failed", bad, DOWN), ("turned away", blocked, WARN))
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": days(hour),
            "y": typed(values),
            "marker": {"color": colour},
            "hovertemplate": f"%{{x|%a %-d %b %H:%M}} UTC: %{{y:,.0f}} {name}<extra></extra>",
        }
        for name, values, colour in parts
    ]
    return figure(
        bars,
        y_title="tries an hour",
        height=260,
        legend=True,
        barmode="stack",
        bargap=0.1,
        xaxis={"type": "date", "showgrid": False},
        yaxis={"rangemode": "tozero", "showgrid": True},
    )


def week_figure(hour: Sequence[datetime], tries: Sequence[int]) -> dict[str, Any]:
    """Return all tries by weekday and hour of the day (UTC); what is dark is when people come."""
    if not any(tries):
        return figure([])
    table = np.zeros((7, 24))
    for when, count in zip(hour, tries, strict=True):
        table[when.weekday(), when.hour] += count
    trace = {
        "type": "heatmap",
        "x": [f"{at:02d}" for at in range(24)],
        "y": list(WEEKDAYS),
        "z": typed(table),
        "colorscale": SEQUENTIAL,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{y} %{x}:00 UTC: %{z:,.0f} tries<extra></extra>",
    }
    return figure(
        [trace],
        x_title="hour of the day, UTC",
        height=260,
        xaxis={"type": "category", "showgrid": False, "automargin": False},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "automargin": False},
        margin={"b": 48},
    )
