"""Alerts become incidents: one for each group and audience, asked again when it gets worse, followed if it returns."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import samples as sample_writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.permissions import Permission
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import alert_rules, alerts, feeds, incidents, noise, settling
from portal.services.monitoring.recording import Recorder
from portal.services.monitoring.rule_catalogue import Rule
from portal.services.monitoring.rule_rounds import AGAIN, judge_all
from tests.helpers.feeds import add_feed, workdays
from tests.helpers.incidents import ADAM, ANN, OLIVER, over, put


def steps(incident: int) -> list[str]:
    return [event.step for event in incidents.detail(incident, SYSTEM).events]


def queue() -> list[int]:
    return [one.id for one in incidents.queue(SYSTEM).views]


def cleared_earlier(minutes: int) -> None:
    with UnitOfWork(write=True) as work:
        statement = text("UPDATE alerts SET cleared_at = cleared_at - make_interval(mins => :minutes)")
        work.session.execute(statement, {"minutes": minutes})


def test_an_alert_opens_an_incident_and_the_same_rule_joins_it(database):
    first = put("risk.limit-breach", "L1", facts={"portfolio": "DESK"})
    put("risk.limit-breach", "L1", facts={"portfolio": "DESK"})
    second = put("risk.limit-breach", "L2", severity="critical", facts={"portfolio": "DESK"})
    (number,) = queue()
    found = incidents.detail(number, SYSTEM)
    assert [one.id for one in found.alerts] == [first, second]
    assert (found.view.row.severity, found.view.row.open_alerts, found.view.area) == (
        "critical", 2, "Risk and limits",
    )  # fmt: skip
    assert [event.step for event in found.events] == ["opened", "joined"], "found again is no news"
    assert found.view.row.affected == {"pages": ["/risk"], "jobs": []}


def test_those_who_may_not_see_the_same_get_incidents_of_their_own(database):
    desk = put("risk.limit-breach", "L1", facts={"portfolio": "DESK"})
    gas = put("risk.limit-breach", "L2", facts={"portfolio": "GAS"})
    job = put("jobs.lost", "risk.run", permission=Permission.JOBS_READ, facts={})
    assert len(queue()) == 3
    seen = {
        actor.username: [
            alert.id
            for one in incidents.queue(actor).views
            for alert in incidents.detail(one.id, actor).alerts
        ]
        for actor in (ANN, OLIVER, ADAM)
    }
    assert {name: sorted(found) for name, found in seen.items()} == {
        "ann": [desk, gas], "oliver": [desk, job], "adam": [job],
    }  # fmt: skip


def test_a_group_joins_what_different_rules_found(database):
    put("service.down", "database", permission=Permission.MONITORING_READ, facts={"group": "database"})
    put(
        "db.slow",
        "x",
        permission=Permission.MONITORING_READ,
        facts={"group": "database", "jobs": ["risk.run"]},
    )
    (number,) = queue()
    row = incidents.detail(number, SYSTEM).view.row
    assert row.service == "database"
    assert "risk.run" in row.affected["jobs"]


def test_what_gets_worse_asks_again_and_keeps_its_owner(database):
    put()
    (number,) = queue()
    incidents.acknowledge(number, ANN)
    put(severity="critical")
    found = incidents.detail(number, ANN)
    assert (found.view.row.state, found.view.asks, found.view.row.owner) == ("open", True, "ann")
    assert steps(number)[-1] == "worse"


def test_informative_alerts_and_silent_ones_open_nothing(database, monkeypatch):
    put(severity="info")
    with monkeypatch.context() as patch:
        patch.setattr(noise, "silent_because", lambda _work, _alert: "A maintenance window is open.")
        put("jobs.lost", "risk.run", permission=Permission.JOBS_READ, facts={})
        settling.settle()
        assert queue() == []
    settling.settle()
    assert len(queue()) == 1, "the window is over and the alert is still open"


def test_one_that_is_over_settles_by_itself_after_a_while(database):
    put()
    (number,) = queue()
    over()
    assert settling.resolve_quiet() == 0
    found = incidents.detail(number, SYSTEM)
    assert found.view.is_over
    assert found.settles_at is not None
    cleared_earlier(11)
    assert settling.resolve_quiet() == 1
    assert steps(number) == ["opened", "cleared", "resolved"]
    assert incidents.detail(number, SYSTEM).events[-1].by == "system"


@pytest.mark.parametrize("why", ["critical", "touched", "open"])
def test_what_people_have_to_deal_with_does_not_settle(database, why):
    put(severity="critical" if why == "critical" else "warning")
    (number,) = queue()
    if why == "touched":
        incidents.comment(number, ANN, "Looking at it.")
    if why == "open":
        put("risk.grade-drop", "GAS", facts={"portfolio": "DESK"})
    over()
    cleared_earlier(60)
    assert settling.resolve_quiet() == 0
    assert queue() == [number]
    assert incidents.detail(number, SYSTEM).settles_at is None


def test_an_alert_that_comes_back_before_it_settles_joins_it_again(database):
    put()
    (number,) = queue()
    over()
    put()
    assert queue() == [number]
    assert steps(number) == ["opened", "cleared", "joined"]


def test_trouble_that_returns_is_a_new_incident_that_names_the_old(database):
    put()
    (first,) = queue()
    incidents.resolve(first, ANN, "Restarted the feed.")
    put()
    assert queue() == [], "the check that finds it again may need a moment to see that it is gone"
    put(severity="critical")
    (second,) = queue()
    new, old = incidents.detail(second, ANN), incidents.detail(first, ANN)
    assert (new.previous, old.next, old.view.is_resolved) == (first, second, True)


def test_what_is_still_found_long_after_it_was_resolved_is_a_new_incident(database):
    put()
    (first,) = queue()
    incidents.resolve(first, ANN, "Should be fine.")
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE incidents SET resolved_at = resolved_at - interval '16 minutes'"))
    put()
    (second,) = queue()
    assert incidents.detail(second, ANN).previous == first


def resolved_earlier(minutes: int) -> None:
    with UnitOfWork(write=True) as work:
        statement = text("UPDATE incidents SET resolved_at = resolved_at - make_interval(mins => :minutes)")
        work.session.execute(statement, {"minutes": minutes})


def find_a_dead_service() -> Callable[[], object]:
    """Look at a cache that is down, as the monitor does; return its next look."""
    looks, recorder = itertools.count(), Recorder()
    began = clock.now()

    def look() -> None:
        at = began + timedelta(seconds=10 * next(looks))
        recorder.record([Reading("cache", State.BAD, "It does not answer.", at)])

    look()
    look()
    return look


def find_a_late_feed() -> Callable[[], object]:
    """Look at a feed that is late; return the next look."""
    add_feed("exchange", workdays(date(2026, 11, 20), 25))
    moment = datetime(2026, 11, 27, 23, tzinfo=UTC)
    feeds.watch(moment)
    return lambda: feeds.watch(moment)


def find_what_a_rule_finds() -> Callable[[], object]:
    """Judge a rule that people wrote and that fires; return its next round, when an alert is old enough to renew."""
    full = Rule("full", "threshold", "Full", "disk", "share", {"operator": ">", "level": 0.9})
    alert_rules.save(full, OLIVER, based_on=0)
    moments = itertools.count()

    def look() -> None:
        at = clock.now().replace(second=0, microsecond=0) + (AGAIN + timedelta(minutes=1)) * next(moments)
        with UnitOfWork(write=True) as work:
            sample_writes.append(work.session, [("disk", "share", "", at, 0.95)])
        judge_all(at, ["threshold"])

    look()
    return look


@pytest.mark.parametrize("find", [find_a_dead_service, find_a_late_feed, find_what_a_rule_finds])
def test_what_goes_on_long_after_its_incident_was_resolved_is_a_new_one(database, find):
    look = find()
    (first,) = queue()
    incidents.resolve(first, OLIVER, "Should be fine.")
    for minutes in (0, 14):
        resolved_earlier(minutes)
        look()
        settling.settle()
        assert queue() == [], "the check that finds it again may need a moment to see that it is gone"
    resolved_earlier(2)
    look()
    settling.settle()
    (second,) = queue()
    assert incidents.detail(second, SYSTEM).previous == first
    look()
    settling.settle()
    assert queue() == [second]


def test_what_happened_once_is_not_brought_up_again(database):
    put("jobs.lost", "risk.run", permission=Permission.JOBS_READ, facts={})
    (first,) = queue()
    incidents.resolve(first, OLIVER, "It ran.")
    resolved_earlier(60)
    settling.settle()
    assert queue() == []


def test_the_same_from_many_at_once_is_one_incident(database):
    def raise_one(n: int) -> int:
        return put("risk.limit-breach", f"L{n}", facts={"portfolio": "DESK"})

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(raise_one, range(12)))
    (number,) = queue()
    assert {one.id for one in incidents.detail(number, SYSTEM).alerts} == made


def test_no_alert_joins_an_incident_that_is_being_resolved(database):
    put("risk.limit-breach", "L0", facts={"portfolio": "DESK"})
    (first,) = queue()

    def raise_one(n: int) -> int:
        return put("risk.limit-breach", f"L{n}", facts={"portfolio": "DESK"})

    with ThreadPoolExecutor(6) as pool:
        raised = [pool.submit(raise_one, n) for n in range(1, 6)]
        done = pool.submit(incidents.resolve, first, ANN, "Done.")
        made = {one.result() for one in raised}
        done.result()
    events = incidents.detail(first, SYSTEM).events
    at = next(event.id for event in events if event.step == "resolved")
    assert all(event.step == "followed" for event in events if event.id > at)
    joined = [alert.id for number in (first, *queue()) for alert in incidents.detail(number, SYSTEM).alerts]
    assert made <= set(joined), "none is forgotten"


def test_taking_notice_of_all_alerts_acknowledges_the_incident_and_the_other_way_round(database):
    first = put("risk.limit-breach", "L1", facts={"portfolio": "DESK"})
    second = put("risk.limit-breach", "L2", facts={"portfolio": "DESK"})
    (number,) = queue()
    alerts.acknowledge(first, ANN)
    assert incidents.detail(number, ANN).view.asks
    alerts.acknowledge(second, ANN)
    assert not incidents.detail(number, ANN).view.asks
    third = put("risk.limit-breach", "L3", facts={"portfolio": "DESK"})
    incidents.acknowledge(number, ANN)
    assert {one.id: one.acknowledged_by for one in alerts.alerts(ANN)}[third] == "ann"


def test_what_was_rolled_back_opened_nothing(database):
    def fail() -> None:
        with UnitOfWork(write=True) as work:
            alerts.raise_alert(
                work, "jobs.lost", "x", "critical", "Lost", "It was lost.", "/", Permission.JOBS_READ, {}
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert queue() == []
