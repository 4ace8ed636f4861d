"""Figures of Portfolio > Valuation are valid and hold one point for each row."""

import numpy as np
import plotly.graph_objects as go

from components.charts.portfolio_value import MOST_LINES, history_figure, split_figure

DAYS = ("2026-07-13", "2026-07-14", "2026-07-15")


def test_history_has_a_line_for_each_book_and_one_for_all():
    drawn = history_figure(DAYS, {"A": np.array([1.0, 2.0, 3.0]), "B": np.array([np.nan, 5.0, 4.0])})
    go.Figure(drawn)
    assert [trace["name"] for trace in drawn["data"]] == ["A", "B", "all books"]
    assert drawn["layout"]["yaxis"]["title"]["text"] == "EUR"


def test_history_draws_the_books_that_moved_most():
    many = {f"B{at}": np.array([0.0, 0.0, float(at)]) for at in range(12)}
    names = [trace["name"] for trace in history_figure(DAYS, many)["data"]]
    assert names == [f"B{at}" for at in range(11, 11 - MOST_LINES, -1)] + ["all books"]


def test_no_closes_are_no_picture():
    assert not history_figure((), {})["data"]
    assert not split_figure([], [], [])["data"]


def test_split_has_two_bars_for_each_part():
    drawn = split_figure(["gas", "power"], [1.0, -2.0], [3.0, 4.0])
    go.Figure(drawn)
    assert [trace["name"] for trace in drawn["data"]] == ["unrealised", "realised"]
    assert drawn["data"][0]["x"] == ["gas", "power"]
