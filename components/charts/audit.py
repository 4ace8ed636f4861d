"""How busy the audit log was: entries by day, and how many of them tell of a refusal or failure."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from components.charts.theme import DOWN, SERIES, days, figure, typed

LEAST_DAYS = 14  # so that a young log is not one broad bar


def entries_figure(day: Sequence[date], entries: Sequence[int], refused: Sequence[int]) -> dict[str, Any]:
    """Return stacked bars of what was done and what was refused or failed, by UTC day; ``entries`` counts both."""
    if not day:
        return figure([])
    known = {when: (both - bad, bad) for when, both, bad in zip(day, entries, refused, strict=True)}
    last = max(day)
    first = min(*day, last - timedelta(days=LEAST_DAYS - 1))
    every = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    parts = [[known.get(when, (0, 0))[at] for when in every] for at in range(2)]
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": days(every),
            "y": typed(values),
            "marker": {"color": colour},
            "hovertemplate": f"%{{x}}: %{{y:,.0f}} {name}<extra></extra>",
        }
        for name, values, colour in (("done", parts[0], SERIES[0]), ("refused or failed", parts[1], DOWN))
    ]
    return figure(
        bars,
        y_title="entries a day",
        height=240,
        legend=True,
        barmode="stack",
        bargap=0.25,
        xaxis={"type": "date", "showgrid": False, "tickformat": "%-d %b"},
        yaxis={"rangemode": "tozero", "showgrid": True},
    )
