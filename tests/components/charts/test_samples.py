"""The course of samples."""

from datetime import UTC, datetime, timedelta

import plotly.graph_objects as go

from components.charts.samples import samples_figure

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
MOMENTS = [BEGIN + timedelta(minutes=minute) for minute in range(3)]


def test_a_line_for_each_series_that_has_values():
    series = {"state=idle": (MOMENTS, [1.0, 2.0, 3.0]), "": (MOMENTS[:1], [4.0]), "state=gone": ([], [])}
    made = samples_figure(series, name="pg_connections", unit="number")
    go.Figure(made)
    assert [trace["name"] for trace in made["data"]] == ["state=idle", "pg_connections"]
    assert [trace["mode"] for trace in made["data"]] == ["lines", "markers"]
    assert made["layout"]["yaxis"]["title"]["text"] == "number"


def test_nothing_sampled_is_an_empty_figure():
    assert samples_figure({}, name="x", unit="")["data"] == []
