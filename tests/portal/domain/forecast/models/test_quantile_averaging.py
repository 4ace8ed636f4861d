"""Quantile regression averaging finds the better member and how far off it is."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS, MODELS, Family, Forecast, ForecastModel, Task, model
from tests.portal.domain.forecast.models.test_gradient_boosting import daily_task


def _shifted(code: str, shift: float, wobble: float) -> ForecastModel:
    def says(task: Task) -> Forecast:
        rng = np.random.default_rng(len(task.y))
        mean = np.full(task.horizon, 30.0 + shift) + wobble * rng.normal(size=task.horizon)
        return Forecast(mean, mean[:, None] + np.linspace(-0.1, 0.1, 15))

    return ForecastModel(code, code.title(), Family.STATISTICAL, 2, False, True, True, 0.01, {}, says)


@pytest.fixture(autouse=True)
def _members(monkeypatch: pytest.MonkeyPatch) -> None:
    model("seasonal_naive")
    for made in (_shifted("shifted", 6.0, 0.0), _shifted("wild", 0.0, 5.0)):
        monkeypatch.setitem(MODELS, made.code, made)


def test_learns_the_shift_and_the_spread_that_members_do_not_know() -> None:
    inside, medians = [], []
    for seed in range(6):
        task, actual = daily_task(seed=seed)
        found = model("quantile_averaging")(task, members=["shifted", "wild"])
        q = found.quantiles
        medians.append(found.median.mean())
        inside.append((actual >= q[:, LEVELS.index(0.1)]) & (actual <= q[:, LEVELS.index(0.9)]))
        assert found.facts["drivers"]["Shifted"] > 0.8
        assert sum(found.facts["drivers"].values()) == pytest.approx(1.0)
    assert np.mean(medians) == pytest.approx(30.0, abs=1.0)  # the shift of 6 is gone
    assert 0.6 < np.mean(inside) < 0.97


def test_with_few_inner_values_it_is_the_mean_with_its_errors() -> None:
    task, _ = daily_task(80, 5)
    found = model("quantile_averaging")(task, members=["shifted", "wild"], seconds=0.2)
    assert "Too few inner origins for regressions" in found.notes[0]
    assert (np.diff(found.quantiles, axis=1) >= 0.0).all()
    none, _ = daily_task(62, 40)
    found = model("quantile_averaging")(none, members=["shifted", "wild"])
    assert "No room for regressions" in found.notes[0]
