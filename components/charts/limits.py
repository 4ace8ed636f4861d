"""Figures of Risk > Limits: how much of each limit is used, and the use of one limit by day."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, WARN, figure, typed
from portal.core.arrays import FloatArray1D

COLOURS = {"over limit": DOWN, "near limit": WARN, "within limit": SERIES[0], "no value": NEUTRAL}
LONGEST_BREAK = 10  # calendar days without a value that a line crosses: weekends and holidays
MOST = 1.6  # uses beyond it are cut at the edge of the picture; their text tells the number


def use_figure(limit: Sequence[str], use: Sequence[float | None], status: Sequence[str]) -> dict[str, Any]:
    """Return the share that is used of each limit as bars against a line at 100 %, the first on top."""
    if not limit:
        return figure([])
    known = np.array([0.0 if value is None else value for value in use])[::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(reversed(limit)),
        "x": typed(100 * np.minimum(known, MOST)),
        "marker": {"color": [COLOURS.get(word, NEUTRAL) for word in reversed(status)]},
        "text": ["no value" if value is None else f"{100 * value:.0f} %" for value in reversed(use)],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": list(reversed(status)),
        "hovertemplate": "%{y}: %{text} used, %{customdata}<extra></extra>",
    }
    end = 100 * float(min(max(known.max(initial=0.0) * 1.12, 1.15), MOST))
    return figure(
        [bars],
        x_title="% of the hard tier",
        height=76 + 34 * len(limit),
        hovermode="closest",
        xaxis={"range": [0, end], "showgrid": True, "fixedrange": True},
        yaxis={"type": "category", "automargin": True, "showgrid": False, "fixedrange": True},
        shapes=[_line("x", 100.0, DOWN)],
    )


def history_figure(day: Sequence[str], use: FloatArray1D, *, soft: float, keep: str = "") -> dict[str, Any]:
    """Return the use by day, shape (n,), against both tiers; ``soft`` is the share from which the limit warns."""
    if not len(day) or not np.isfinite(use).any():
        return figure([])
    share = np.where(np.isfinite(use), 100 * use, np.nan)
    # days that nobody computed are no line between those before and after
    gaps = np.flatnonzero(np.diff(np.array(day, "M8[D]")).astype(np.int64) > LONGEST_BREAK) + 1
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "used",
        "x": np.insert(np.array(day, "M8[D]"), gaps, np.array(day, "M8[D]")[gaps]).astype(str).tolist(),
        "y": typed(np.insert(share, gaps, np.nan)),
        "line": {"color": SERIES[0], "width": 1.8},
        "hovertemplate": "%{x}: %{y:.1f} %<extra>used</extra>",
    }
    traces: list[dict[str, Any]] = [line]
    over = np.flatnonzero(np.nan_to_num(share) > 100)
    if len(over):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "over the limit",
                "x": [day[at] for at in over.tolist()],
                "y": typed(share[over]),
                "marker": {"color": DOWN, "size": 6},
                "hovertemplate": "%{y:.1f} %<extra>over the limit</extra>",
            }
        )
    top = float(max(np.nanmax(share) * 1.08, 110))
    return figure(
        traces,
        y_title="% of the hard tier",
        height=320,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date"},
        yaxis={"range": [0, top]},
        shapes=[_line("y", 100.0, DOWN), _line("y", 100.0 * soft, WARN)],
    )


def _line(axis: str, at: float, colour: str) -> dict[str, Any]:
    """Return a dashed line right across at a value of one axis."""
    other = "y" if axis == "x" else "x"
    return {
        "type": "line", f"{axis}0": at, f"{axis}1": at, f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper",
        "line": {"color": colour, "width": 1.2, "dash": "dash"},
    }  # fmt: skip
