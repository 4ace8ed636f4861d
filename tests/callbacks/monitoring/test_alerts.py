"""Monitoring > Alerts: what it shows to whom, its figures with passports, and the link in the frame."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from callbacks.monitoring import alerts as page
from callbacks.monitoring.alerts import Ids
from components.alerts import link_words
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.domain.monitoring import alert_metrics as metrics
from portal.services import evaluation, passports
from portal.services.monitoring import alert_tables, alerts
from tests.helpers.layout import text_of

ANN = Actor(1, "ann", "Ann", frozenset({Role.RISK_OFFICER}), frozenset({"DESK"}))
ADAM = Actor(2, "adam", "Adam", frozenset({Role.ADMINISTRATOR}))


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[dict[str, int]]:
    """Three open alerts, of which one is acknowledged and one of another right, and one that is over."""
    made = {}
    with UnitOfWork(write=True) as work:
        for subject in ("DESK", "noticed", "over"):
            made[subject] = alerts.raise_alert(
                work, "risk.grade-drop", subject, "warning", f"Confidence in {subject} dropped", "From B to C.",
                "/risk", Permission.RISK_READ,
            )  # fmt: skip
        made["job"] = alerts.raise_alert(
            work, "jobs.lost", "risk.run", "critical", "Risk run was lost", "Its process ended.",
            "/monitoring/jobs", Permission.JOBS_READ,
        )  # fmt: skip
        alerts.clear(work, "risk.grade-drop", "over")
    alerts.acknowledge(made["noticed"], ANN)
    return made


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def drawn(actor: Actor) -> str:
    return text_of(page.draw({}, now(), actor))


def test_open_first_then_those_that_are_over(told):
    said = drawn(ANN)
    assert said.index("Confidence in DESK dropped") < said.index("Confidence in over dropped")
    assert "acknowledged by ann" in said
    assert said.count("Acknowledge ") + said.count("Acknowledge") >= 1
    assert "Risk run was lost" not in said


def test_only_what_is_theirs(told):
    said = drawn(ADAM)
    assert "Risk run was lost" in said
    assert "Confidence" not in said
    assert "Acknowledge" not in said, "an administrator reads jobs but does not answer for them"
    assert page.load_cleared(GridQuery(), {}, now(), ADAM).total == 0
    assert page.load_cleared(GridQuery(), {}, now(), ANN).column("id") == [str(told["over"])]


def test_nothing_open_says_so(database):
    said = drawn(ANN)
    assert "Nothing is open" in said
    assert "No alert has been raised and cleared yet." in said


def test_every_figure_is_computed_again_from_its_rows(told):
    found = alert_tables.figures(ANN)
    assert (found.open, found.waiting, found.cleared) == (2, 1, 1)
    params = {"moment": found.moment.isoformat()}
    for metric, value in ((metrics.OPEN, 2.0), (metrics.WAITING, 1.0), (metrics.CLEARED, 1.0)):
        clocks = now()
        seen = passports.open_passport(metric.id, params, clocks, ANN).evaluation
        assert seen.value == value, metric.id
        replay: Any = evaluation.evaluator(metric.id).replay
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        assert replay(rows, evaluation.clean_params(metric.id, params), clocks).value == value, metric.id
    others = passports.open_passport(metrics.OPEN.id, params, now(), ADAM).evaluation
    assert others.value == 1.0, "a passport counts under the rights of its reader"


def test_the_link_in_the_frame():
    assert (link_words(0), link_words(3)) == ("Alerts", "Alerts 3")
    assert all(re.fullmatch(r"monitoring-alerts(-[a-z]+)?", name) for name in Ids)
