"""The benchmark of historical VaR: that everybody gives the same figures, which the times rest on."""

import numpy as np
import pytest

from tests.bench import risk_hs_var


@pytest.mark.parametrize("days", [250, 303])
def test_all_ways_give_the_same_figures(days):
    risk_hs_var.must_agree(risk_hs_var.book(60, days))


def test_a_difference_stops_the_benchmark(monkeypatch):
    def another_way(case):
        return 1.0, 2.0, None

    monkeypatch.setattr(risk_hs_var, "floor", another_way)
    with pytest.raises(SystemExit, match="another_way gives other figures"):
        risk_hs_var.must_agree(risk_hs_var.book(60, 250))


def test_figures_have_their_baselines():
    figures = risk_hs_var.measure(rounds=1, quick=True)
    assert [figure.against.split(":")[0] for figure in figures[:4]] == [
        "numpy floor",
        "numpy",
        "pandas",
        "QuantLib",
    ]
    assert all(np.isfinite(figure.ratio) for figure in figures)
    growth = [figure for figure in figures if figure.name.startswith("growth")]
    assert len(growth) == 6
    assert figures[4].ratio < 0.5  # memory
