"""The benchmark of Monte Carlo: that all give the same figures, which the times rest on, and what it reports."""

import numpy as np
import pytest

from tests.bench import risk_mc


@pytest.mark.parametrize(("vols", "smile"), [(False, 0.0), (True, 0.0), (True, 0.05)])
def test_all_ways_give_the_same_figures(vols, smile):
    scene = risk_mc.scene(1200, vols=vols, smile=smile).part(1200, 5)  # every fifth is an option
    assert risk_mc.must_agree(scene, risk_mc.Plain(scene)) < risk_mc.VAR_WITHIN


def test_a_difference_stops_the_benchmark(monkeypatch):
    scene = risk_mc.scene(300, vols=False).part(300, 5)
    plain = risk_mc.Plain(scene)
    monkeypatch.setattr(plain, "floor", lambda *, keep: np.linspace(-2.0, 1.0, 300) * (1.0 + keep))
    with pytest.raises(SystemExit, match="is off by"):
        risk_mc.must_agree(scene, plain)


def test_figures_have_their_baselines(monkeypatch):
    monkeypatch.setattr(risk_mc, "SCENARIOS", 2000)
    figures = risk_mc.measure(rounds=1, quick=True)
    assert {figure.against for figure in figures if figure.name.startswith("P&L")} == {
        "numpy floor: the same",
        "numpy: the sum alone",
        "QuantLib loop",
    }
    assert sum(figure.name == "peak memory" for figure in figures) == 3
    assert sum(figure.subject.startswith("growth") for figure in figures) == 6
