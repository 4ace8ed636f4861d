"""Serving: the champion, else the next model with the reason, else the naive; baselines beside it, whole days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.domain.forecast.base import MODELS, all_models
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import Target, TargetKind
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.services.forecast import experiments, making, registry, serving, training
from portal.services.forecast import targets as target_service
from portal.services.forecast.training import Ask
from tests.helpers.forecasts import NOBODY, READER, RISK, TRADER, add_prices

TARGET = "settle.OIL"
BASELINES = set(serving.BASELINES) & set(all_models())


def now() -> Clocks:
    return Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))


def trained(*models: str, approve: str = "") -> None:
    """Train models and make one of them champion."""
    training.train(Ask((TARGET,), models, "test", origins=14), now(), run_by="trader", workers=1)
    for view in registry.versions(READER, TARGET):
        if view.model == approve:
            registry.propose(view.id, TRADER)
            registry.approve(view.id, RISK)


def serve(clocks: Clocks | None = None) -> serving.Served:
    making.serve(target_service.target(TARGET), clocks or now())
    found = serving.newest(TARGET, now(), READER)
    assert found is not None
    return found


@pytest.mark.usefixtures("database")
def test_the_champion_is_served_with_both_baselines_and_without_a_reason() -> None:
    add_prices("OIL")
    trained("steady", approve="steady")
    served = serve()
    assert served.run.model == "steady"
    assert served.version is not None
    assert served.version.name == "steady v1"
    assert served.fallback == ""
    assert served.instead_of is None
    assert {beside.run.model for beside in served.baselines} == BASELINES
    assert len(served.values) == 20
    assert served.values.quantiles.shape == (20, len(served.run.levels))
    assert (np.diff(served.values.quantiles, axis=1) >= 0.0).all()
    assert served.run.facts["train_last"] == now().as_of.isoformat()
    assert np.isnan(served.actuals).all()


@pytest.mark.usefixtures("database")
def test_a_champion_that_refuses_gives_way_to_the_next_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_prices("OIL")
    trained("steady", approve="steady")
    working = MODELS["steady"]
    monkeypatch.setitem(
        MODELS, "steady", replace(working, function=MODELS["needs_wind"].function, defaults={})
    )
    served = serve()
    assert served.run.model == "seasonal_naive"
    assert served.instead_of is not None
    assert served.instead_of.name == "steady v1"
    assert "steady v1 could not be used: The wind forecast of tomorrow has not arrived." in served.fallback
    assert served.fallback.endswith("Served is the seasonal naive.")
    assert {beside.run.model for beside in served.baselines} == BASELINES - {"seasonal_naive"}


@pytest.mark.usefixtures("database")
def test_the_previous_champion_stands_before_the_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    add_prices("OIL")
    trained("steady", approve="steady")
    monkeypatch.setitem(MODELS, "better", replace(MODELS["steady"], code="better"))
    training.train(Ask((TARGET,), ("better",), "test", origins=14), now(), run_by="trader", workers=1)
    view = next(view for view in registry.versions(READER, TARGET) if view.model == "better")
    registry.propose(view.id, TRADER)
    registry.approve(view.id, RISK)

    def broken(_task: Any, *, days: int = 10) -> None:
        raise FloatingPointError(f"a matrix of {days} is singular")

    monkeypatch.setitem(MODELS, "better", replace(MODELS["better"], function=broken))
    served = serve()
    assert served.version is not None
    assert served.version.name == "steady v1"
    assert "better v1 could not be used" in served.fallback
    assert "FloatingPointError" in served.fallback


@pytest.mark.usefixtures("database")
def test_without_a_champion_the_naive_is_served_and_says_so() -> None:
    add_prices("OIL")
    served = serve()
    assert served.run.model == "seasonal_naive"
    assert served.version is None
    assert served.fallback == f"{making.NONE_YET} Served is the seasonal naive."


@pytest.mark.usefixtures("database")
def test_what_has_arrived_stands_beside_an_earlier_forecast() -> None:
    add_prices("OIL")
    trained("steady")
    day = now().as_of - timedelta(days=14)
    clocks = Clocks(day, now().known_at)
    making.serve(target_service.target(TARGET), clocks)
    served = serving.newest(TARGET, now(), READER)
    assert served is not None
    assert served.run.as_of == day
    arrived = np.isfinite(served.actuals)
    assert 8 <= arrived.sum() <= 11
    assert arrived[0]
    assert serving.newest(TARGET, Clocks(day - timedelta(days=1), now().known_at), READER) is None
    earlier = Clocks(now().as_of, served.run.recorded_at - timedelta(seconds=1))
    assert serving.newest(TARGET, earlier, READER) is None


@pytest.mark.usefixtures("database")
def test_the_job_serves_all_champions_and_says_who_fell_back() -> None:
    add_prices("OIL")
    add_prices("GASOIL")
    trained("steady", approve="steady")
    job_id = jobs.submit("forecast.serve", {}, SYSTEM, queue="page")
    assert jobs.run(job_id) == "done"
    assert set(jobs.job(job_id, SYSTEM).result["runs"]) == {TARGET}
    served = serving.newest(TARGET, now(), READER)
    assert served is not None
    assert served.run.job_id == job_id
    job_id = jobs.submit("forecast.serve", {"targets": f"{TARGET},settle.GASOIL"}, SYSTEM, queue="page")
    assert jobs.run(job_id) == "done"
    assert jobs.job(job_id, SYSTEM).result["fallbacks"] == ["settle.GASOIL"]
    assert set(serving.by_target(now(), READER)) == {TARGET, "settle.GASOIL"}


@pytest.mark.usefixtures("database")
def test_who_may_not_read_forecasts_sees_none() -> None:
    for ask in (serving.by_target, lambda clocks, actor: serving.newest(TARGET, clocks, actor)):
        with pytest.raises(NotPermitted):
            ask(now(), NOBODY)


HOURLY = Target(
    TargetKind.LOAD,
    "DE_LU",
    "Load",
    "MW",
    "Europe/Berlin",
    per_day=24,
    periods=(24, 168),
    horizon=48,
    lead=24,
)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_days_of_23_and_25_hours_are_served_whole(day: date, hours: int) -> None:
    first = np.datetime64(day - timedelta(days=11), "s")
    stamp = first + np.arange(24 * 12) * np.timedelta64(1, "h")
    series = Series(HOURLY, np.arange(24.0 * 10), stamp)
    steps = making.served_steps(series)
    assert len(steps.ts) == hours
    assert (steps.day == np.datetime64(day)).all()
    assert (np.diff(steps.ts) == np.timedelta64(1, "h")).all()
    assert steps.position.min() == 24
    assert steps.position.max() == 47
    twice = [slot for slot in set(steps.position.tolist()) if (steps.position == slot).sum() == 2]
    assert twice == ([26] if hours == 25 else [])
    assert (26 in steps.position) is (hours != 23)


@pytest.mark.usefixtures("database")
def test_nothing_of_a_forecast_is_stored_when_its_steps_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    add_prices("OIL")

    def full(*_given: Any) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr("data.writes.forecast.insert_paths", full)
    monkeypatch.setattr(
        "portal.services.forecast.making._best",
        lambda series, _chain: making.Made(
            "steady", MODELS["steady"](series.task(len(series.y))), np.ones((3, 20))
        ),
    )
    with pytest.raises(OSError, match="full"):
        making.serve(target_service.target(TARGET), now())
    assert serving.newest(TARGET, now(), READER) is None
    with UnitOfWork():
        assert experiments.count(READER) == {}
