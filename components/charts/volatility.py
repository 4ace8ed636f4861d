"""Pictures of volatility: the measures over time, the cone, and the term structure of a fitted model."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, days, figure, typed
from portal.domain.market.volatility import VolatilityCone

BANDS = ((0.0, 100.0, 0.10), (10.0, 90.0, 0.14), (25.0, 75.0, 0.20))  # lower and upper percentile, opacity
_BAND = "31,119,180"


def _axis(relative: bool) -> dict[str, Any]:
    """Return the axis of a volatility: decimals read as percent, levels as numbers from zero up."""
    return {"tickformat": ".0%" if relative else ",.2~f", "rangemode": "tozero"}


def _hover(relative: bool) -> str:
    return "%{y:.1%}" if relative else "%{y:,.2f}"


def volatility_figure(
    day: Sequence[date],
    lines: Sequence[tuple[str, np.ndarray]],
    *,
    unit: str,
    relative: bool,
    level: tuple[str, float] | None = None,
) -> dict[str, Any]:
    """Return volatilities over time, each of shape (n,), NaN where a window is not full; ``level`` is a dashed line."""
    x = days(day)
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            "y": typed(values),
            "line": {"color": SERIES[at], "width": 1.8 if at == 0 else 1.3},
            "hovertemplate": _hover(relative),
        }
        for at, (name, values) in enumerate(lines)
    ]
    if level is not None and x:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": level[0],
                "x": [x[0], x[-1]],
                "y": typed([level[1], level[1]]),
                "line": {"color": NEUTRAL, "width": 1.2, "dash": "dash"},
                "hovertemplate": _hover(relative),
            }
        )
    return figure(
        traces, y_title=f"volatility, {unit}", height=380, xaxis={"type": "date"}, yaxis=_axis(relative)
    )


def cone_figure(cone: VolatilityCone, *, unit: str, relative: bool) -> dict[str, Any]:
    """Return the cone: bands of percentiles by window length, the median, and where the volatility is now."""
    x = [str(h) for h in cone.horizons]
    traces: list[dict[str, Any]] = []
    for low, high, opacity in BANDS:
        for at, edge in enumerate((low, high)):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x,
                    "y": typed(cone.table[:, cone.percentiles.index(edge)]),
                    "name": "lowest to highest" if low == 0 else f"{low:.0f} to {high:.0f} %",
                    "line": {"width": 0},
                    "showlegend": bool(at),
                    "hoverinfo": "skip",
                    **({"fill": "tonexty", "fillcolor": f"rgba({_BAND},{opacity})"} if at else {}),
                }
            )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": typed(cone.table[:, cone.percentiles.index(50.0)]),
            "name": "median",
            "line": {"color": SERIES[0], "width": 1.6},
            "hovertemplate": _hover(relative),
        }
    )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": typed(cone.current),
            "name": "now",
            "line": {"color": SERIES[1], "width": 1.4, "dash": "dot"},
            "marker": {"size": 8},
            "hovertemplate": _hover(relative),
        }
    )
    return figure(
        traces,
        y_title=unit,
        x_title="window, days with a price",
        xaxis={"type": "category"},
        yaxis=_axis(relative),
    )


def term_figure(
    horizons: Sequence[int],
    term: np.ndarray,
    *,
    next_day: float,
    long_run: float | None,
    unit: str,
    relative: bool,
) -> dict[str, Any]:
    """Return the volatility of the h-day return by horizon; arrays have shape (h,).

    The flat line is tomorrow's volatility, which is what scaling with the square root of time assumes.
    """
    ends = [horizons[0], horizons[-1]]
    flat = {"type": "scatter", "mode": "lines", "x": ends, "hovertemplate": _hover(relative)}
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(horizons),
            "y": typed(term),
            "name": "GARCH, h-day return",
            "line": {"color": SERIES[2], "width": 2},
            "hovertemplate": _hover(relative),
        },
        {
            **flat,
            "y": typed([next_day, next_day]),
            "name": "square root of time",
            "line": {"color": SERIES[1], "width": 1.2, "dash": "dot"},
        },
    ]
    if long_run is not None:
        traces.append(
            {
                **flat,
                "y": typed([long_run, long_run]),
                "name": "long run",
                "line": {"color": NEUTRAL, "width": 1.2, "dash": "dash"},
            }
        )
    return figure(
        traces,
        y_title=unit,
        x_title="horizon, days with a price",
        xaxis={"type": "log", "tickvals": [1, 2, 5, 10, 21, 63, 126, 252], "showspikes": False},
        yaxis={"tickformat": ".0%" if relative else ",.2~f"},
    )
