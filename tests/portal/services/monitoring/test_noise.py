"""Noise: maintenance windows, rules that come first, and what needs a service that is down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Permission, Role
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import alert_rules, alerts, maintenance, noise
from portal.services.monitoring.recording import Recorder
from portal.services.monitoring.rule_catalogue import Rule

OLIVER = Actor(1, "oliver", "Oliver", frozenset({Role.OPERATIONS}), frozenset())
AUDREY = Actor(2, "audrey", "Audrey", frozenset({Role.AUDITOR}), frozenset())
HOUR = timedelta(hours=1)
BASE = Rule("first", "threshold", "First", "disk", "host_disk_used_ratio", {"level": 0.9})


def told(
    rule: str, subject: str, permission: Permission = Permission.MONITORING_READ, **facts: object
) -> str:
    """Raise an alert and return why it is silent."""
    with UnitOfWork(write=True) as work:
        alerts.raise_alert(work, rule, subject, "warning", rule, "", "", permission, facts)
        found = alerts.find_open(work, rule, subject)
        assert found is not None
        return noise.silent_because(work, found)


def plan(
    *services: str,
    begins: timedelta = -HOUR,
    ends: timedelta = HOUR,
    actor: Actor = OLIVER,
    why: str = "New disk",
) -> int:
    now = clock.now()
    return maintenance.plan(actor, services, now + begins, now + ends, why)


def test_a_window_keeps_its_services_silent_while_it_lasts(database):
    made = plan("database", "feed.*")
    assert "Maintenance of database until" in told("service.down", "database")
    assert "New disk" in told("feed.late", "entsoe")
    assert told("service.down", "cache") == ""
    maintenance.end(OLIVER, made)
    assert told("service.down", "database") == ""
    with pytest.raises(Conflict):
        maintenance.end(OLIVER, made)
    assert [one.state for one in maintenance.windows(AUDREY)] == ["over"]


def test_a_window_that_is_to_come_silences_nothing_yet(database):
    plan("*", begins=HOUR, ends=2 * HOUR)
    assert told("service.down", "database") == ""
    assert [one.state for one in maintenance.windows(AUDREY)] == ["planned"]


def test_money_is_never_silent(database):
    plan("*")
    assert told("risk.limit-breach", "17", Permission.RISK_READ) == ""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"services": ()}, "at least one service"),
        ({"services": ("disk",), "why": " "}, "Say why"),
        ({"services": ("disk",), "ends": -2 * HOUR}, "ends after it begins"),
        ({"services": ("disk",), "ends": timedelta(days=20)}, "at most 14 days"),
        ({"services": ("disk",), "begins": -3 * HOUR, "ends": -HOUR}, "over already"),
    ],
)
def test_windows_that_make_no_sense_are_refused(database, given, says):
    with pytest.raises(DomainError, match=says):
        plan(*given.pop("services"), **given)


def test_windows_take_the_right_to_write_rules(database):
    with pytest.raises(NotPermitted):
        plan("disk", actor=AUDREY)


def test_a_rule_is_silent_while_one_that_comes_first_is_open_about_the_same_service(database):
    alert_rules.save(BASE, OLIVER, based_on=0)
    alert_rules.save(replace(BASE, code="second", inhibited_by=("first",)), OLIVER, based_on=0)
    assert told("rule.second", "disk", service="disk") == ""
    assert told("rule.first", "web", service="web") == ""
    assert told("rule.second", "disk", service="disk") == "", "the first is open about another service"
    assert told("rule.first", "disk", service="disk") == ""
    assert "comes first" in told("rule.second", "disk", service="disk")
    with UnitOfWork(write=True) as work:
        alerts.clear(work, "rule.first", "disk")
    assert told("rule.second", "disk", service="disk") == "", "what outlasts its cause is told"


def test_what_needs_a_service_that_is_down_is_silent_and_the_cause_is_not(database):
    assert told("service.down", "web") == ""
    assert told("service.down", "database") == ""
    assert told("service.down", "web") == "Database is down, and web needs it."
    assert told("rule.availability-burns-fast", "web", service="web") == "Database is down, and web needs it."
    assert told("service.down", "database") == ""


def test_what_needs_a_service_that_is_only_in_trouble_is_told(database):
    """A disk that fills up for weeks does not hide that the database on it goes down."""
    recorder = Recorder()
    for second in (0, 10):
        at = clock.now() + timedelta(seconds=second)
        recorder.record([Reading("disk", State.WARNING, "9 % free.", at)])
    assert told("service.down", "database") == ""
    for second in (20, 30):
        at = clock.now() + timedelta(seconds=second)
        recorder.record([Reading("disk", State.BAD, "Nothing free.", at)])
    assert told("service.down", "database").endswith("is down, and database needs it.")
