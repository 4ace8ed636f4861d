"""The pictures of limits: one bar for each, cut where it would hide the others, and both tiers over the days."""

import base64

import numpy as np
import plotly.graph_objects as go

from components.charts.limits import COLOURS, history_figure, use_figure


def test_one_bar_for_each_limit_the_first_on_top():
    figure = go.Figure(
        use_figure(["A", "B", "C"], [1.2, 0.5, None], ["over limit", "within limit", "no value"])
    )
    (bars,) = figure.data
    assert list(bars.y) == ["C", "B", "A"]
    assert list(bars.text) == ["no value", "50 %", "120 %"]
    assert bars.marker.color[2] == COLOURS["over limit"]
    assert figure.layout.shapes[0].x0 == 100
    assert use_figure([], [], [])["data"] == []


def test_history_shows_both_tiers_and_the_days_beyond():
    use = np.array([0.5, 1.1, np.nan, 0.9])
    figure = go.Figure(
        history_figure(["2026-01-01", "2026-01-02", "2026-01-05", "2026-01-06"], use, soft=0.8)
    )
    assert [trace.name for trace in figure.data] == ["used", "over the limit"]
    assert list(figure.data[1].x) == ["2026-01-02"]
    assert [shape.y0 for shape in figure.layout.shapes] == [100, 80]
    assert history_figure(["2026-01-01"], np.array([np.nan]), soft=0.8)["data"] == []


def test_a_gap_of_weeks_breaks_the_line():
    trace = history_figure(["2026-01-01", "2026-01-02", "2026-03-02"], np.array([0.5, 0.6, 0.7]), soft=0.8)[
        "data"
    ][0]
    assert trace["x"] == ["2026-01-01", "2026-01-02", "2026-03-02", "2026-03-02"]
    values = np.frombuffer(base64.b64decode(trace["y"]["bdata"]), trace["y"]["dtype"])
    np.testing.assert_allclose(values, [50, 60, np.nan, 70], rtol=1e-6)
