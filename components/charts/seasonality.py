"""Pictures of a season: the months against the trend, the years over each other, and the parts of the price."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, figure, typed

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BAND = "rgba(31,119,180,0.15)"


def month_figure(
    effect: np.ndarray, low: np.ndarray, high: np.ndarray, *, unit: str, relative: bool
) -> dict[str, Any]:
    """Return the usual effect of each month as bars with the range of all years; arrays have shape (12,)."""
    hover = "%{y:+.1%}" if relative else "%{y:+,.2f}"
    x = list(MONTHS)
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hovertemplate": hover}
    traces: list[dict[str, Any]] = [
        {**edge, "y": typed(low), "name": "smallest", "showlegend": False},
        {**edge, "y": typed(high), "name": "smallest to largest", "fill": "tonexty", "fillcolor": _BAND},
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": typed(effect),
            "name": "usual",
            "line": {"color": SERIES[0], "width": 2.2},
            "marker": {"size": 6},
            "hovertemplate": hover,
        },
    ]
    return figure(
        traces,
        y_title=unit,
        xaxis={"type": "category", "tickvals": x, "ticktext": [month[0] for month in x], "tickangle": 0},
        yaxis={"tickformat": "+.0%" if relative else "+,.2~f", "zeroline": True, "zerolinecolor": "#c9d0d7"},
    )


def overlay_figure(years: Sequence[int], table: np.ndarray, *, unit: str) -> dict[str, Any]:
    """Return one line for each year over the days of a leap year, shape (n_years, 366); the newest year is thick.

    Earlier years fade with their age; the dashed line is their median on days that at least two of them cover, with
    the days between two prices of a year read off the line between them.
    """
    leap = np.datetime64("2000-01-01") + np.arange(table.shape[1])
    traces: list[dict[str, Any]] = []
    earlier = list(years[:-1])
    for at, year in enumerate(earlier):
        keep = np.isfinite(table[at])
        age = len(earlier) - 1 - at
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": str(year),
                "x": leap[keep].astype(str).tolist(),
                "y": typed(table[at, keep]),
                "line": {"color": SERIES[1 + age % (len(SERIES) - 1)], "width": 1.1},
                "opacity": max(0.35, 0.9 - 0.1 * age),
                "hovertemplate": "%{y:,.2f}",
            }
        )
    if len(earlier) > 1:
        covered = np.array([_between(row) for row in table[:-1]])
        enough = np.isfinite(covered).sum(axis=0) >= 2
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "median",
                "x": leap[enough].astype(str).tolist(),
                "y": typed(np.nanmedian(covered[:, enough], axis=0)),
                "line": {"color": NEUTRAL, "width": 1.6, "dash": "dash"},
                "hovertemplate": "%{y:,.2f}",
            }
        )
    if len(years):
        keep = np.isfinite(table[-1])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": str(years[-1]),
                "x": leap[keep].astype(str).tolist(),
                "y": typed(table[-1, keep]),
                "line": {"color": SERIES[0], "width": 3},
                "hovertemplate": "<b>%{y:,.2f}</b>",
            }
        )
    drawn = figure(
        traces,
        y_title=unit,
        height=400,
        xaxis={"type": "date", "tickformat": "%b", "nticks": 12, "hoverformat": "%d %b"},
    )
    drawn["layout"]["legend"]["entrywidth"] = 58  # years are short: several fit into a line on a phone
    return drawn


def _between(values: np.ndarray) -> np.ndarray:
    """Return ``values`` of shape (n,) with the gaps between two known ones filled linearly."""
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return values
    filled: np.ndarray = np.interp(np.arange(len(values)), known, values[known], left=np.nan, right=np.nan)
    return filled


def parts_figure(
    months: Sequence[str],
    means: np.ndarray,
    trend: np.ndarray,
    season: np.ndarray,
    remainder: np.ndarray,
    *,
    unit: str,
    relative: bool,
) -> dict[str, Any]:
    """Return the price with its trend, its season and its remainder one above the other; arrays have shape (n,)."""
    x = list(months)
    line = {"type": "scatter", "mode": "lines", "x": x}
    price, effect = "%{y:,.2f}", "%{y:+.1%}" if relative else "%{y:+,.2f}"
    traces = [
        {
            **line,
            "y": typed(means),
            "name": "monthly mean",
            "line": {"color": SERIES[0], "width": 1.2},
            "hovertemplate": price,
        },
        {
            **line,
            "y": typed(trend),
            "name": "trend",
            "line": {"color": SERIES[1], "width": 2},
            "hovertemplate": price,
        },
        {
            **line,
            "y": typed(season),
            "name": "season",
            "yaxis": "y2",
            "line": {"color": SERIES[2]},
            "hovertemplate": effect,
        },
        {
            "type": "bar",
            "x": x,
            "y": typed(remainder),
            "name": "remainder",
            "yaxis": "y3",
            "marker": {"color": NEUTRAL},
            "hovertemplate": effect,
        },
    ]
    small = {
        "automargin": True,
        "gridcolor": "#e4e8ec",
        "zeroline": True,
        "zerolinecolor": "#c9d0d7",
        "nticks": 4,
        "tickformat": "+.0%" if relative else "+,.2~f",
        "ticks": "",
    }
    return figure(
        traces,
        y_title=unit,
        height=480,
        xaxis={"type": "date", "anchor": "y3"},
        yaxis={"domain": [0.52, 1]},
        yaxis2={**small, "domain": [0.27, 0.47], "title": {"text": "season"}},
        yaxis3={**small, "domain": [0, 0.22], "title": {"text": "remainder"}},
    )
