"""Monitoring > Services: how everything stands, what a failure reaches, figures that open."""

from datetime import datetime, timedelta

import dash
import pytest

from callbacks.monitoring import services as page
from data.models.operations import ProcessBeat, ServiceState
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import service_metrics as metrics
from portal.services import evaluation, passports
from portal.services.monitoring import standing
from tests.helpers.layout import text_of

OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
TOM = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def stand(service: str, state: str, reason: str = "Because.", at: datetime | None = None) -> None:
    with UnitOfWork(write=True) as work:
        work.session.add(
            ServiceState(service=service, at=at or clock.now(), state=state, reason=reason, facts={})
        )


@pytest.fixture
def watched(database: str, portal_app: dash.Dash) -> datetime:
    """Services that stand since some hours or since this moment, which is returned."""
    now = clock.now()
    for code in ("web", "worker", "monitor", "cache", "disk"):
        stand(code, "good", "It answers.", now)
    stand("database", "good", "It answers.", now - timedelta(hours=3))
    stand("database", "bad", "It does not answer. Start it.", now - timedelta(hours=1))
    return now


def test_nobody_looked_yet(database: str, portal_app: dash.Dash):
    said = text_of(page.draw({}, now(), OPS))
    assert "Nobody has looked at it yet" in said
    assert standing.overview(OPS).unwell == len(standing.overview(OPS).services)


def test_what_is_unwell_comes_first_with_its_reason(watched: datetime):
    rows = page.load(GridQuery(), {}, now(), OPS).records()
    assert (rows[0]["service"], rows[0]["state"]) == ("Database", "bad")
    assert rows[0]["reason"] == "It does not answer. Start it."
    assert rows[0]["address"] == "/monitoring/services/database"
    assert "Database: bad" in text_of(page.draw({}, now(), OPS))


def test_the_reach_of_a_failure_names_pages_and_jobs(watched: datetime):
    said = text_of(page.draw({"service": "database"}, now(), OPS))
    for words in (
        "If Database fails",
        "every page",
        "Web server",
        "Drill-down",
        "Nightly risk run",
        "Backup",
    ):
        assert words in said, words


def test_a_service_that_nobody_knows_is_ignored(watched: datetime):
    assert "If " not in text_of(page.draw({"service": "gone"}, now(), OPS))


def test_pages_that_a_reader_may_not_open_are_named_but_no_link(watched: datetime):
    found = str(page.draw({"service": "database"}, now(), OPS))
    assert "/compliance/cases" not in found
    assert "Cases" in found


def test_only_those_with_the_right_look(watched: datetime):
    with pytest.raises(NotPermitted):
        page.draw({}, now(), TOM)
    with pytest.raises(NotPermitted):
        page.load(GridQuery(), {}, now(), TOM)


def test_every_figure_opens_and_follows_from_its_rows(watched: datetime):
    found = standing.overview(OPS, watched)  # two of three hours were good then, however long this takes
    moment = {"moment": found.moment.isoformat()}
    asked = [
        (metrics.WATCHED, moment, float(len(found.services))),
        (metrics.UNWELL, moment, float(found.unwell)),
        (metrics.REACHED, {"service": "disk"}, float(len(found.reached("disk")))),
        (metrics.TIME_GOOD, {"service": "database", "hours": 6.0, **moment}, 2 / 3),
    ]
    for metric, params, value in asked:
        passport = passports.open_passport(metric.id, params, now(), OPS)
        assert passport.evaluation.value == pytest.approx(value, rel=1e-3), metric.id
        replay = evaluation.EVALUATORS[metric.id].replay
        assert replay is not None
        again = replay(passport.evaluation.inputs.records(), passport.params, passport.clocks)
        assert again.value == passport.evaluation.value


def test_figures_of_a_service_that_is_gone_say_so(watched: datetime):
    with pytest.raises(NotFound, match="'gone'"):
        passports.open_passport(metrics.REACHED.id, {"service": "gone"}, now(), OPS)


def test_what_a_silent_monitor_said_last_is_not_how_things_stand(watched: datetime):
    with UnitOfWork(write=True) as work:
        ago = clock.now() - timedelta(minutes=5)
        work.session.add(
            ProcessBeat(
                instance="here:1:1", kind="monitor", host="here", pid=1, release="1", started_at=ago, beat_at=ago,
                facts={},
            )
        )  # fmt: skip
    found = standing.overview(OPS)
    assert {one.state for one in found.services.values()} == {"unknown"}
    assert "It was bad then: It does not answer." in found.services["database"].reason
    assert standing.overview(OPS, clock.now() - timedelta(minutes=6)).services["web"].state == "unknown"
    passport = passports.open_passport(metrics.UNWELL.id, {"moment": found.moment.isoformat()}, now(), OPS)
    assert passport.evaluation.value == len(found.services)


def test_an_earlier_moment_shows_how_it_stood(watched: datetime):
    found = standing.overview(OPS, clock.now() - timedelta(hours=2))
    assert found.services["database"].state == "good"
    assert found.services["web"].state == "unknown"
