"""How many people used the portal on each day, and how often they signed in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from components.charts.theme import SERIES, days, figure, typed


def usage_figure(day: Sequence[date], sessions: Sequence[int], people: Sequence[int]) -> dict[str, Any]:
    """Return people as bars and sessions opened as a line, by day (UTC)."""
    if not any([*sessions, *people]):
        return figure([])
    bars = {
        "type": "bar",
        "name": "people",
        "x": days(day),
        "y": typed(people),
        "marker": {"color": SERIES[0]},
        "hovertemplate": "%{x|%a %-d %b}: %{y:,.0f} people<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "sessions opened",
        "x": days(day),
        "y": typed(sessions),
        "line": {"color": SERIES[1], "width": 2},
        "marker": {"size": 5},
        "hovertemplate": "%{x|%a %-d %b}: %{y:,.0f} sessions<extra></extra>",
    }
    return figure(
        [bars, line],
        y_title="people, sessions a day",
        height=280,
        legend=True,
        bargap=0.25,
        xaxis={"type": "date", "showgrid": False},
        yaxis={"rangemode": "tozero", "showgrid": True},
    )
