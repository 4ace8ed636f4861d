"""Pictures of one price: candles with volume and averages, and several prices on one scale."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, UP, days, figure, typed

AVERAGES = (20, 50, 200)
BAND_WINDOW, BAND_WIDTH = 20, 2.0


def moving_average(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of the last ``window`` values at each point, shape (n,); NaN before there are that many."""
    out = np.full(len(values), np.nan)
    if len(values) >= window:
        total = np.cumsum(np.insert(values, 0, 0.0))
        out[window - 1 :] = (total[window:] - total[:-window]) / window
    return out


def moving_deviation(values: np.ndarray, window: int) -> np.ndarray:
    """Return the standard deviation (divisor n) of the last ``window`` values at each point, shape (n,)."""
    out = np.full(len(values), np.nan)
    if len(values) >= window:
        out[window - 1 :] = np.lib.stride_tricks.sliding_window_view(values, window).std(axis=1)
    return out


def price_figure(
    day: Sequence[date],
    *,
    open_: np.ndarray,
    high: np.ndarray,
    low: np.ndarray,
    settle: np.ndarray,
    volume: np.ndarray,
    unit: str,
    candles: bool,
    averages: Sequence[int] = (),
    bands: bool = False,
    log: bool = False,
    shown_from: date | None = None,
) -> dict[str, Any]:
    """Return candles (or a line) with volume below; averages and bands are computed on all rows given.

    Arrays have shape (n,). ``shown_from`` cuts the view, so that averages are complete at its left edge.
    """
    at = days(day)
    keep = slice(next((i for i, d in enumerate(day) if shown_from is None or d >= shown_from), len(at)), None)
    x = at[keep]
    traces: list[dict[str, Any]] = []
    if bands:
        mean, deviation = moving_average(settle, BAND_WINDOW), moving_deviation(settle, BAND_WINDOW)
        edge = {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "line": {"width": 0.8, "color": NEUTRAL},
            "hoverinfo": "skip",
        }
        traces.append(
            {**edge, "y": typed((mean + BAND_WIDTH * deviation)[keep]), "name": "band", "showlegend": False}
        )
        traces.append(
            {
                **edge,
                "y": typed((mean - BAND_WIDTH * deviation)[keep]),
                "name": f"{BAND_WINDOW} d ± {BAND_WIDTH:.0f} sd",
                "fill": "tonexty",
                "fillcolor": "rgba(123,135,148,0.14)",
            }
        )
    if candles:
        traces.append(
            {
                "type": "candlestick",
                "x": x,
                "open": typed(open_[keep]),
                "high": typed(high[keep]),
                "low": typed(low[keep]),
                "close": typed(settle[keep]),
                "name": "price",
                "increasing": {"line": {"color": UP, "width": 1}},
                "decreasing": {"line": {"color": DOWN, "width": 1}},
                "showlegend": False,
            }
        )
    else:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": typed(settle[keep]),
                "name": "settle",
                "line": {"color": SERIES[0], "width": 1.6},
                "hovertemplate": "%{y:,.2f}",
            }
        )
    for number, window in enumerate(averages):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": typed(moving_average(settle, window)[keep]),
                "name": f"{window} d average",
                "line": {"width": 1.2, "color": SERIES[1 + number]},
                "hovertemplate": "%{y:,.2f}",
            }
        )
    has_volume = bool(np.isfinite(volume[keep]).any())
    if has_volume:
        traces.append(
            {
                "type": "bar",
                "x": x,
                "y": typed(np.nan_to_num(volume[keep])),
                "yaxis": "y2",
                "name": "volume",
                "marker": {"color": NEUTRAL},
                "opacity": 0.55,
                "showlegend": False,
                "hovertemplate": "%{y:,.0f} lots",
            }
        )
    layout: dict[str, Any] = {
        "xaxis": {
            "rangeslider": {"visible": False},
            "type": "date",
            "domain": [0, 1],
            "anchor": "y2" if has_volume else "y",
        },
        "yaxis": {"type": "log" if log else "linear", "domain": [0.26, 1] if has_volume else [0, 1]},
    }
    if has_volume:
        layout["yaxis2"] = {
            "domain": [0, 0.2],
            "title": {"text": "lots"},
            "automargin": True,
            "gridcolor": "#e4e8ec",
            "nticks": 3,
            "tickformat": "~s",
        }
    return figure(traces, y_title=unit, height=460, legend=bool(averages) or bands, **layout)


def normalised_figure(named: Sequence[tuple[str, Sequence[date], np.ndarray]]) -> dict[str, Any]:
    """Return several prices as an index that is 100 on the first day all of them have; each needs positive prices."""
    start = max(day[0] for _, day, _ in named)
    traces = []
    for name, day, settle in named:
        first = next(i for i, d in enumerate(day) if d >= start)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": days(day[first:]),
                "y": typed(100.0 * settle[first:] / settle[first]),
                "line": {"width": 1.6},
                "hovertemplate": "%{y:,.1f}",
            }
        )
    return figure(traces, y_title=f"index, {start:%Y-%m-%d} = 100", height=320)


def absolute_figure(named: Sequence[tuple[str, Sequence[date], np.ndarray]], unit: str) -> dict[str, Any]:
    """Return several prices of one unit as change since the first common day, for prices that are not all positive."""
    start = max(day[0] for _, day, _ in named)
    traces = []
    for name, day, settle in named:
        first = next(i for i, d in enumerate(day) if d >= start)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": days(day[first:]),
                "y": typed(settle[first:] - settle[first]),
                "line": {"width": 1.6},
                "hovertemplate": "%{y:+,.2f}",
            }
        )
    return figure(traces, y_title=f"{unit}, change since {start:%Y-%m-%d}", height=320)
