"""Figures of Forecast: valid, one value a step, the naive always drawn, nothing where nothing is known."""

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.forecast_fan import driver_figure, fan_figure, past_figure

X = [f"2026-11-{day:02d}T00:00" for day in range(1, 11)]
AHEAD = [f"2026-11-{day:02d}T00:00" for day in range(11, 16)]
KNOWN, MEDIAN = np.arange(10.0), np.full(5, 10.0)
BANDS = {0.5: (MEDIAN - 1, MEDIAN + 1), 0.8: (MEDIAN - 2, MEDIAN + 2), 0.95: (MEDIAN - 3, MEDIAN + 3)}
NOTHING = np.full(5, np.nan)


def fan(**changes):
    terms = {"naive": MEDIAN - 4, "actual": NOTHING, "unit": "EUR/MWh", "hourly": True} | changes
    return fan_figure((X, KNOWN), AHEAD, MEDIAN, BANDS, **terms)


def names(figure):
    return [trace["name"] for trace in figure["data"]]


def test_the_fan_is_valid_and_holds_everything():
    found = fan(actual=np.array([9.0, 11.0, np.nan, np.nan, np.nan]))
    go.Figure(found)
    assert names(found) == [
        "95 %", "95 % band", "80 %", "80 % band", "50 %", "50 % band", "Known", "Median", "Seasonal naive", "Actual",
    ]  # fmt: skip
    assert found["layout"]["yaxis"]["title"]["text"] == "EUR/MWh"
    assert [len(trace["x"]) for trace in found["data"][:2]] == [5, 5]
    assert len(found["data"][7]["x"]) == 6  # the median begins at what was known last


def test_nothing_has_arrived_yet():
    assert "Actual" not in names(fan())


def test_without_a_served_forecast_the_naive_is_drawn_alone():
    found = names(fan(served=False))
    assert "Seasonal naive" in found
    assert "Median" not in found


def test_history_alone_and_nothing_at_all():
    empty = np.zeros(0)
    alone = fan_figure(
        (X, KNOWN), [], empty, {}, naive=empty, actual=empty, unit="MW", hourly=True, served=False
    )
    go.Figure(alone)
    none = fan_figure(([], empty), [], empty, {}, naive=empty, actual=empty, unit="MW", hourly=False)
    assert none["data"] == []


@pytest.mark.parametrize("outside", [0, 2])
def test_earlier_forecasts_mark_what_fell_outside(outside):
    actual = MEDIAN + np.where(np.arange(5) < outside, 9.0, 0.5)
    found = past_figure(AHEAD, actual, MEDIAN, (MEDIAN - 2, MEDIAN + 2), naive=MEDIAN, unit="MW")
    go.Figure(found)
    marked = [trace for trace in found["data"] if trace["name"] == "Outside the band"]
    assert [len(trace["x"]) for trace in marked] == ([outside] if outside else [])
    assert (
        past_figure([], actual[:0], actual[:0], (actual[:0],) * 2, naive=actual[:0], unit="MW")["data"] == []
    )


def test_drivers_from_the_largest_down():
    found = driver_figure(["residual fc", "gas"], [0.6, 0.1])
    go.Figure(found)
    assert found["data"][0]["y"] == ["gas", "residual fc"]
    assert driver_figure([], [])["data"] == []
