"""Figures of volatility: valid, complete, and with their unit on the axis."""

from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from components.charts.volatility import cone_figure, term_figure, volatility_figure
from portal.domain.market.volatility import volatility_cone

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(300)]
RETURNS = np.random.default_rng(3).normal(0.0, 0.02, 300)


@pytest.mark.parametrize(("relative", "unit"), [(True, "% a year"), (False, "EUR/MWh a year")])
def test_paths_are_valid_and_name_the_unit(relative, unit):
    lines = [("realised", np.abs(RETURNS)), ("EWMA", np.abs(RETURNS))]
    drawn = volatility_figure(DAYS, lines, unit=unit, relative=relative, level=("long run", 0.3))
    figure = go.Figure(drawn)
    assert [trace.name for trace in figure.data] == ["realised", "EWMA", "long run"]
    assert len(figure.data[0].x) == 300
    assert unit in drawn["layout"]["yaxis"]["title"]["text"]


def test_cone_has_bands_median_and_now():
    cone = volatility_cone(RETURNS)
    figure = go.Figure(cone_figure(cone, unit="% a year", relative=True))
    assert [trace.name for trace in figure.data[-2:]] == ["median", "now"]
    assert list(figure.data[-1].x) == [str(h) for h in cone.horizons]


@pytest.mark.parametrize("long_run", [0.3, None])
def test_term_structure_is_valid_with_and_without_a_long_run(long_run):
    drawn = term_figure(
        [1, 2, 3], np.array([0.5, 0.45, 0.4]), next_day=0.5, long_run=long_run, unit="%", relative=True
    )
    assert len(go.Figure(drawn).data) == (2 if long_run is None else 3)
