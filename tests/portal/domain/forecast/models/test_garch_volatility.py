"""GARCH for volatilities: estimates, level, spread and refusals."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS, Task, model
from portal.domain.forecast.errors import NotConverged, UnfitSeries
from portal.domain.market.errors import FitFailed, InsufficientHistory

STEPS = 10


def _task(n=1500, shift=0.0):
    rng = np.random.default_rng(6)
    expected, y = 30.0, []
    for _ in range(n):
        y.append(expected * rng.gamma(4.0, 0.25))
        expected = 1.5 + 0.25 * y[-1] + 0.70 * expected
    stamp = np.datetime64("2020-01-01", "s") + np.arange(n + STEPS) * np.timedelta64(86_400, "s")
    return Task(np.array(y) + shift, stamp, STEPS, positive=True)


def test_estimates_are_near_what_made_the_series():
    found = model("garch_volatility")(_task())
    assert found.facts["alpha"] == pytest.approx(0.25, abs=0.05)
    assert found.facts["beta"] == pytest.approx(0.70, abs=0.07)


def test_shocks_are_skewed_so_the_mean_lies_above_the_median():
    found = model("garch_volatility")(_task())
    assert (found.median < found.mean).all()
    assert (found.mean < found.quantiles[:, LEVELS.index(0.8)]).all()
    assert found.quantiles.min() > 0.0


def test_days_without_a_move_are_no_problem():
    task = _task()
    task.y[[100, 700, 1400]] = 0.0
    assert np.isfinite(model("garch_volatility")(task).mean).all()


def test_refusals(monkeypatch):
    with pytest.raises(UnfitSeries, match="a model of prices instead"):
        model("garch_volatility")(_task(shift=-20.0))
    with pytest.raises(InsufficientHistory, match="at least 100"):
        model("garch_volatility")(_task(60))

    def lost(*_args):
        raise FitFailed("No maximum.", model="GARCH")

    monkeypatch.setattr("portal.domain.market.garch.maximise", lost)
    with pytest.raises(NotConverged, match="GARCH volatility did not converge"):
        model("garch_volatility")(_task(200))
