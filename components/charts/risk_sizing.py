"""The figure of Risk > Sizing: the weight of each asset beside its share of the risk of all."""

from collections.abc import Sequence
from typing import Any

from components.charts.theme import SERIES, figure, typed
from portal.core.arrays import FloatArray1D


def share_figure(names: Sequence[str], weight: FloatArray1D, share: FloatArray1D) -> dict[str, Any]:
    """Return two bars for each asset, in percent; arrays of shape (k,) hold fractions."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(names),
            "y": typed(100.0 * values),
            "marker": {"color": colour},
            "hovertemplate": "%{x}: %{y:.1f} %<extra>" + name + "</extra>",
        }
        for name, values, colour in (("weight", weight, SERIES[0]), ("share of risk", share, SERIES[1]))
    ]
    return figure(
        traces if len(names) else [], y_title="%", height=320, legend=True, xaxis={"type": "category"}
    )
