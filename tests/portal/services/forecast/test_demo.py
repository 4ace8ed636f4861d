"""The demo desk has forecasts: tried, approved by two people, served day by day, with paths and a fallback to show."""

import pytest

from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.forecast.stages import Stage
from portal.services import clocks as clock_service
from portal.services.forecast import experiments, monitoring, registry, serving
from portal.services.forecast.demo import AT_ONCE
from tests.helpers.forecasts import READER


@pytest.fixture(scope="module")
def clocks(demo_database: str) -> Clocks:
    del demo_database
    return Clocks(clock_service.latest_day(), clock.now())


def test_champions_were_approved_by_somebody_else(clocks: Clocks) -> None:
    champions = [view for view in registry.versions(READER, clocks=clocks) if view.stage is Stage.CHAMPION]
    assert "power.DE_LU" in {view.target for view in champions}
    for view in champions:
        by = {step.step: step.decided_by for step in view.decisions}
        assert by["proposed"] != by["approved"]
        assert registry.gate(view.id, READER).passed


def test_every_target_is_served_with_a_reason_where_no_version_is(clocks: Clocks) -> None:
    served = serving.by_target(clocks, READER)
    assert set(served) >= {
        quick.target for quick in AT_ONCE
    }  # the browser's test serves one more on this desk
    for run in served.values():
        assert run.as_of == clocks.as_of
        assert bool(run.reason) == (run.version_id is None)
    power = served["power.DE_LU"]
    paths = serving.paths(power.id, READER)
    assert paths is not None
    assert paths.shape[1] in (23, 24, 25)


def test_what_was_served_is_held_against_what_arrived(clocks: Clocks) -> None:
    found = monitoring.watch("power.DE_LU", clocks, READER)
    assert found.judged.known
    assert found.live.cells > 100
    assert experiments.count(READER)["power.DE_LU"].all >= 4
