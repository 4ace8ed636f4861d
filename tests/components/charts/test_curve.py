"""Figures of curves are valid and hold a point for each row."""

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.curve import (
    MARKS,
    Line,
    curve_figure,
    product_figure,
    replay_figure,
    spread_map_figure,
)
from components.replay import replay_bar
from tests.helpers.layout import components

FIRST, AFTER = ["2027-01-01", "2027-02-01", "2027-03-01"], ["2027-02-01", "2027-03-01", "2027-04-01"]
LINE = Line("today", FIRST, AFTER, [30.0, None, 28.0])


@pytest.mark.parametrize("steps", [False, True])
def test_curve_figure(steps):
    drawn = curve_figure(
        LINE, ["quoted", "interpolated", "rolled"], [LINE, LINE], unit="EUR/MWh", steps=steps
    )
    figure = go.Figure(drawn)
    main = next(trace for trace in figure.data if trace.name == "today" and trace.line.width > 2)
    assert len(main.x) == (4 if steps else 3)
    assert figure.layout.yaxis.title.text == "EUR/MWh"
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.name for trace in marks] == ["quoted", "interpolated", "rolled"]


def test_every_status_has_its_own_shape():
    assert len({symbol for symbol, _ in MARKS.values()}) == len(MARKS) == 4


def test_replay_figure_and_bar():
    last = {"day": "2026-11-20", "x": FIRST, "y": np.array([30.0, 29.0, 28.0])}
    figure = go.Figure(
        replay_figure(
            ["2026-11-19", "2026-11-20"],
            np.array([29.0, 30.0]),
            last,
            unit="EUR/MWh",
            low=28.0,
            high=30.0,
            until="2027-04-01",
        )
    )
    assert len(figure.data) == 3
    low, high = figure.layout.yaxis.range
    assert (low < 28.0, high > 30.0) == (True, True)
    bar = replay_bar([("2026-11-19", ["2027-01"], [29.0]), ("2026-11-20", ["2027-01"], [float("nan")])])
    store = next(part for part in components(bar) if getattr(part, "id", "") == "replay-steps")
    assert store.data[1] == {"day": "2026-11-20", "x": ["2027-01"], "y": [None]}


def test_spread_map_is_symmetric_about_zero():
    value = np.array([[np.nan, 2.0], [np.nan, np.nan]])
    figure = go.Figure(spread_map_figure(["2027-01", "2027-Q1"], value, unit="EUR/MWh"))
    (trace,) = figure.data
    assert (trace.zmin, trace.zmax, list(trace.x)) == (-2.0, 2.0, ["Jan-27", "Q1-27"])


def test_product_figure_says_its_mean():
    figure = go.Figure(
        product_figure(
            ["2026-11-19", "2026-11-20"], np.array([1.0, 3.0]), name="M1", unit="USD/bbl", zero=True
        )
    )
    assert figure.data[1].name == "mean 2.00"
