"""What is promised of services, changed by people: versions, what is refused, and figures of an earlier look."""

import json
from datetime import timedelta

import pytest

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services.monitoring import objective_terms, objectives, rule_data, slo_view
from portal.services.monitoring.rule_catalogue import rules
from tests.helpers.audit import rows

pytestmark = pytest.mark.usefixtures("database")

OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
AUDITOR = Actor(2, "audrey", "Audrey", frozenset({Role.AUDITOR}))


def now(code: str) -> objectives.Objective:
    with UnitOfWork() as work:
        return objectives.objective(work, code)


def test_a_change_is_the_next_version_and_stands_in_the_audit_log():
    given = {"percent": "99,9", "window_days": 7, "within_seconds": 0.5, "enabled": True}
    made = objective_terms.change("latency", given, OPS, based_on=0)
    assert (made.version, made.objective, made.window_days) == (1, 0.999, 7)
    assert made.terms["within_seconds"] == 0.5
    assert made.terms["good_labels"] == objectives.ANSWERED, "what it counts stays"
    assert now("latency") == made
    again = objective_terms.change("latency", {"percent": 99.5}, OPS, based_on=1)
    assert [one.version for one in objective_terms.versions("latency", AUDITOR)] == [2, 1]
    assert (again.objective, again.window_days) == (0.995, 7)
    written = [json.loads(row.entry) for row in rows()]
    assert [one["action"] for one in written] == ["objective.written"] * 2
    assert all("latency" in row.entry for row in rows())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"percent": 100}, "The share promised must be from 50 to 99.999 %, not '100'."),
        ({"percent": ""}, "The share promised must be from 50 to 99.999 %, not ''."),
        ({"percent": "nan"}, "The share promised must be"),
        ({"percent": None}, "The share promised must be"),
        ({"window_days": 0}, "The window must be from 1 to 90 days, not '0'."),
        ({"window_days": 2.5}, "The window is a whole number of days, not 2.5."),
        ({"within_seconds": 0}, "The response time must be from 0.005 to 60 s, not '0'."),
        ({}, "Nothing was changed."),
    ],
)
def test_what_cannot_be_promised_is_refused_in_a_sentence(given, said):
    with pytest.raises(DomainError, match=said[:40]) as refused:
        objective_terms.change("latency", given, OPS, based_on=0)
    assert refused.value.message.startswith(said)
    assert now("latency").version == 0


def test_who_may_not_write_is_refused_and_a_second_writer_is_told():
    with pytest.raises(NotPermitted):
        objective_terms.change("jobs", {"percent": 90}, AUDITOR, based_on=0)
    with pytest.raises(NotPermitted):
        objective_terms.promise("cache", {}, AUDITOR)
    with pytest.raises(NotFound):
        objective_terms.change("nothing", {"percent": 90}, OPS, based_on=0)
    objective_terms.change("jobs", {"percent": 90}, OPS, based_on=0)
    with pytest.raises(Conflict, match="version 1 of 'Jobs succeed'"):
        objective_terms.change("jobs", {"percent": 80}, OPS, based_on=0)
    assert now("jobs").objective == 0.9


def test_a_service_gets_its_first_objective_once():
    free = dict(objective_terms.without(OPS))
    assert "database" not in free, "the release promises that already"
    assert "disk" in free
    made = objective_terms.promise("disk", {"percent": 99.9, "window_days": 14}, OPS)
    assert (made.code, made.service, made.source, made.objective) == ("works.disk", "disk", "states", 0.999)
    assert "disk" not in dict(objective_terms.without(OPS))
    with pytest.raises(Conflict, match="has an objective already"):
        objective_terms.promise("disk", {}, OPS)
    with pytest.raises(NotFound):
        objective_terms.promise("nobody", {}, OPS)
    [standing] = slo_view.standings(OPS, slo_view.now(), ["works.disk"])
    assert standing.attained() is None


def test_an_objective_that_is_off_is_shown_as_off_and_no_rule_watches_it():
    objective_terms.change("availability", {"enabled": False}, OPS, based_on=0)
    moment = slo_view.now()
    assert "availability" not in {one.objective.code for one in slo_view.standings(OPS, moment)}
    everything = {one.objective.code: one for one in slo_view.standings(OPS, moment, with_off=True)}
    assert slo_view.state_of(everything["availability"]) == "off"
    with UnitOfWork() as work:
        burning = [one for one in rules(work).values() if one.terms.get("objective") == "availability"]
        assert burning
        assert all(one.objective is None for one in rule_data.read(work, burning, until=moment))


def test_an_earlier_look_is_judged_by_what_was_promised_then():
    before = slo_view.now() - timedelta(minutes=5)
    made = objective_terms.change("jobs", {"percent": 90}, OPS, based_on=0)
    with UnitOfWork() as work:
        assert objectives.objective(work, "jobs", before).objective == 0.98
        assert objectives.objective(work, "jobs", slo_view.now()) == made
        assert [one.objective.objective for one in slo_view.read(work, before, ["jobs"])] == [0.98]
        assert [one.objective.objective for one in slo_view.read(work, slo_view.now(), ["jobs"])] == [0.9]
