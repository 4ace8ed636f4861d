"""Figures of the accuracy page: valid, one point for each group, gaps where nothing is known."""

import numpy as np
import plotly.graph_objects as go

from components.charts.accuracy import calibration_figure, pit_figure, profile_figure

LEVELS = np.array([0.1, 0.5, 0.9])


def test_a_profile_has_a_line_a_model_and_the_naive_is_dashed():
    values = {"LEAR": [1.0, None, 2.0], "Seasonal naive": [2.0, 3.0, 4.0]}
    figure = go.Figure(
        profile_figure(["1", "2", "3"], values, baseline="Seasonal naive", y_title="MAE, EUR/MWh")
    )
    lear, naive = figure.data
    assert list(lear.x) == ["1", "2", "3"]
    assert (lear.name, naive.line.dash) == ("LEAR", "dash")
    assert "EUR/MWh" in figure.layout.yaxis.title.text
    assert profile_figure([], {})["data"] == []


def test_quantiles_outside_of_their_band_are_diamonds():
    figure = go.Figure(calibration_figure(LEVELS, np.array([0.3, 0.5, 0.9]), LEVELS - 0.05, LEVELS + 0.05))
    assert [trace.name for trace in figure.data] == ["band from", "95 % band", "right", "observed"]
    assert list(figure.data[3].marker.symbol) == ["diamond", "circle", "circle"]
    none = np.zeros(0)
    assert calibration_figure(none, none, none, none)["data"] == []


def test_the_pit_has_a_bar_a_tenth():
    figure = go.Figure(pit_figure(np.full(10, 0.1)))
    assert len(figure.data[0].x) == 10
    assert pit_figure(np.zeros(0))["data"] == []
