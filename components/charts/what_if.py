"""The picture of a what-if: the delta of each cell as it stands and with the deals."""

from collections.abc import Sequence
from typing import Any

from components.charts.theme import NEUTRAL, SERIES, figure, typed


def delta_change(labels: Sequence[str], before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    """Return two bars for each cell; ``before`` and ``after`` are energy, MWh."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(labels),
            "y": typed(values),
            "marker": {"color": colour},
            "hovertemplate": "%{y:,.0f} MWh",
        }
        for name, values, colour in (("Book", before, NEUTRAL), ("With the what-if", after, SERIES[0]))
    ]
    return figure(
        traces if labels else [],
        y_title="delta, MWh",
        height=320,
        barmode="group",
        xaxis={"type": "category"},
        yaxis={"tickformat": ",.3~s", "zeroline": True},
    )
