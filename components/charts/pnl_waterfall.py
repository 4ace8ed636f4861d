"""The bridge of a profit or loss: one bar for each part, each on top of the last, and the total at the end."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, UP, figure, typed
from portal.core.arrays import FloatArray1D
from portal.core.format import number

SCALES = ((5e6, 1e6, "EUR m"), (5e3, 1e3, "EUR k"), (0.0, 1.0, "EUR"))
"""From this size on: divisor and unit of the axis."""


MOST_WITH_TEXT = (
    11  # bars; the figures above more of them would run into each other, as would slanted names below
)


def scale_of(values: FloatArray1D) -> tuple[float, str]:
    """Return the divisor and the unit that keep the axis short."""
    largest = float(np.abs(values).max(initial=0.0))
    return next((divisor, unit) for least, divisor, unit in SCALES if largest >= least)


def waterfall_figure(
    labels: Sequence[str],
    value: FloatArray1D,
    *,
    low: FloatArray1D | None = None,
    high: FloatArray1D | None = None,
    links: Sequence[str] = (),
    total: str = "Total",
    height: int = 400,
) -> dict[str, Any]:
    """Return the bridge of ``value``, shape (n,), in EUR, from 0 to the total.

    ``low`` and ``high`` are drawn as whiskers: what each part would be if the causes had happened in another order.
    ``links`` are addresses that a click on a bar leads to; they travel in the figure's ``customdata``.
    """
    ends = np.concatenate([np.cumsum(value), [0.0]])
    base = np.concatenate([[0.0], ends[:-2], [0.0]]) if len(value) else np.zeros(1)
    sizes = np.concatenate([value, [value.sum()]])
    divisor, unit = scale_of(np.concatenate([ends, sizes]))
    decimals = 0 if divisor == 1.0 else 1
    colours = [UP if one >= 0 else DOWN for one in value.tolist()] + [SERIES[0]]
    names = [*labels, total]
    bars: dict[str, Any] = {
        "type": "bar",
        "x": names,
        "y": typed(sizes / divisor),
        "base": typed(base / divisor),
        "marker": {"color": colours},
        "width": 0.62,
        "text": [
            number(one / divisor, decimals if abs(one) < 1000.0 * divisor else 0, signed=True)
            for one in sizes.tolist()
        ]
        if len(names) <= MOST_WITH_TEXT
        else [""] * len(names),
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "customdata": [
            [number(one, 0, signed=True), said, link]
            for one, said, link in zip(
                sizes.tolist(),
                _spans(low, high, len(names)),
                [*links, *[""] * (len(names) - len(links))],
                strict=True,
            )
        ],
        "hovertemplate": "%{x}: %{customdata[0]} EUR%{customdata[1]}<extra></extra>",
    }
    notes: list[dict[str, Any]] = []
    if low is not None and high is not None:
        above, below = high - value, value - low
        if (above + below > 0.005).any():
            notes = _beyond_whiskers(bars["text"], base, sizes, low, high, divisor)
            bars["text"] = [""] * len(names)
            bars["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": typed(np.concatenate([above, [0.0]]) / divisor),
                "arrayminus": typed(np.concatenate([below, [0.0]]) / divisor),
                "color": NEUTRAL,
                "thickness": 1.4,
                "width": 5,
            }
    return figure(
        [bars],
        y_title=unit,
        height=height,
        legend=False,
        hovermode="closest",
        margin={"t": 26},
        xaxis={"type": "category", "fixedrange": True, **_names_below(len(names))},
        yaxis={"zeroline": True, "zerolinecolor": NEUTRAL, "range": _range(ends, low, high, value, divisor)},
        shapes=_connectors(ends / divisor),
        annotations=notes,
    )


def _names_below(count: int) -> dict[str, Any]:
    """How the names of the bars are written: upright where there are so many that slanted ones would overlap."""
    if count > MOST_WITH_TEXT:
        return {"tickangle": -90, "tickfont": {"size": 11}}
    return {"tickangle": -32 if count > 3 else 0}


def _beyond_whiskers(
    texts: Sequence[str],
    base: FloatArray1D,
    sizes: FloatArray1D,
    low: FloatArray1D,
    high: FloatArray1D,
    divisor: float,
) -> list[dict[str, Any]]:
    """The figures of the bars, above or below the whiskers instead of across them."""
    out = []
    for at, (text, start, size) in enumerate(zip(texts, base.tolist(), sizes.tolist(), strict=True)):
        reach = [0.0, size] if at >= len(low) else [0.0, size, float(low[at]), float(high[at])]
        up = size >= 0
        out.append(
            {
                "x": at,
                "y": (start + (max(reach) if up else min(reach))) / divisor,
                "yanchor": "bottom" if up else "top",
                "text": text,
                "showarrow": False,
                "font": {"size": 11},
            }
        )
    return out


def _spans(low: FloatArray1D | None, high: FloatArray1D | None, count: int) -> list[str]:
    """The band of each bar in words for the hover; empty where the order does not matter."""
    if low is None or high is None:
        return [""] * count
    said = [
        f"<br>{number(least, 0, signed=True)} to {number(most, 0, signed=True)} in other orders"
        if most - least > 0.5
        else ""
        for least, most in zip(low.tolist(), high.tolist(), strict=True)
    ]
    return [*said, *[""] * (count - len(said))]


def _range(
    ends: FloatArray1D,
    low: FloatArray1D | None,
    high: FloatArray1D | None,
    value: FloatArray1D,
    divisor: float,
) -> list[float]:
    """The axis from the lowest to the highest point of bars and whiskers, with room for the figures at the bars."""
    points = [ends, np.zeros(1)]
    if low is not None and high is not None:
        begin = ends[:-1] - value if len(value) else np.zeros(0)
        points += [begin + low, begin + high]
    every = np.concatenate(points) / divisor
    least, most = float(every.min()), float(every.max())
    room = 0.12 * (most - least or 1.0)
    return [least - room, most + room]


def _connectors(ends: FloatArray1D) -> list[dict[str, Any]]:
    """Thin lines from the end of each bar to the next."""
    return [
        {
            "type": "line",
            "xref": "x",
            "x0": at + 0.31,
            "x1": at + 0.69,
            "y0": float(end),
            "y1": float(end),
            "line": {"color": NEUTRAL, "width": 0.8},
        }
        for at, end in enumerate(ends[:-1].tolist())
    ]
