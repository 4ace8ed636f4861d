"""The coverage picture is valid and empty where nothing was expected."""

import numpy as np
import plotly.graph_objects as go

from components.charts.quality import coverage_figure


def test_coverage_is_valid_and_grows_with_the_rows():
    share = np.array([[1.0, 0.5], [np.nan, 0.0]])
    drawn = coverage_figure(["A", "B"], ["2026-01", "2026-02"], share)
    figure = go.Figure(drawn)
    assert drawn["data"][0]["z"] == [[1.0, 0.5], [None, 0.0]]
    assert list(figure.data[0].y) == ["A", "B"]
    tall = coverage_figure([f"S{i}" for i in range(60)], ["2026-01"], np.ones((60, 1)))
    assert tall["layout"]["height"] > drawn["layout"]["height"]
