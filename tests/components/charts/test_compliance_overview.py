"""The pictures of the compliance overview: one bar for each action that occurs, by day and by regime."""

import plotly.graph_objects as go

from components.charts.compliance_overview import COLOURS, day_figure, regime_figure

COUNTS = {"block": [1, 0], "flag": [2, 5], "gap": [0, 0]}


def test_findings_by_day():
    figure = go.Figure(day_figure(["2026-06-08", "2026-06-09"], COUNTS))
    assert [trace.name for trace in figure.data] == ["blocked", "flagged"]
    assert figure.layout.barmode == "stack"
    assert figure.data[0].marker.color == COLOURS["block"]
    assert day_figure([], {"block": [], "flag": [], "gap": []})["data"] == []


def test_findings_by_regime_the_first_on_top():
    figure = go.Figure(regime_figure(["EU wholesale energy", "Everywhere"], COUNTS))
    assert list(figure.data[0].y) == ["Everywhere", "EU wholesale energy"]
    assert regime_figure([], COUNTS)["data"] == []
