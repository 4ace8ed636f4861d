"""Figures of built curves are valid and hold a point for each row."""

import plotly.graph_objects as go

from components.charts.curve_build import Bar, build_figure, history_figure, residual_figure

BARS = [
    Bar("Jan-27", "month", "2027-01-01", "2027-01-16", "2027-01-31", 41.0, 0.1),
    Bar("Feb-27", "month", "2027-02-01", "2027-02-14", "2027-02-28", 40.0, -0.1),
    Bar("Q1-27", "quarter", "2027-01-01", "2027-02-14", "2027-03-31", 40.4, 0.3),
]


def test_quotes_and_curve():
    drawn = go.Figure(build_figure(["2027-01-01", "2027-01-02"], [41.0, 41.1], BARS, unit="EUR/MWh"))
    assert [trace.name for trace in drawn.data] == ["quoted months", "quoted quarters", "smooth daily curve"]
    assert len(drawn.data[0].x) == len(drawn.data[0].text) == 8  # three points and a break for each product
    assert "residual +0.1000" in drawn.data[0].text[0]
    assert drawn.layout.yaxis.title.text == "EUR/MWh"


def test_residuals_with_and_without_gaps():
    drawn = go.Figure(residual_figure(["Jan-27", "Q1-27"], [0.1, -0.1], [None, 0.5], unit="EUR/MWh"))
    assert [len(trace.y) for trace in drawn.data] == [2, 1]
    alone = go.Figure(residual_figure(["Jan-27"], [0.0], [None], unit="EUR/MWh"))
    assert len(alone.data) == 1


def test_history():
    drawn = go.Figure(history_figure(["2026-11-19", "2026-11-20"], [0.1, 0.2], [0.3, 0.4], unit="EUR/MWh"))
    assert [trace.name for trace in drawn.data] == ["largest gap", "largest residual"]
