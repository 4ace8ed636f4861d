"""The picture of a what-if."""

import plotly.graph_objects as go

from components.charts.what_if import delta_change


def test_two_bars_for_each_cell():
    figure = go.Figure(delta_change(["TTF Jul-26", "TTF Aug-26"], [1.0, 2.0], [3.0, 4.0]))
    assert [trace.name for trace in figure.data] == ["Book", "With the what-if"]
    assert list(figure.data[1].x) == ["TTF Jul-26", "TTF Aug-26"]


def test_nothing_to_draw_is_no_trace():
    assert delta_change([], [], [])["data"] == []
