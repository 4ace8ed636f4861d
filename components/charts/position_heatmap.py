"""Net positions of books by delivery month, coloured by how much of the limit each takes up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html

from components.charts.theme import figure, typed
from portal.core.format import number
from portal.domain.portfolio.position_limits import AMBER_FROM, OVER_FROM, Headroom, headroom

CEILING = 1.4  # share of the limit from which the colour no longer changes
CALM, AMBER, OVER, NEUTRAL = ("#d5e6ee", "#5d97b3"), ("#f6cf6b", "#dd8f24"), ("#b03a1e", "#6f1d10"), "#aab2ba"
"""Light blue, yellow to orange, dark red: they differ in lightness too, so that no eye needs the hue."""
SCALE = [
    [0.0, CALM[0]],
    [AMBER_FROM / CEILING - 1e-6, CALM[1]],
    [AMBER_FROM / CEILING, AMBER[0]],
    [OVER_FROM / CEILING, AMBER[1]],
    [OVER_FROM / CEILING + 1e-6, OVER[0]],
    [1.0, OVER[1]],
]
LEGEND = (
    ("calm", "below 60 % of the limit"),
    ("amber", "60 to 100 %"),
    ("over", "over the limit, marked !"),
    ("none", "no limit is set"),
)
ROW_HEIGHT = 30


@dataclass(frozen=True)
class HeatLine:
    """One row: ``net`` and ``use`` of shape (m,), NaN where there is no position or no limit.

    ``scale`` is the size of the unit written into the cells, ``unit`` its name; ``limit`` is in that unit, NaN without.
    ``address`` holds for each month where a click leads.
    """

    label: str
    net: np.ndarray[Any, Any]
    use: np.ndarray[Any, Any]
    limit: float
    unit: str
    address: Sequence[str]


def heatmap_figure(months: Sequence[str], lines: Sequence[HeatLine], *, keep: str = "") -> dict[str, Any]:
    """Return the heat map; the first line is at the top. A zoom lasts while ``keep`` stays the same."""
    shape = (len(lines), len(months))
    net = np.array([line.net for line in lines]).reshape(shape)
    use = np.array([line.use for line in lines]).reshape(shape)
    state = headroom(use)
    bounded = np.where(np.isfinite(net) & (state != Headroom.NO_LIMIT), np.minimum(use, CEILING), np.nan)
    loose = np.where(np.isfinite(net) & (state == Headroom.NO_LIMIT), 0.0, np.nan)
    common: dict[str, Any] = {
        "type": "heatmap",
        "x": list(months),
        "y": [line.label for line in lines],
        "text": [
            [_text(value, int(found)) for value, found in zip(line.net, states, strict=True)]
            for line, states in zip(lines, state, strict=True)
        ],
        "texttemplate": "%{text}",
        "textfont": {"size": 10.5},
        "customdata": [
            [[address, _hover(line, at)] for at, address in enumerate(line.address)] for line in lines
        ],
        "hovertemplate": "%{y}, %{x}<br>%{customdata[1]}<extra></extra>",
        "hoverongaps": False,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    traces = [
        {**common, "z": typed(loose), "colorscale": [[0, NEUTRAL], [1, NEUTRAL]], "zmin": 0, "zmax": 1},
        {**common, "z": typed(bounded), "colorscale": SCALE, "zmin": 0, "zmax": CEILING},
    ]
    return figure(
        [trace for trace, there in zip(traces, (loose, bounded), strict=True) if np.isfinite(there).any()],
        x_title="delivery month",
        height=max(220, 90 + ROW_HEIGHT * len(lines)),
        legend=False,
        hovermode="closest",
        uirevision=keep,
        margin={"l": 130, "r": 8, "t": 8, "b": 56},
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": list(months), "tickangle": -45},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "dtick": 1},
    )


def _text(value: float, state: int) -> str:
    if not np.isfinite(value):
        return ""
    written = _short(value)
    return f"<b>{written}!</b>" if state == Headroom.OVER else written


def _short(value: float) -> str:
    """Return a number in at most five characters: 4.2, 42, 420, 4.2k, 42k."""
    if abs(value) < 999.5:
        return number(value, 1 if abs(value) < 9.95 else 0)
    return f"{number(value / 1e3, 1 if abs(value) < 9950 else 0)}k"


def _hover(line: HeatLine, at: int) -> str:
    net, use = float(line.net[at]), float(line.use[at])
    held = f"net {number(net, 1, signed=True)} {line.unit}"
    if not np.isfinite(line.limit):
        return f"{held}, no limit is set"
    used = f"{use * 100:,.0f} % of" if np.isfinite(use) else "over"
    return f"{held}, {used} the limit of {number(line.limit, 1)} {line.unit}"


def heatmap_legend() -> html.Ul:
    """Return the meaning of the colours in words."""
    return html.Ul(
        [
            html.Li([html.Span(className=f"es-heat-{kind}"), words], className="es-heat-key")
            for kind, words in LEGEND
        ],
        className="es-heat-legend",
    )
