"""Alerts: one for each rule and subject, seen by right and by book, acknowledged by name, cleared when it is over."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.services.monitoring import alerts


def person(name: str, role: Role, *books: str) -> Actor:
    return Actor(1, name, name.title(), frozenset({role}), frozenset(books))


ANN = person("ann", Role.RISK_OFFICER, "DESK", "GAS")
OLIVER = person("oliver", Role.OPERATIONS, "DESK")
AUDREY = person("audrey", Role.AUDITOR, "DESK")
ADAM = person("adam", Role.ADMINISTRATOR)


def put(
    rule: str = "risk.grade-drop", subject: str = "DESK", severity: str = "warning", **more: object
) -> int:
    given = {
        "title": "Confidence dropped", "message": "From B to C.", "link": "/risk",
        "permission": Permission.RISK_READ, "facts": {"portfolio": subject},
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        return alerts.raise_alert(work, rule, subject, severity, **(given | more))


def over(rule: str = "risk.grade-drop", subject: str = "DESK") -> bool:
    with UnitOfWork(write=True) as work:
        return alerts.clear(work, rule, subject)


def test_one_open_alert_for_each_rule_and_subject(database):
    first = put()
    assert put(message="From B to D.") == first
    assert put("risk.limit-breach") != first
    assert put(subject="GAS") != first
    (seen,) = [one for one in alerts.alerts(SYSTEM) if one.id == first]
    assert seen.message == "From B to D."
    assert over()
    assert not over(), "it is over already"
    assert put() != first, "after it was over, it is a new alert"


def test_the_same_from_many_at_once_is_one(database):
    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(lambda n: put(message=f"said by {n}"), range(12)))
    assert len(made) == 1
    assert alerts.open_count(SYSTEM) == 1


def test_it_is_seen_by_right_and_by_book(database):
    risk = put()
    gas = put(subject="GAS")
    job = put("jobs.lost", "risk.run", permission=Permission.JOBS_READ, facts={})
    seen = {actor.username: {one.id for one in alerts.alerts(actor)} for actor in (ANN, OLIVER, AUDREY, ADAM)}
    assert seen == {"ann": {risk, gas}, "oliver": {risk, job}, "audrey": {risk, job}, "adam": {job}}
    assert [alerts.open_count(actor) for actor in (ANN, OLIVER, AUDREY, ADAM)] == [2, 2, 2, 1]
    for stranger, alert in ((ADAM, risk), (OLIVER, gas), (ANN, job)):
        with pytest.raises(NotFound):
            alerts.acknowledge(alert, stranger)


def test_acknowledging_takes_a_name_and_the_right_to_answer(database):
    made = put()
    with pytest.raises(NotPermitted):
        alerts.acknowledge(made, AUDREY)
    assert [one.may_acknowledge for one in (*alerts.alerts(AUDREY), *alerts.alerts(ANN))] == [False, True]
    done = alerts.acknowledge(made, ANN)
    assert (done.acknowledged_by, done.may_acknowledge, done.cleared_at) == ("ann", False, None)
    with pytest.raises(Conflict, match="ann has acknowledged it already"):
        alerts.acknowledge(made, ANN)


def test_what_gets_worse_has_to_be_acknowledged_again(database):
    made = put()
    alerts.acknowledge(made, ANN)
    put(severity="info")
    assert alerts.alerts(ANN)[0].acknowledged_by == "ann"
    put(severity="critical")
    (again,) = alerts.alerts(ANN)
    assert (again.id, again.severity, again.acknowledged_by) == (made, "critical", "")


def test_what_is_over_stays_in_the_list_below(database):
    made = put()
    over()
    assert alerts.alerts(ANN) == []
    rows, total = alerts.cleared(ANN, GridQuery(text="dropped"))
    assert (total, [one.id for one in rows]) == (1, [made])
    assert rows[0].cleared_at is not None
    assert alerts.cleared(ADAM, GridQuery())[1] == 0
    with pytest.raises(Conflict, match="It is over"):
        alerts.acknowledge(made, ANN)


def test_a_service_that_fails_has_told_nobody(database):
    def fail() -> None:
        with UnitOfWork(write=True) as work:
            alerts.raise_alert(
                work, "jobs.lost", "x", "critical", "Lost", "It was lost.", "/", Permission.JOBS_READ, {}
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert alerts.open_count(SYSTEM) == 0
