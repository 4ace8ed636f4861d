"""The bridge of a profit or loss is valid, ends in the total, and shows the band as whiskers."""

import base64

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.pnl_waterfall import scale_of, waterfall_figure

LABELS = ["Price", "Volatility", "Time"]
VALUE = np.array([12_000.0, -4_000.0, 1_500.0])


def read(typed: dict) -> list[float]:
    """The numbers of a typed array."""
    return np.frombuffer(base64.b64decode(typed["bdata"]), dtype=typed["dtype"]).tolist()


def test_bars_stand_on_each_other_and_end_in_the_total():
    drawn = waterfall_figure(LABELS, VALUE)
    figure = go.Figure(drawn)
    assert figure.layout.yaxis.title.text == "EUR k"
    bars = drawn["data"][0]
    assert list(bars["x"]) == [*LABELS, "Total"]
    assert read(bars["base"]) == [0.0, 12.0, 8.0, 0.0]
    assert read(bars["y"]) == [12.0, -4.0, 1.5, 9.5]
    assert bars["text"] == ["+12.0", "−4.0", "+1.5", "+9.5"]
    assert len(figure.layout.shapes) == 3
    assert "error_y" not in bars


def test_the_band_is_drawn_as_whiskers_and_said_in_the_hover():
    drawn = waterfall_figure(
        LABELS, VALUE, low=VALUE - [500.0, 0.0, 0.0], high=VALUE + np.array([250.0, 0.0, 0.0])
    )
    bars = go.Figure(drawn).data[0]
    assert drawn["data"][0]["customdata"][0][1] == "<br>+11,500 to +12,250 in other orders"
    assert drawn["data"][0]["customdata"][1][1] == ""
    assert read(drawn["data"][0]["error_y"]["array"]) == [0.25, 0.0, 0.0, 0.0]
    assert bars.error_y.symmetric is False


def test_a_band_of_no_width_has_no_whiskers():
    assert "error_y" not in waterfall_figure(LABELS, VALUE, low=VALUE, high=VALUE)["data"][0]


def test_links_travel_with_their_bars():
    drawn = waterfall_figure(LABELS, VALUE, links=["/a", "/b", "/c"])
    assert [one[2] for one in drawn["data"][0]["customdata"]] == ["/a", "/b", "/c", ""]


@pytest.mark.parametrize(
    ("largest", "unit"), [(0.0, "EUR"), (4_999.0, "EUR"), (5_000.0, "EUR k"), (-7e6, "EUR m")]
)
def test_the_unit_fits_the_size(largest, unit):
    assert scale_of(np.array([largest]))[1] == unit


def test_many_bars_carry_no_text():
    drawn = waterfall_figure([str(at) for at in range(15)], np.ones(15))
    assert set(drawn["data"][0]["text"]) == {""}
    assert go.Figure(drawn).data


def test_nothing_to_bridge_is_valid_too():
    assert go.Figure(waterfall_figure([], np.zeros(0))).data


def test_many_names_stand_upright_and_few_are_slanted():
    few, many = (
        waterfall_figure([f"{1000 + at} TTF" for at in range(count)], np.ones(count)) for count in (5, 15)
    )
    assert few["layout"]["xaxis"]["tickangle"] == -32
    assert many["layout"]["xaxis"]["tickangle"] == -90
