"""Figures of a season are valid, highlight the newest year and leave gaps alone."""

import base64

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.seasonality import month_figure, overlay_figure, parts_figure


def read(array) -> np.ndarray:
    """The numbers of a typed array, as the browser decodes them."""
    return np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"]).astype(float)


@pytest.mark.parametrize("relative", [True, False])
def test_months_and_parts_are_valid(relative):
    effect = np.linspace(-0.1, 0.1, 12)
    months = go.Figure(month_figure(effect, effect - 0.1, effect + 0.1, unit="% of trend", relative=relative))
    assert months.data[-1].x[0] == "Jan"
    names = [f"2020-{m:02d}" for m in range(1, 13)]
    drawn = parts_figure(names, effect, effect, effect, effect, unit="EUR/MWh", relative=relative)
    assert {trace.yaxis for trace in go.Figure(drawn).data} == {None, "y2", "y3"}


def test_newest_year_is_last_and_thick():
    table = np.full((3, 366), np.nan)
    table[:, ::7] = np.array([[10.0], [20.0], [30.0]])
    figure = go.Figure(overlay_figure([2022, 2023, 2024], table, unit="EUR/MWh"))
    assert [trace.name for trace in figure.data] == ["2022", "2023", "median", "2024"]
    assert figure.data[-1].line.width > 2 * figure.data[0].line.width
    assert set(read(figure.data[2].y)) == {15.0}
    assert len(figure.data[-1].x) == 53


@pytest.mark.parametrize("years", [[], [2024], [2023, 2024]])
def test_few_years_are_valid(years):
    figure = go.Figure(overlay_figure(years, np.ones((len(years), 366)), unit="EUR/MWh"))
    assert len(figure.data) == len(years)
