"""The ensemble weighs its members by their errors on its own history, and goes on without those that fail."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.forecast.base import MODELS, Family, Forecast, ForecastModel, Task, model
from portal.domain.forecast.errors import NotConverged
from portal.domain.forecast.inner import earlier, inner_forecasts, inner_origins, members_of
from portal.domain.market.errors import BadParameter, NoSuchModel
from tests.helpers.power_days import power_task
from tests.portal.domain.forecast.models.test_gradient_boosting import daily_task


def _fixed(code: str, shift: float) -> ForecastModel:
    """Return a model that says 30 and a shift."""

    def says(task: Task) -> Forecast:
        mean = np.full(task.horizon, 30.0 + shift)
        return Forecast(mean, mean[:, None] + np.linspace(-1.0, 1.0, 15))

    return ForecastModel(code, code.title(), Family.STATISTICAL, 2, False, True, True, 0.01, {}, says)


def _failing(code: str) -> ForecastModel:
    def stops(task: Task) -> Forecast:
        raise ValueError("singular matrix")

    return ForecastModel(code, code.title(), Family.STATISTICAL, 2, False, True, True, 0.01, {}, stops)


@pytest.fixture(autouse=True)
def _members(monkeypatch: pytest.MonkeyPatch) -> None:
    model("seasonal_naive")
    for made in (_fixed("near", 0.1), _fixed("far", 8.0), _failing("broken")):
        monkeypatch.setitem(MODELS, made.code, made)


def test_inverse_errors_favour_the_better_member() -> None:
    task, _ = daily_task()
    found = model("ensemble")(task, members=["near", "far"])
    weights = found.facts["drivers"]
    assert weights["Near"] > 0.7
    assert sum(weights.values()) == pytest.approx(1.0)
    equal = model("ensemble")(task, members=["near", "far"], weights="equal")
    np.testing.assert_allclose(equal.mean, 30.0 + 0.5 * 8.1)


def test_a_member_that_fails_is_named_and_left_out() -> None:
    task, _ = daily_task()
    found = model("ensemble")(task, members=["near", "broken"])
    assert found.facts["members"] == ["near"]
    assert found.notes == ("Broken was left out: ValueError: singular matrix",)
    with pytest.raises(NotConverged, match="Only 0 of 2 members answered"):
        model("ensemble")(task, members=["broken", "lear"])


def test_the_usual_members_of_an_hourly_grid() -> None:
    task, actual = power_task(days=70)
    found = model("ensemble")(task, weights="equal")
    assert found.facts["members"][:2] == ["lear", "gradient_boosting"]
    assert np.abs(found.median - actual).mean() < 12.0


def test_a_short_history_weighs_equally_with_a_note() -> None:
    task, _ = daily_task(80, 20)
    found = model("ensemble")(task, members=["near", "far"])
    assert found.facts["inner_origins"] == 0 or found.facts["drivers"]["Near"] > 0.5
    shorter, _ = daily_task(62, 40)
    note = model("ensemble")(shorter, members=["near", "far"]).notes
    assert note == ("History or time has no room for inner origins: members have equal weights.",)


def test_an_earlier_question_holds_nothing_later() -> None:
    task, _ = power_task(days=60)
    asked = earlier(replace(task, known=(24, 0)), 50 * 24)
    assert len(asked.y) == 50 * 24
    assert asked.features.shape == (51 * 24, 2)
    assert np.isfinite(asked.future[:, 0]).all()
    assert np.isnan(asked.future[:, 1]).all()
    assert np.isfinite(task.features[50 * 24 : 51 * 24, 1]).all()


def test_inner_origins_do_not_depend_on_the_clock() -> None:
    task, _ = daily_task()
    first, again = (inner_forecasts(task, ("near", "far"), seconds=0.3) for _ in range(2))
    np.testing.assert_array_equal(first.actual, again.actual)
    assert len(first.actual) == 15  # 0.3 s over 0.02 s
    assert first.medians.shape == (2, 15, 5)


def test_refuses_members_that_cannot_be_combined() -> None:
    task, _ = daily_task()
    with pytest.raises(BadParameter, match="one alone is none"):
        model("ensemble")(task, members=["near"])
    with pytest.raises(BadParameter, match="'ensemble' is one itself"):
        model("ensemble")(task, members=["near", "ensemble"])
    with pytest.raises(NoSuchModel):
        model("ensemble")(task, members=["near", "nobody"])
    with pytest.raises(BadParameter, match="'best'"):
        model("ensemble")(task, weights="best")


@pytest.mark.parametrize("grid", ["hourly", "daily"])
def test_the_usual_members_leave_time_for_inner_origins(grid: str) -> None:
    task = power_task(days=120)[0] if grid == "hourly" else daily_task(600, 20)[0]
    seconds = MODELS["ensemble"].defaults["seconds"]
    assert len(inner_origins(task, members_of(task, ()), seconds)) >= 6
