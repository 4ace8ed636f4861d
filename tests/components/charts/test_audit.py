"""The picture of the audit log: valid, one bar a day, and a young log is not one broad bar."""

from datetime import date

import plotly.graph_objects as go

from components.charts.audit import LEAST_DAYS, entries_figure


def test_figure_validates_and_has_a_bar_for_each_day():
    found = entries_figure([date(2026, 11, 1), date(2026, 11, 20)], [5, 7], [1, 0])
    go.Figure(found)
    assert [len(trace["x"]) for trace in found["data"]] == [20, 20]


def test_young_log():
    assert len(entries_figure([date(2026, 11, 20)], [7], [0])["data"][0]["x"]) == LEAST_DAYS


def test_empty_log():
    assert entries_figure([], [], [])["data"] == []
