"""Figures of forward curves: curves of several days, their replay, calendar spreads as a heat map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.charts.theme import DIVERGING, NEUTRAL, SERIES, figure, typed
from portal.core.precision import price_decimals
from portal.domain.market.curve_products import product_label

MARKS = {
    "quoted": ("circle", SERIES[0]),
    "interpolated": ("diamond-open", "#a86a00"),
    "rolled": ("square-open", "#6a6fb5"),
    "proxied": ("triangle-up-open", "#b5489a"),
}
"""Shape and colour of each node status: the shape alone tells them apart."""
DASHES = ("dot", "dash", "dashdot", "longdash", "longdashdot", "5px,2px", "2px,6px")


@dataclass(frozen=True, slots=True)
class Line:
    """One curve to draw: ``first`` and ``after`` are the first months of each product and of what follows it (ISO)."""

    name: str
    first: Sequence[str]
    after: Sequence[str]
    price: Sequence[float | None]


def curve_figure(
    shown: Line, status: Sequence[str], others: Sequence[Line], *, unit: str, steps: bool, keep: str = ""
) -> dict[str, Any]:
    """Return the curve shown with a mark for the status of each node, and earlier curves as thinner broken lines.

    ``steps`` draws each price over the length of its delivery, as for quarters, seasons and years. A zoom lasts while
    ``keep`` stays the same.
    """
    number = f",.{price_decimals(unit)}f"
    traces = [
        _line(other, colour=SERIES[1 + at % (len(SERIES) - 1)], dash=DASHES[at % len(DASHES)], steps=steps)
        | {"hovertemplate": f"%{{y:{number}}}<extra>{other.name}</extra>"}
        for at, other in enumerate(others)
    ]
    main = _line(shown, colour=SERIES[0], dash="solid", steps=steps)
    main |= {
        "line": {**main["line"], "width": 2.4},
        "customdata": [*status, status[-1]] if steps and status else list(status),
        "hovertemplate": f"%{{y:{number}}} · %{{customdata}}<extra>{shown.name}</extra>",
    }
    traces.append(main)
    traces += _marks(shown, status)
    return figure(
        traces,
        y_title=unit,
        x_title="delivery",
        height=400,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date", "hoverformat": "%b %Y", "tickformat": "%b %y"},
    )


def _line(line: Line, *, colour: str, dash: str, steps: bool) -> dict[str, Any]:
    x, y = list(line.first), [np.nan if price is None else price for price in line.price]
    if steps and x:  # the last price holds until the end of its delivery
        x, y = [*x, line.after[-1]], [*y, y[-1]]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": x,
        "y": typed(y),
        "connectgaps": False,
        "line": {"color": colour, "dash": dash, "width": 1.5, "shape": "hv" if steps else "linear"},
    }


def _marks(line: Line, status: Sequence[str]) -> list[dict[str, Any]]:
    """One trace of marks for each status there is, so that the legend explains the shapes."""
    traces = []
    for name, (symbol, colour) in MARKS.items():
        at = [i for i, found in enumerate(status) if found == name]
        if at:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [line.first[i] for i in at],
                    "y": typed([np.nan if (price := line.price[i]) is None else price for i in at]),
                    "marker": {"symbol": symbol, "size": 7, "color": colour, "line": {"width": 1.4}},
                    "hoverinfo": "skip",
                }
            )
    return traces


def replay_figure(
    front_day: Sequence[str],
    front: np.ndarray[Any, Any],
    last: Mapping[str, Any],
    *,
    unit: str,
    low: float,
    high: float,
    until: str,
    keep: str = "",
) -> dict[str, Any]:
    """Return the replay in its last state: the front's path so far, the curve of that day, the newest curve.

    ``last`` holds ``day``, ``x`` and ``y`` of the newest curve. The browser exchanges the second trace; the axes stay
    as wide as all days need (``low`` to ``high``, and to ``until``), so that the eye can follow.
    """
    number = f",.{price_decimals(unit)}f"
    pad = 0.05 * (high - low) or 1.0
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "front contract by trade day",
            "x": list(front_day),
            "y": typed(front),
            "line": {"color": NEUTRAL, "width": 1.2},
            "hovertemplate": f"%{{y:{number}}}<extra>front</extra>",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "curve on the day",
            "x": list(last["x"]),
            "y": typed(last["y"]),
            "line": {"color": SERIES[1], "width": 2.2},
            "marker": {"size": 5},
            "hovertemplate": f"%{{y:{number}}}<extra>curve</extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"curve of {last['day']}",
            "x": list(last["x"]),
            "y": typed(last["y"]),
            "line": {"color": SERIES[0], "width": 1.4, "dash": "dot"},
            "hovertemplate": f"%{{y:{number}}}<extra>{last['day']}</extra>",
        },
    ]
    return figure(
        traces,
        y_title=unit,
        x_title="trade day, then delivery",
        height=380,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date", "range": [front_day[0], until], "hoverformat": "%d %b %Y"},
        yaxis={"range": [low - pad, high + pad]},
    )


def spread_map_figure(
    keys: Sequence[str], value: np.ndarray[Any, Any], *, unit: str, keep: str = ""
) -> dict[str, Any]:
    """Return near less far for all pairs as a heat map, ``value`` of shape (n, n) with NaN where there is none."""
    labels = [product_label(key) for key in keys]
    known = value[np.isfinite(value)]
    edge = float(np.abs(known).max()) if known.size else 1.0
    number = f"+,.{price_decimals(unit)}f"
    trace = {
        "type": "heatmap",
        "x": labels,
        "y": labels,
        "z": typed(value),
        "colorscale": DIVERGING,
        "zmid": 0,
        "zmin": -edge,
        "zmax": edge,
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "title": {"text": unit, "side": "right"},
            "thickness": 10,
            "len": 0.9,
            "outlinewidth": 0,
        },
        "hovertemplate": f"%{{y}} less %{{x}}: %{{z:{number}}} {unit}<extra></extra>",
    }
    return figure(
        [trace],
        x_title="far delivery",
        y_title="near delivery",
        height=400,
        legend=False,
        hovermode="closest",
        uirevision=keep,
        xaxis={"type": "category", "tickangle": -45, "nticks": 14},
        yaxis={"type": "category", "autorange": "reversed", "nticks": 14},
    )


def product_figure(
    day: Sequence[str], price: np.ndarray[Any, Any], *, name: str, unit: str, zero: bool, keep: str = ""
) -> dict[str, Any]:
    """Return the history of one product or spread with its mean; ``zero`` marks the zero line of a spread."""
    number = f",.{price_decimals(unit)}f"
    mean = float(np.mean(price)) if len(price) else 0.0
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": list(day),
            "y": typed(price),
            "line": {"color": SERIES[0], "width": 1.6},
            "hovertemplate": f"%{{y:{number}}}",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"mean {mean:{number}}",
            "x": [day[0], day[-1]] if len(day) else [],
            "y": typed([mean, mean] if len(day) else []),
            "line": {"color": NEUTRAL, "width": 1, "dash": "dash"},
            "hoverinfo": "skip",
        },
    ]
    return figure(
        traces,
        y_title=unit,
        height=410,
        legend=True,
        uirevision=keep,
        xaxis={"type": "date"},
        yaxis={"zeroline": zero},
    )
