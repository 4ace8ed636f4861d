"""Figures of spreads are valid, with units on their axes."""

import numpy as np
import plotly.graph_objects as go

from components.charts.spread import bins, distribution_figure, history_figure, legs_figure, years_figure

DAYS = [f"2026-01-{day:02d}" for day in range(1, 21)]
VALUE = np.linspace(-2.0, 5.0, 20)


def test_history_has_bands_value_and_zscore():
    bands = np.vstack([VALUE + shift for shift in (-2, -1, 0, 1, 2)])
    drawn = history_figure(DAYS, VALUE, bands, VALUE / 3, unit="USD/bbl", window=10)
    figure = go.Figure(drawn)
    assert figure.layout.yaxis.title.text == "USD/bbl"
    assert [trace.yaxis for trace in figure.data][-1] == "y2"
    assert len(figure.data) == 7


def test_history_without_bands_is_the_line_alone():
    bands = np.full((5, 20), np.nan)
    figure = go.Figure(history_figure(DAYS, VALUE, bands, np.full(20, np.nan), unit="USD/bbl", window=250))
    assert [trace.name for trace in figure.data] == ["spread", "z-score"]


def test_distribution_marks_the_newest_value():
    edge, count = bins(VALUE)
    assert (len(edge), int(count.sum())) == (len(count) + 1, 20)
    figure = go.Figure(distribution_figure(VALUE, latest=5.0, mean=1.5, percentile=0.975, unit="USD/bbl"))
    assert [shape.x0 for shape in figure.layout.shapes] == [5.0, 1.5]
    assert "percentile 98" in figure.layout.annotations[0].text
    assert len(figure.data[0].customdata) == len(count)


def test_legs_end_in_the_spread():
    figure = go.Figure(legs_figure(["RBOB", "WTI"], [85.0, -70.0], 15.0, unit="USD/bbl"))
    assert list(figure.data[0].measure) == ["relative", "relative", "total"]
    assert list(figure.data[0].y) == [85.0, -70.0, 15.0]


def test_years_keep_their_places():
    table = np.full((2, 366), np.nan)
    table[0, 60], table[1, 60] = 1.0, 2.0
    figure = go.Figure(years_figure([2025, 2026], table, unit="EUR/MWh"))
    assert [list(trace.x) for trace in figure.data] == [["2000-03-01"], ["2000-03-01"]]
    assert figure.data[1].line.width > figure.data[0].line.width
