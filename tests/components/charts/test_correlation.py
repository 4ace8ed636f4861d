"""Figures of correlation are valid and leave gaps where there is no number."""

from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.correlation import matrix_figure, rolling_figure


@pytest.mark.parametrize("k", [2, 9, 20])
def test_matrix_is_valid(k):
    figure = go.Figure(matrix_figure([f"S{i}" for i in range(k)], np.eye(k)))
    assert len(figure.data[0].z) == k
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)


def test_missing_correlation_is_a_gap():
    matrix = np.array([[1.0, np.nan], [np.nan, 1.0]])
    assert matrix_figure(["A", "B"], matrix)["data"][0]["z"] == [[1.0, None], [None, 1.0]]


def test_rolling_has_one_line_for_each_other_instrument():
    days = [date(2024, 1, 1) + timedelta(days=i) for i in range(5)]
    drawn = rolling_figure(days, {f"S{i}": np.linspace(-1, 1, 5) for i in range(10)}, against="BRENT")
    figure = go.Figure(drawn)
    assert len(figure.data) == 10
    assert "BRENT" in drawn["layout"]["yaxis"]["title"]["text"]
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 10
