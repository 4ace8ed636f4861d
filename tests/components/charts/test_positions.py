"""Figures of positions are valid, say when a limit is broken, and leave gaps where there is nothing."""

import base64

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.position_bars import MANY, bars_figure
from components.charts.position_heatmap import CEILING, HeatLine, heatmap_figure, heatmap_legend
from tests.helpers.layout import text_of

MONTHS = ["Nov-26", "Dec-26", "Jan-27"]


def array_of(held: dict) -> np.ndarray:
    """The numbers of a typed array, in the shape that it says."""
    flat = np.frombuffer(base64.b64decode(held["bdata"]), dtype=held["dtype"].replace("f", "<f"))
    return flat.reshape([int(n) for n in held["shape"].split(",")]) if "shape" in held else flat


def line(name: str, net: list[float], limit: float) -> HeatLine:
    net_array = np.array(net)
    return HeatLine(
        name, net_array, np.abs(net_array) / limit, limit, "GWh", [f"/{name}/{m}" for m in MONTHS]
    )


def test_heat_map_tells_calm_from_broken_and_from_unlimited():
    drawn = heatmap_figure(
        MONTHS, [line("GAS_EU · gas", [-30.0, np.nan, 1234.0], 100.0), line("OIL", [5.04, 0.0, 7.0], np.nan)]
    )
    loose, bounded = go.Figure(drawn).data
    used, free = array_of(bounded.z), array_of(loose.z)
    assert np.isnan(used[0, 1])
    assert used[0, 2] == pytest.approx(CEILING)
    assert np.isnan(used[1]).all()
    assert np.isfinite(free[1]).all()
    assert list(bounded.text[0]) == ["−30", "", "<b>1.2k!</b>"]
    assert bounded.customdata[0][0][0] == "/GAS_EU · gas/Nov-26"
    assert bounded.customdata[0][2][1] == "net +1,234.0 GWh, 1,234 % of the limit of 100.0 GWh"
    assert loose.customdata[1][0][1] == "net +5.0 GWh, no limit is set"
    assert "no limit is set" in text_of(heatmap_legend())


@pytest.mark.parametrize("n", [1, 24, MANY + 1])
def test_bars_become_areas_when_there_are_many(n):
    drawn = bars_figure(
        [str(i) for i in range(n)],
        np.ones(n),
        -2 * np.ones(n),
        unit="MW",
        address=[f"/{i}" for i in range(n)],
    )
    figure = go.Figure(drawn)
    assert [trace.name for trace in figure.data] == ["long", "short", "net"]
    assert {trace.type for trace in figure.data} == ({"scatter"} if n > MANY else {"bar", "scatter"})
    assert array_of(figure.data[2].y).tolist() == [-1.0] * n
    assert drawn["layout"]["yaxis"]["title"]["text"] == "MW"


def test_an_empty_heat_map_has_no_trace():
    assert heatmap_figure([], [])["data"] == []
