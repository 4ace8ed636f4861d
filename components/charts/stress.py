"""Figures of Risk > Stress: scenarios by portfolio as a heat map, and the parts of one scenario as bars."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.pnl_waterfall import scale_of
from components.charts.theme import DIVERGING, DOWN, NEUTRAL, UP, figure, typed
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.format import number

ROW_HEIGHT = 27
MOST_NAME = 34  # characters of a scenario's title beside its row


def matrix_figure(
    scenarios: Sequence[str], portfolios: Sequence[str], pnl: FloatArray2D, *, keep: str = ""
) -> dict[str, Any]:
    """Return P&L of shape (scenarios, portfolios) in EUR as a heat map, losses in brown, the first row at the top.

    Each column has its own scale, so that a small book is not paled by the whole desk.
    """
    if not len(scenarios) or not len(portfolios):
        return figure([])
    largest = np.abs(pnl).max(axis=0, initial=0.0)
    share = pnl / np.where(largest > 0.0, largest, 1.0)
    names = [_fit(name) for name in scenarios]
    trace = {
        "type": "heatmap",
        "x": list(portfolios),
        "y": _unlike(names),
        "z": typed(share),
        "zmin": -1,
        "zmax": 1,
        "colorscale": DIVERGING,
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
        "text": [[number(value / 1e6, 1, signed=True) for value in row] for row in pnl.tolist()],
        "texttemplate": "%{text}",
        "textfont": {"size": 11},
        "customdata": [
            [
                f"{name}, {where}: {number(value, 0, signed=True)} EUR"
                for where, value in zip(portfolios, row, strict=True)
            ]
            for name, row in zip(scenarios, pnl.tolist(), strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return figure(
        [trace],
        height=96 + ROW_HEIGHT * len(scenarios),
        legend=False,
        hovermode="closest",
        uirevision=keep,
        margin={"l": 210, "r": 8, "t": 8, "b": 64},
        xaxis={"type": "category", "fixedrange": True, "title": {"text": "portfolio, EUR m"}},
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
            "dtick": 1,
            "fixedrange": True,
        },
    )


def _fit(name: str) -> str:
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…"


def _unlike(names: Sequence[str]) -> list[str]:
    """Names that differ: two rows of one name would be drawn as one."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def bars_figure(
    names: Sequence[str], pnl: FloatArray1D, *, links: Sequence[str] = (), total: bool = False
) -> dict[str, Any]:
    """Return the P&L of parts, shape (n,) in EUR, as bars to the left (losses) and right; the first at the top.

    ``links`` are addresses that a click on a bar leads to; ``total`` says that the first bar is the sum of the others.
    """
    if not len(names):
        return figure([])
    divisor, unit = scale_of(pnl)
    colours = [UP if value >= 0 else DOWN for value in pnl.tolist()]
    if total:
        colours[0] = NEUTRAL
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": typed(pnl / divisor),
        "marker": {"color": colours},
        "width": 0.62,
        "text": [number(value / divisor, 0 if divisor == 1.0 else 1, signed=True) for value in pnl.tolist()],
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "customdata": [
            [number(value, 0, signed=True), "", links[at] if at < len(links) else ""]
            for at, value in enumerate(pnl.tolist())
        ],
        "hovertemplate": "%{y}: %{customdata[0]} EUR<extra></extra>",
    }
    least, most = float(min(pnl.min(), 0.0)) / divisor, float(max(pnl.max(), 0.0)) / divisor
    room = 0.2 * (most - least or 1.0)  # for the figures; on a phone those of losses need more
    return figure(
        [trace],
        x_title=unit,
        height=max(220, 86 + 30 * len(names)),
        legend=False,
        hovermode="closest",
        margin={"l": 120, "r": 16, "t": 8, "b": 44},
        xaxis={
            "zeroline": True, "zerolinecolor": NEUTRAL, "fixedrange": True,
            "range": [least - (1.8 * room if least < 0.0 else 0.0), most + room],
        },
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "dtick": 1, "fixedrange": True},
    )  # fmt: skip
