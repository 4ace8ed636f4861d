"""The picture of the deliveries of a feed."""

from datetime import date

from plotly.graph_objects import Figure

from components.charts.feed_arrivals import Arrival, arrivals_figure

FOUND = [
    Arrival(date(2026, 11, 18), -4.0, 30, "in time"),
    Arrival(date(2026, 11, 19), 75.0, 30, "late"),
    Arrival(date(2026, 11, 20), None, None, "missing"),
    Arrival(date(2026, 11, 23), None, None, "waiting"),
]


def test_one_point_for_each_due_delivery_and_a_line_from_which_it_is_late():
    found = arrivals_figure(FOUND, grace_minutes=30.0)
    Figure(found)
    assert [trace["name"] for trace in found["data"]] == [
        "Late above", "In time", "Late", "Missing", "Waiting",
    ]  # fmt: skip
    assert sum(len(trace["x"]) for trace in found["data"][1:]) == len(FOUND)
    assert "Minutes" in found["layout"]["yaxis"]["title"]["text"]


def test_nothing_to_draw():
    assert arrivals_figure([], grace_minutes=30.0)["data"] == []
