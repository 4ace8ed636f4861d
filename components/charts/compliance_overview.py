"""Figures of Compliance > Overview: findings by day, and by regime."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.charts.theme import DOWN, NEUTRAL, WARN, figure, typed

COLOURS = {"block": DOWN, "flag": WARN, "gap": NEUTRAL}
NAMES = {"block": "blocked", "flag": "flagged", "gap": "lacked facts"}


def day_figure(day: Sequence[str], counts: Mapping[str, Sequence[int]], *, keep: str = "") -> dict[str, Any]:
    """Return stacked bars of findings by day of the event; ``counts`` by action, each of the length of ``day``."""
    if not day:
        return figure([], y_title="findings")
    bars = [
        {
            "type": "bar",
            "name": NAMES[action],
            "x": list(day),
            "y": typed([float(number) for number in counts[action]]),
            "marker": {"color": COLOURS[action]},
            "hovertemplate": "%{y:,.0f}<extra>" + NAMES[action] + "</extra>",
        }
        for action in NAMES
        if any(counts[action])
    ]
    return figure(
        bars, y_title="findings", height=300, legend=True, barmode="stack", uirevision=keep,
        xaxis={"type": "date"}, yaxis={"rangemode": "tozero"},
    )  # fmt: skip


def regime_figure(regime: Sequence[str], counts: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Return stacked horizontal bars of findings by regime, the first on top."""
    if not regime:
        return figure([], x_title="findings")
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": NAMES[action],
            "y": list(reversed(regime)),
            "x": typed([float(number) for number in reversed(counts[action])]),
            "marker": {"color": COLOURS[action]},
            "hovertemplate": "%{y}: %{x:,.0f}<extra>" + NAMES[action] + "</extra>",
        }
        for action in NAMES
        if any(counts[action])
    ]
    return figure(
        bars, x_title="findings", height=max(300, 90 + 30 * len(regime)), legend=True, barmode="stack",
        hovermode="closest", xaxis={"showgrid": True, "rangemode": "tozero"},
        yaxis={"type": "category", "automargin": True, "showgrid": False},
    )  # fmt: skip
