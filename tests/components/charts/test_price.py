"""Figures of one price: valid, complete, and cut where asked."""

import base64
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.price import (
    absolute_figure,
    moving_average,
    moving_deviation,
    normalised_figure,
    price_figure,
)
from components.charts.theme import merge, typed


def read(array) -> np.ndarray:
    """The numbers of a typed array, as the browser decodes them."""
    return np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"]).astype(float)


DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(300)]
SETTLE = 80.0 + np.sin(np.arange(300.0))


def drawn(**options):
    nan = np.full(300, np.nan)
    return price_figure(
        DAYS,
        open_=SETTLE - 0.1,
        high=SETTLE + 1,
        low=SETTLE - 1,
        settle=SETTLE,
        volume=options.pop("volume", nan),
        unit="USD/bbl",
        candles=options.pop("candles", True),
        **options,
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"candles": False},
        {"averages": (20, 50)},
        {"bands": True},
        {"log": True},
        {"volume": np.arange(300.0)},
        {"shown_from": DAYS[250], "averages": (200,)},
    ],
)
def test_figure_is_valid(options):
    go.Figure(drawn(**options))


def test_average_is_complete_at_the_left_edge_of_a_cut_view():
    figure = go.Figure(drawn(averages=(20,), shown_from=DAYS[100]))
    average = read(figure.data[-1].y)
    assert len(average) == 200
    assert np.isfinite(average).all()
    assert average[0] == pytest.approx(SETTLE[81:101].mean())


def test_axis_names_the_unit():
    assert drawn()["layout"]["yaxis"]["title"]["text"] == "USD/bbl"


def test_moving_average_and_deviation_against_numpy():
    mean, deviation = moving_average(SETTLE, 20), moving_deviation(SETTLE, 20)
    assert np.isnan(mean[:19]).all()
    assert mean[19] == pytest.approx(SETTLE[:20].mean())
    assert deviation[-1] == pytest.approx(SETTLE[-20:].std())
    assert np.isnan(moving_average(SETTLE[:5], 20)).all()


def test_comparison_starts_at_the_first_common_day():
    named = [("A", DAYS, SETTLE), ("B", DAYS[10:], SETTLE[10:] * 2)]
    figure = go.Figure(normalised_figure(named))
    assert [read(trace.y)[0] for trace in figure.data] == pytest.approx([100.0, 100.0])
    assert figure.data[0].x[0] == DAYS[10].isoformat()
    assert go.Figure(absolute_figure(named, "USD/bbl")).data[1].y["bdata"][:4] == "AAAA"


def test_typed_arrays_keep_every_digit_and_halve_what_fits():
    exact = np.array([0.1, 2.0])
    assert typed(exact)["dtype"] == "f8"
    assert typed(np.array([0.5, 2.0]))["dtype"] == "f4"
    assert read(typed(exact)).tolist() == [0.1, 2.0]


def test_merge_is_deep_and_leaves_its_inputs_alone():
    base = {"a": {"b": 1, "c": 2}}
    assert merge(base, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
    assert base == {"a": {"b": 1, "c": 2}}
