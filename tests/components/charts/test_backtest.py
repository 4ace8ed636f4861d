"""The pictures of a backtest: one bar a day, one diamond an exception that leads somewhere, one line a method."""

import numpy as np
import plotly.graph_objects as go

from components.charts.backtest import cumulative_figure, history_figure

DAYS = ["2026-07-13", "2026-07-14", "2026-07-15"]


def test_exceptions_are_marked_and_lead_to_their_day():
    pnl, var = np.array([5.0, -30.0, -40.0]), np.full(3, 20.0)
    figure = go.Figure(
        history_figure(DAYS, pnl, var, 1.2 * var, -pnl > var, ["/a", "/b"], chosen="2026-07-15")
    )
    bars, below, shortfall, marks = figure.data
    assert (bars.type, below.name, shortfall.name) == ("bar", "-VaR", "-ES")
    assert list(marks.x) == DAYS[1:]
    assert [data[2] for data in marks.customdata] == ["/a", "/b"]
    assert marks.marker.size[1] > marks.marker.size[0]
    assert "EUR" in figure.layout.yaxis.title.text


def test_without_an_exception_there_is_no_mark():
    figure = go.Figure(history_figure(DAYS, np.ones(3), np.ones(3), np.ones(3), np.zeros(3, bool), []))
    assert len(figure.data) == 3
    assert history_figure([], np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, bool), [])["data"] == []


def test_exceptions_so_far_have_a_line_a_method_beside_the_bounds():
    counts = {"Historical": np.array([0.0, 1.0, 1.0]), "Parametric": np.zeros(3)}
    figure = go.Figure(cumulative_figure(DAYS, counts, np.ones(3), np.ones(3), np.ones(3)))
    assert [trace.name for trace in figure.data] == [
        "Historical", "Parametric", "expected", "yellow zone", "red zone"
    ]  # fmt: skip
    assert cumulative_figure([], {}, np.zeros(0), np.zeros(0), np.zeros(0))["data"] == []
