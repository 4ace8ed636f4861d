"""Figures of a curve built from quoted products: quotes over their delivery, the smooth curve, residuals, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, figure, typed
from portal.core.precision import price_decimals

KINDS = {
    "month": (SERIES[1], 3.0),
    "quarter": (SERIES[2], 4.0),
    "season": (SERIES[3], 3.0),
    "year": (SERIES[7], 5.0),
}
"""Colour and width of the bars of each length of product: the width tells them apart without colour."""
MORE = 2  # decimals of a residual beyond those of a price


@dataclass(frozen=True, slots=True)
class Bar:
    """One quoted product: ``first``, ``middle`` and ``last`` day of its delivery (ISO), its quote and residual."""

    label: str
    kind: str
    first: str
    middle: str
    last: str
    quoted: float
    residual: float


def build_figure(
    days: Sequence[str], daily: Sequence[float], bars: Sequence[Bar], *, unit: str, keep: str = ""
) -> dict[str, Any]:
    """Return the quotes as bars over their delivery and the smooth daily curve through them.

    A zoom lasts while ``keep`` stays the same.
    """
    decimals = price_decimals(unit)
    traces = [_bars(kind, [bar for bar in bars if bar.kind == kind], decimals) for kind in KINDS]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "smooth daily curve",
            "x": list(days),
            "y": typed(daily),
            "line": {"color": SERIES[0], "width": 2},
            "hovertemplate": f"%{{x|%d %b %Y}}: %{{y:,.{decimals}f}}<extra>curve</extra>",
        }
    )
    return figure(
        [trace for trace in traces if trace["x"]],
        y_title=unit,
        x_title="delivery",
        height=420,
        legend=True,
        hovermode="closest",
        uirevision=keep,
        xaxis={"type": "date", "tickformat": "%b %y"},
    )


def _bars(kind: str, bars: Sequence[Bar], decimals: int) -> dict[str, Any]:
    """One trace with a bar for each product; the middle has the mark that shows its label."""
    colour, width = KINDS[kind]
    y = [value for bar in bars for value in (bar.quoted, bar.quoted, bar.quoted, np.nan)]
    text = [
        f"{bar.label}: {bar.quoted:,.{decimals}f}, residual {bar.residual:+,.{decimals + MORE}f}"
        for bar in bars
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"quoted {kind}s",
        "x": [day for bar in bars for day in (bar.first, bar.middle, bar.last, None)],
        "y": typed(y),
        "text": [line for said in text for line in (said, said, said, "")],
        "hovertemplate": "%{text}<extra></extra>",
        "connectgaps": False,
        "opacity": 0.85,
        "line": {"color": colour, "width": width},
        "marker": {"size": width + 3, "color": colour},
    }


def residual_figure(
    labels: Sequence[str],
    residual: Sequence[float],
    gap: Sequence[float | None],
    *,
    unit: str,
    keep: str = "",
) -> dict[str, Any]:
    """Return the residual of each product as a bar, and its gap to its parts, before the repair, as a mark."""
    number = f"+,.{price_decimals(unit) + MORE}f"
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "residual",
            "x": typed(residual),
            "y": list(labels),
            "marker": {"color": SERIES[0]},
            "hovertemplate": f"%{{y}}: residual %{{x:{number}}}<extra></extra>",
        }
    ]
    known = [(label, value) for label, value in zip(labels, gap, strict=True) if value is not None]
    if known:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "gap to parts",
                "x": typed([value for _, value in known]),
                "y": [label for label, _ in known],
                "marker": {"symbol": "diamond-open", "size": 9, "color": SERIES[6], "line": {"width": 1.8}},
                "hovertemplate": f"%{{y}}: gap %{{x:{number}}}<extra></extra>",
            }
        )
    return figure(
        traces,
        x_title=unit,
        height=max(300, 110 + 18 * len(labels)),
        legend=True,
        hovermode="closest",
        uirevision=keep,
        xaxis={"showgrid": True, "zeroline": True, "zerolinecolor": NEUTRAL},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "dtick": 1},
    )


def history_figure(
    days: Sequence[str], residual: Sequence[float], gap: Sequence[float], *, unit: str, keep: str = ""
) -> dict[str, Any]:
    """Return the largest residual and the largest gap of the stored fits by trade day."""
    number = f",.{price_decimals(unit) + MORE}f"
    series = (("largest gap", gap, SERIES[6], "dot"), ("largest residual", residual, SERIES[0], "solid"))
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(days),
            "y": typed(values),
            "line": {"color": colour, "width": 1.6, "dash": dash},
            "marker": {"size": 4},
            "hovertemplate": f"%{{y:{number}}}<extra>{name}</extra>",
        }
        for name, values, colour, dash in series
    ]
    return figure(
        traces,
        y_title=unit,
        x_title="trade day",
        height=320,
        legend=True,
        uirevision=keep,
        yaxis={"rangemode": "tozero"},
    )
