"""The picture of coverage: which instruments have the days that they should have."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.charts.theme import figure

_SCALE = [[0.0, "#b2572d"], [0.5, "#dfa27d"], [0.9, "#f0dcae"], [0.999, "#cfe0dc"], [1.0, "#0f8a6d"]]
ROW_PIXELS = 15


def coverage_figure(codes: Sequence[str], months: Sequence[str], share: np.ndarray) -> dict[str, Any]:
    """Return a heat map of shares (0 to 1) of shape (k, n_months); NaN, where nothing was expected, stays empty."""
    trace = {
        "type": "heatmap",
        "x": list(months),
        "y": list(codes),
        "z": [[None if not np.isfinite(v) else round(v, 3) for v in row] for row in share.tolist()],
        "zmin": 0,
        "zmax": 1,
        "colorscale": _SCALE,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{y}, %{x}: %{z:.0%} of the expected days<extra></extra>",
        "colorbar": {
            "tickformat": ".0%",
            "thickness": 10,
            "len": 0.9,
            "outlinewidth": 0,
            "title": {"text": ""},
        },
    }
    return figure(
        [trace],
        height=90 + ROW_PIXELS * max(len(codes), 6),
        hovermode="closest",
        margin={"l": 120, "r": 8, "t": 8, "b": 40},
        xaxis={"type": "category", "showgrid": False, "title": {"text": ""}, "nticks": 14},
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
            "title": {"text": ""},
            "tickfont": {"size": 10},
            "dtick": 1,
        },
    )
