"""The pictures of stress: one cell for each scenario and portfolio, one bar for each part."""

import numpy as np
import plotly.graph_objects as go

from components.charts.stress import bars_figure, matrix_figure


def test_one_cell_for_each_scenario_and_portfolio():
    pnl = np.array([[-2e6, 1e6], [1e6, 0.0]])
    figure = go.Figure(matrix_figure(["Oil", "Gas"], ["DESK", "OIL"], pnl))
    trace = figure.data[0]
    assert list(trace.y) == ["Oil", "Gas"]
    assert list(trace.text[0]) == ["−2.0", "+1.0"]
    assert trace.z["shape"] == "2, 2"
    assert "−2,000,000 EUR" in trace.customdata[0][0]


def test_scenarios_of_one_name_stay_two_rows():
    figure = matrix_figure(["Oil", "Oil"], ["DESK"], np.zeros((2, 1)))
    assert figure["data"][0]["y"] == ["Oil", "Oil (2)"]


def test_bars_carry_where_they_lead():
    figure = go.Figure(bars_figure(["DESK", "OIL"], np.array([-3e6, -3e6]), links=["/a", "/b"], total=True))
    assert [data[2] for data in figure.data[0].customdata] == ["/a", "/b"]
    assert figure.layout.xaxis.title.text == "EUR k"
    go.Figure(bars_figure(["DESK"], np.array([0.0])))


def test_nothing_to_draw_is_no_trace():
    assert matrix_figure([], [], np.zeros((0, 0)))["data"] == []
    assert bars_figure([], np.zeros(0))["data"] == []
