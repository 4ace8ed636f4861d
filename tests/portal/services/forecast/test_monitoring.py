"""What is served is held against what arrives; drift raises one alert, which clears itself; the night does it all."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.services.forecast import making, monitoring, registry, serving, training
from portal.services.forecast import targets as target_service
from portal.services.forecast.arrived import looked_up, newest
from portal.services.forecast.training import Ask
from portal.services.monitoring import alerts
from tests.helpers.forecasts import NOBODY, READER, RISK, TRADER, add_prices

TARGET = "settle.OIL"


def now() -> Clocks:
    return Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))


def serve_days(count: int, back: int = 24) -> None:
    """Train as of some weeks ago, approve, and serve day by day since."""
    stood = Clocks(now().as_of - timedelta(days=back), now().known_at)
    training.train(Ask((TARGET,), ("steady",), "test", origins=14), stood, run_by="trader", workers=1)
    view = next(view for view in registry.versions(READER, TARGET) if view.model == "steady")
    registry.propose(view.id, TRADER)
    registry.approve(view.id, RISK)
    target = target_service.target(TARGET)
    day, made = stood.as_of, 0
    while made < count:
        if day.weekday() < 5:
            evening = datetime.combine(day, time(21), UTC)
            making.serve(target, Clocks(day, evening, live=False), decided=now())
            made += 1
        day += timedelta(days=1)


@pytest.mark.usefixtures("database")
def test_served_forecasts_are_scored_as_values_arrive() -> None:
    add_prices("OIL")
    serve_days(7)
    found = monitoring.watch(TARGET, now(), READER)
    assert len(found.days) == 7
    assert found.live.days == 7
    assert found.live.error is not None
    assert found.live.naive is not None
    assert found.live.error < found.live.naive
    assert found.judged.known
    assert not found.judged.drifts
    assert monitoring.check(now()).drifting == {}
    assert alerts.alerts(RISK) == []
    with pytest.raises(NotPermitted):
        monitoring.watch(TARGET, now(), NOBODY)


@pytest.mark.usefixtures("database")
def test_a_level_shift_is_told_once() -> None:
    add_prices("OIL", shift=40.0)
    serve_days(7)
    for _again in range(2):
        checked = monitoring.check(now())
        assert list(checked.drifting) == [TARGET]
    (alert,) = alerts.alerts(RISK)
    assert alert.rule == monitoring.RULE
    assert alert.subject == TARGET
    assert "drifts" in alert.title
    assert alert.link == f"/forecast/models?target={TARGET}"


@pytest.mark.usefixtures("database")
def test_the_night_checks_and_serves_anew() -> None:
    add_prices("OIL")
    serve_days(2)
    job_id = jobs.submit("forecast.nightly", {}, SYSTEM, queue="page")
    assert jobs.run(job_id) == "done"
    assert set(jobs.job(job_id, SYSTEM).result["runs"]) == {TARGET}
    served = serving.newest(TARGET, now(), READER)
    assert served is not None
    assert served.run.job_id == job_id
    assert served.run.as_of == now().as_of


def test_quarters_become_hours_and_corrections_count() -> None:
    at = np.array(["2026-03-01T00:00", "2026-03-01T00:15", "2026-03-01T00:15", "2026-03-01T01:00"], "M8[s]")
    hours, values = newest(at, np.array([10.0, 99.0, 20.0, 5.0]), hourly=True)
    assert values.tolist() == [15.0, 5.0]
    asked = np.array(["2026-03-01T01:00", "2026-03-01T02:00"], "M8[s]")
    found: Any = looked_up(hours, values, asked)
    assert found[0] == 5.0
    assert np.isnan(found[1])
    assert np.isnan(looked_up(hours[:0], values[:0], asked)).all()
