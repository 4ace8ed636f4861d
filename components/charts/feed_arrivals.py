"""When the deliveries of a feed came, against when they were due: one point a day, minutes above the line are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from components.charts.theme import DOWN, NEUTRAL, SERIES, WARN, days, figure, typed


@dataclass(frozen=True, slots=True)
class Arrival:
    """One due delivery; ``minutes`` after it was due, None when it has not come."""

    day: date
    minutes: float | None
    rows: int | None
    outcome: str


_COLOURS = {"in time": SERIES[0], "late": WARN, "missing": DOWN, "waiting": NEUTRAL}
_SYMBOLS = {"in time": "circle", "late": "triangle-up", "missing": "x", "waiting": "circle-open"}


def arrivals_figure(found: Sequence[Arrival], *, grace_minutes: float, keep: str = "") -> dict[str, Any]:
    """Return the picture of due deliveries by the day that they hold; what has not come stands on the deadline."""
    if not found:
        return figure([])
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": "Late above", "hoverinfo": "skip",
            "x": days([found[0].day, found[-1].day]), "y": typed([grace_minutes, grace_minutes]),
            "line": {"color": NEUTRAL, "width": 1.2, "dash": "dash"},
        }
    ]  # fmt: skip
    for outcome, colour in _COLOURS.items():
        shown = [one for one in found if one.outcome == outcome]
        if shown:
            traces.append(
                {
                    "type": "scatter", "mode": "markers", "name": outcome.capitalize(),
                    "x": days([one.day for one in shown]),
                    "y": typed([grace_minutes if one.minutes is None else one.minutes for one in shown]),
                    "text": ["" if one.rows is None else f", {one.rows:,} rows" for one in shown],
                    "marker": {"color": colour, "symbol": _SYMBOLS[outcome], "size": 9},
                    "hovertemplate": "%{x|%Y-%m-%d}: " + outcome
                    + ("" if outcome in ("missing", "waiting") else ", %{y:.0f} min after due")
                    + "%{text}<extra></extra>",
                }
            )  # fmt: skip
    return figure(
        traces, y_title="Minutes after due", x_title="Day of the delivery", height=280, legend=True,
        hovermode="closest", uirevision=keep or "keep", xaxis={"type": "date", "tickformat": "%d %b"},
    )  # fmt: skip
