"""Long, short and net position by delivery."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import NEUTRAL, SERIES, figure, typed
from portal.core.precision import volume_decimals

MANY = 60  # deliveries from which bars would be hairlines: then areas are drawn


def bars_figure(
    labels: Sequence[str],
    long: np.ndarray[Any, Any],
    short: np.ndarray[Any, Any],
    *,
    unit: str,
    address: Sequence[str] = (),
    keep: str = "",
) -> dict[str, Any]:
    """Return long volumes above and short ones below zero with the net as a line; arrays of shape (n,) in ``unit``.

    ``address`` holds for each delivery where a click leads. A zoom lasts while ``keep`` stays the same.
    """
    form = f"+,.{volume_decimals(unit)}f"
    x, more = list(labels), {"customdata": list(address)} if len(address) else {}
    many = len(x) > MANY
    traces: list[dict[str, Any]] = [
        {
            **_shape(colour, pattern, many=many),
            "name": name,
            "x": x,
            "y": typed(values),
            "hovertemplate": f"%{{y:{form}}}",
            **more,
        }
        for name, values, colour, pattern in (("long", long, SERIES[0], ""), ("short", short, SERIES[1], "/"))
    ]
    net = {
        "type": "scatter",
        "mode": "lines" if many else "lines+markers",
        "name": "net",
        "x": x,
        "y": typed(np.asarray(long) + np.asarray(short)),
        "line": {"color": NEUTRAL, "width": 2, "shape": "hvh" if many else "linear"},
        "marker": {"size": 7, "symbol": "diamond"},
        "hovertemplate": f"%{{y:{form}}}",
        **more,
    }
    return figure(
        [*traces, net],
        y_title=unit,
        x_title="delivery",
        height=360,
        legend=True,
        uirevision=keep,
        barmode="relative",
        bargap=0.25,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": x,
            "tickangle": -45,
            "nticks": 26,
        },
        yaxis={"zeroline": True, "zerolinecolor": NEUTRAL},
    )


def _shape(colour: str, pattern: str, *, many: bool) -> dict[str, Any]:
    """Return a bar, hatched for short volumes, or a filled step line."""
    if many:
        return {
            "type": "scatter",
            "mode": "lines",
            "fill": "tozeroy",
            "line": {"color": colour, "width": 1, "shape": "hvh"},
        }
    return {
        "type": "bar",
        "marker": {"color": colour, "pattern": {"shape": pattern, "size": 6, "solidity": 0.25}},
    }
