"""Monitoring > Incidents: who sees and may do what, what is said of one, and its figures computed again."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from callbacks.monitoring.incidents import draw, grids
from callbacks.monitoring.incidents.cards import by_hand
from callbacks.monitoring.incidents.ids import Ids
from callbacks.monitoring.incidents.page import signature
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.monitoring import incident_metrics as metrics
from portal.services import evaluation, passports
from portal.services.monitoring import incident_tables, incident_views, incidents
from tests.helpers.incidents import ADAM, ANN, AUDREY, OLIVER, over, put
from tests.helpers.layout import text_of


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[dict[str, int]]:
    """An incident that asks, one that somebody has, one put off, one of jobs, and one that is resolved."""
    made = {}
    for name in ("asks", "taken", "off", "done"):
        put(f"rule.{name}", "DESK", title=f"It {name}", severity="critical" if name == "asks" else "warning")
    put("jobs.lost", "risk.run", title="Risk run was lost", permission=Permission.JOBS_READ, facts={})
    for view in incidents.queue(SYSTEM).views:
        made[view.row.title] = view.id
    incidents.acknowledge(made["It taken"], ANN)
    incidents.snooze(made["It off"], ANN, clock.now() + timedelta(hours=2), "The vendor works on it.")
    over("rule.done")
    incidents.resolve(made["It done"], ANN, "Restarted the feed.")
    return made


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def drawn(actor: Actor, **asked: object) -> str:
    return text_of(draw({name: str(value) for name, value in asked.items()}, now(), actor))


def test_the_queue_begins_with_what_asks(told):
    said = drawn(ANN)
    places = [
        said.index(words) for words in ("Asks for attention", "It asks", "It taken", "It off", "It done")
    ]
    assert places == sorted(places)
    assert "ann has it, put off until" in said
    assert "Risk run was lost" not in said
    assert said.count("Acknowledge") == 1


def test_only_what_is_theirs_and_only_what_they_may(told):
    said = drawn(ADAM)
    assert "Risk run was lost" in said
    assert "It asks" not in said
    assert "Acknowledge" not in drawn(AUDREY), "an auditor reads"
    assert "No such incident" in drawn(ADAM, incident=told["It asks"])
    assert grids.load_resolved(GridQuery(), {}, now(), ADAM).total == 0
    assert grids.load_resolved(GridQuery(), {}, now(), ANN).column("id") == [str(told["It done"])]


@pytest.mark.parametrize("asked", ["x", "9" * 30, "-1", "0"])
def test_a_mistyped_address_says_so(told, asked):
    assert "No such incident" in drawn(ANN, incident=asked)


def test_the_inputs_narrow_the_queue(told):
    assert "It asks" not in drawn(ANN, show="mine")
    assert "It taken" in drawn(ANN, show="mine")
    assert "None of the open incidents fits" in drawn(ANN, area=Permission.MARKET_READ.value)


def test_one_incident_says_what_is_wrong_and_what_can_be_done(told):
    said = drawn(ANN, incident=told["It asks"])
    for words in ("Risk and limits", "nobody yet", "Acknowledge: I deal with it", "Put off", "Resolve", "From B to C.",
                  "1 alert is open", "Opened"):  # fmt: skip
        assert words in said, words
    reader = drawn(AUDREY, incident=told["It asks"])
    assert "What now" not in reader
    assert "From B to C." in reader


def test_a_resolved_one_asks_for_what_was_learnt(told):
    number = told["It done"]
    assert "Nobody has written what was learnt yet." in drawn(AUDREY, incident=number)
    said = {"happened": "The feed stopped.", "why": "A certificate expired.", "change": "We watch it."}
    incidents.write_postmortem(number, ANN, said)
    shown = drawn(AUDREY, incident=number)
    for words in (*said.values(), "Restarted the feed.", "ann resolved it.", "Post-mortem written"):
        assert words in shown, words


def test_the_page_notices_what_others_do(told):
    before = signature("", ANN), signature(str(told["It taken"]), ANN)
    incidents.comment(told["It taken"], ANN, "Still at it.")
    after = signature("", ANN), signature(str(told["It taken"]), ANN)
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_opened_by_hand_about_what_they_answer_for():
    assert set(incident_views.areas_for(OLIVER)) == {
        Permission.MONITORING_READ, Permission.JOBS_READ, Permission.MARKET_READ, Permission.FORECAST_READ,
    }  # fmt: skip
    assert incident_views.areas_for(AUDREY) == {"audit:read": "Audit log"}
    assert "Open an incident by hand" in text_of(
        by_hand(incident_views.areas_for(OLIVER), {"web": "Web server"})
    )


def test_nothing_open_says_so(database):
    said = drawn(ANN)
    assert "Nothing needs anybody" in said
    assert "No incident has been resolved yet." in said


def test_every_figure_is_computed_again_from_its_rows(told):
    found = incident_tables.figures(ANN)
    assert (found.value(metrics.OPEN), found.value(metrics.WAITING), found.value(metrics.RESOLVED)) == (
        3,
        1,
        1,
    )
    assert found.value(metrics.MTTA) is not None
    params = {"moment": found.moment.isoformat()}
    for metric in (metrics.OPEN, metrics.WAITING, metrics.RESOLVED, metrics.MTTA, metrics.MTTR):
        clocks = now()
        seen = passports.open_passport(metric.id, params, clocks, ANN).evaluation
        assert seen.value == found.value(metric), metric.id
        replay: Any = evaluation.evaluator(metric.id).replay
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        assert replay(rows, evaluation.clean_params(metric.id, params), clocks).value == seen.value, metric.id
    others = passports.open_passport(metrics.OPEN.id, params, now(), ADAM).evaluation
    assert others.value == 1.0, "a passport counts under the rights of its reader"


def test_names_of_parts():
    assert all(re.fullmatch(r"monitoring-incidents(-[a-z]+)?", name) for name in Ids)
