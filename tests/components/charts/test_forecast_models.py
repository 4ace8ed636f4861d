"""The curve of errors by step is a valid figure, with the naive and one line for each trial."""

import numpy as np
import plotly.graph_objects as go

from components.charts.forecast_models import step_figure


def test_the_figure_is_valid_and_has_a_line_for_each() -> None:
    values = np.arange(1.0, 25.0)
    found = step_figure(list(range(1, 25)), [("A", values), ("B", values * 2)], values * 3, unit="EUR/MWh")
    figure = go.Figure(found)
    assert [trace.name for trace in figure.data] == ["seasonal naive", "A", "B"]
    assert len(figure.data[1].x) == 24
    assert "EUR/MWh" in figure.layout.yaxis.title.text


def test_without_steps_nothing_is_drawn() -> None:
    assert step_figure([], [], np.zeros(0), unit="MW")["data"] == []
