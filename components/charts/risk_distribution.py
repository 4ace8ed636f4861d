"""Figures of Risk > Distribution: P&L of all scenarios with VaR and expected shortfall, and one scenario by part."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import DOWN, NEUTRAL, SERIES, UP, figure, typed
from portal.core.arrays import FloatArray1D

MOST_PARTS = 14


def histogram_figure(edges: FloatArray1D, share: FloatArray1D, *, var: float, es: float) -> dict[str, Any]:
    """Return probabilities by bin of P&L in EUR, those beyond the VaR in the colour of losses, and both figures."""
    if not len(share):
        return figure([], x_title="EUR")
    middle = 0.5 * (edges[:-1] + edges[1:])
    trace = {
        "type": "bar",
        "x": typed(middle),
        "y": typed(100.0 * share),
        "width": typed(np.diff(edges) * 0.94),
        "marker": {"color": [DOWN if at < -var else NEUTRAL for at in middle.tolist()]},
        "hovertemplate": "%{x:,.0f} EUR: %{y:.2f} %<extra></extra>",
        "showlegend": False,
    }
    top = float(share.max()) * 108.0
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": typed(np.array([-value, -value])),
            "y": typed(np.array([0.0, top])),
            "line": {"color": colour, "width": 2, "dash": dash},
            "hovertemplate": f"{name}: {value:,.0f} EUR<extra></extra>",
        }
        for name, value, colour, dash in (
            ("VaR", var, SERIES[0], "solid"),
            ("ES", es, SERIES[1], "dot"),
        )
    ]
    return figure(
        [trace, *lines], x_title="P&L in EUR", y_title="% of scenarios", height=360, legend=True, bargap=0
    )


def scenario_figure(names: Sequence[str], parts: FloatArray1D) -> dict[str, Any]:
    """Return what each part brought in a scenario as a waterfall down to its P&L, in EUR; parts of shape (g,)."""
    if not len(names):
        return figure([], y_title="EUR")
    shown, values = list(names[:MOST_PARTS]), parts[:MOST_PARTS]
    rest = parts[MOST_PARTS:]
    if len(rest):
        shown, values = [*shown, f"{len(rest)} others"], np.append(values, rest.sum())
    trace = {
        "type": "waterfall",
        "x": [*shown, "P&L"],
        "y": typed(np.append(values, 0.0)),
        "measure": ["relative"] * len(shown) + ["total"],
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": NEUTRAL}},
        "connector": {"line": {"width": 1, "color": NEUTRAL}},
        "hovertemplate": "%{x}: %{delta:,.0f} EUR<extra></extra>",
    }
    return figure(
        [trace], y_title="EUR", height=360, xaxis={"type": "category", "tickangle": -35, "automargin": True}
    )
