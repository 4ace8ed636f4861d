"""The figure of Compliance > Checks: what rules stopped, flagged or could not judge, by day of the event."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from components.charts.theme import DOWN, NEUTRAL, WARN, days, figure, typed

COLOURS = {"block": DOWN, "flag": WARN, "gap": NEUTRAL}


def findings_figure(
    day: Sequence[date], series: Mapping[str, Sequence[int]], titles: Mapping[str, str]
) -> dict[str, Any]:
    """Return stacked bars by day, one colour for each action; ``series`` holds counts of shape (days,)."""
    bars = [
        {
            "type": "bar",
            "name": titles[action],
            "x": days(day),
            "y": typed(values),
            "marker": {"color": COLOURS.get(action, NEUTRAL)},
            "hovertemplate": "%{x}: %{y}<extra>" + titles[action] + "</extra>",
        }
        for action, values in series.items()
        if any(values)
    ]
    return figure(
        bars, y_title="records", height=260, barmode="stack", xaxis={"type": "date"},
        yaxis={"title": {"text": "records"}, "tickformat": "d", "rangemode": "tozero"},
    )  # fmt: skip
