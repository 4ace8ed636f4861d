"""Alert rules: judged by rounds over stored samples, replayed the same, written as versions, by right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from data.engine import engine
from data.models.operations import AlertRule
from data.session import UnitOfWork
from data.writes import samples as sample_writes
from data.writes import states as state_writes
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services.monitoring import alert_rules, alerts, rule_rounds
from portal.services.monitoring.agent import Turn
from portal.services.monitoring.rule_catalogue import DECLARED, Rule, rules
from portal.services.monitoring.rule_rounds import judge_all

OLIVER = Actor(1, "oliver", "Oliver", frozenset({Role.OPERATIONS}), frozenset())
AUDREY = Actor(2, "audrey", "Audrey", frozenset({Role.AUDITOR}), frozenset())
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FULL = Rule(
    "full", "threshold", "It is full", "disk", "host_disk_used_ratio",
    {"level": 0.9, "clear_level": 0.8, "for_seconds": 60},
)  # fmt: skip


@pytest.fixture
def statements(database) -> Iterator[list[str]]:
    """The statements that are sent to the database, as they come."""
    seen: list[str] = []

    def keep(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(engine(), "before_cursor_execute", keep)
    yield seen
    event.remove(engine(), "before_cursor_execute", keep)


def put(
    values: dict[int, float], *, metric: str = "host_disk_used_ratio", service: str = "disk", labels: str = ""
) -> None:
    """Store samples by seconds after noon."""
    rows = [(service, metric, labels, NOON + timedelta(seconds=at), value) for at, value in values.items()]
    with UnitOfWork(write=True) as work:
        sample_writes.append(work.session, rows)


def only(*wanted: Rule) -> None:
    """Switch off what the release declares, and write ``wanted``."""
    for one in DECLARED:
        if one.enabled and one.code not in {rule.code for rule in wanted}:
            alert_rules.switch(one.code, OLIVER, enabled=False)
    for one in wanted:
        alert_rules.save(one, OLIVER, based_on=0)


def look(at: int) -> list[str]:
    """Judge all rules so many seconds after noon and return the subjects of the open alerts."""
    judge_all(NOON + timedelta(seconds=at))
    return sorted(f"{one.rule}: {one.subject}" for one in alerts.alerts(SYSTEM))


def test_a_threshold_fires_after_its_time_stays_between_its_levels_and_ends(database):
    only(FULL)
    put(
        dict.fromkeys(range(0, 300, 15), 0.95)
        | dict.fromkeys(range(300, 600, 15), 0.85)
        | dict.fromkeys(range(600, 700, 15), 0.7)
    )
    assert look(30) == []
    assert look(90) == ["rule.full: disk"]
    [alert] = alerts.alerts(SYSTEM)
    assert alert.title == "It is full"
    assert alert.rule_title == "It is full"
    assert "disk reads 95.0 %" in alert.message
    assert "host_disk_used_ratio > 90.0 % for 1 min" in alert.message
    assert alert.facts["group"] == "service.disk"
    assert look(450) == ["rule.full: disk"], "between the levels it stays"
    assert look(630) == []


def test_each_series_has_its_own_alert_and_labels_choose(database):
    each = replace(FULL, terms={**FULL.terms, "for_seconds": 0, "labels": {"mount": "/|/data"}})
    only(each)
    for mount, value in (("/", 0.95), ("/data", 0.5), ("/old", 0.99)):
        put({0: value}, labels=f"mount={mount}")
    assert look(5) == ["rule.full: disk mount=/"]
    put({60: 0.92}, labels="mount=/data")
    assert look(65) == ["rule.full: disk mount=/", "rule.full: disk mount=/data"]


def test_a_gap_keeps_an_alert_for_a_day_or_ends_it_as_the_rule_says(database):
    keeps = replace(FULL, terms={**FULL.terms, "for_seconds": 0})
    clears = replace(keeps, code="clears", terms={**keeps.terms, "missing": "clear"})
    only(keeps, clears)
    put({0: 0.95})
    assert look(10) == ["rule.clears: disk", "rule.full: disk"]
    assert look(3_600) == ["rule.full: disk"]
    assert look(90_000) == []


def test_absence_tells_of_what_was_there(database):
    silent = Rule("silent", "absence", "Nothing comes", "target.*", "up", {"level": 120})
    only(silent)
    put({0: 1.0}, service="target.a", metric="up")
    put({0: 1.0, 120: 1.0}, service="target.b", metric="up")
    assert look(60) == []
    assert look(150) == ["rule.silent: target.a"]
    assert "2.5 min old" in alerts.alerts(SYSTEM)[0].message
    put({160: 1.0}, service="target.a", metric="up")
    assert look(165) == []


def test_a_machine_that_is_back_is_not_absent(database, monkeypatch):
    """Whatever the moment of the round, the first sample after half an hour off counts; before it nothing is judged."""
    only(Rule("silent", "absence", "Not measured", "disk", "host_memory_used_ratio", {"level": 300}))
    put(dict.fromkeys(range(0, 600, 15), 0.5), metric="host_memory_used_ratio")
    back = NOON + timedelta(seconds=2407)
    turns: dict[str, Turn] = {"samples": Turn(), "targets": Turn(ended_at=back)}
    monkeypatch.setattr(rule_rounds, "TURNS", turns)
    monkeypatch.setattr("portal.core.clock.now", lambda: back)
    rule_rounds.take_round()
    assert alerts.alerts(SYSTEM) == []
    put({2407: 0.5}, metric="host_memory_used_ratio")
    turns["samples"].ended_at = back
    rule_rounds.take_round()
    assert alerts.alerts(SYSTEM) == []
    assert look(2800) == ["rule.silent: disk"], "five minutes later it is absent again"


def test_budgets_that_burn_in_both_windows_alert_and_the_first_error_counts(database):
    """20 requests a minute; from the second hour half of them fail, in a series that was not there before."""
    only(next(one for one in DECLARED if one.code == "availability-burns-fast"))
    ok = {60 * at: 20.0 * at if at < 60 else 1200.0 + 10.0 * (at - 59) for at in range(75)}
    bad = {60 * at: 10.0 * (at - 59) for at in range(60, 75)}
    put(ok, service="web", metric="enerscope_requests_total", labels="kind=page,outcome=ok")
    put(bad, service="web", metric="enerscope_requests_total", labels="kind=page,outcome=server")
    assert look(59 * 60) == []
    # after ten minutes: 100 of 1200 failed in the hour, 8.3 % or 16.7 times the allowed 0.5 %; five minutes: 100 times
    assert look(69 * 60) == ["rule.availability-burns-fast: web"]
    assert alerts.alerts(SYSTEM)[0].severity == "critical"


def test_a_portal_that_is_down_burns_its_budget_though_no_request_arrives(database):
    only(next(one for one in DECLARED if one.code == "up-burns-fast"))
    with UnitOfWork(write=True) as work:
        for at, state in ((0, "good"), (3600, "bad"), (4500, "good")):
            state_writes.append(
                work.session, service="web", at=NOON + timedelta(seconds=at), state=state, reason="", facts={}
            )
    assert look(3600) == []
    # five minutes of the hour are 8.3 %, or 16.7 times the allowed 0.5 %
    assert look(3900) == ["rule.up-burns-fast: web"]
    assert alerts.alerts(SYSTEM)[0].title == "The portal keeps going down"


def test_a_bucket_that_stands_still_did_not_begin_at_zero_in_the_window(database):
    """Pages answered late only: their bucket stands at 1000, stored every five minutes, while callbacks go on."""
    declared = next(one for one in DECLARED if one.code == "latency-burns-fast")
    only(replace(declared, terms={**declared.terms, "windows": [[3600, 300, 14.4]], "stale_seconds": 60}))
    histogram = "enerscope_request_seconds"
    minutes = range(0, 5_400, 60)
    for kind, each in (("page", 10.0), ("callback", 1.0)):
        labels = f"kind={kind},outcome=ok"
        counts = {at: 1000 + each * at / 60 for at in minutes}
        put(counts, service="web", metric=f"{histogram}_count", labels=labels)
        within = counts if kind == "callback" else dict.fromkeys(range(200, 5_400, 300), 1000.0)
        put(within, service="web", metric=f"{histogram}_bucket", labels=f"kind={kind},le=1.0,outcome=ok")
    for at in range(4_800, 5_400, 60):
        assert look(at) == ["rule.latency-burns-fast: web"]


def test_many_rules_are_read_in_few_statements(database, statements):
    only(*(replace(FULL, code=f"full-{at}") for at in range(12)))
    put({0: 0.5})
    statements.clear()
    judge_all(NOON + timedelta(seconds=5))
    assert len([one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))]) <= 8


def test_what_a_replay_finds_is_what_the_rounds_find(database):
    only(FULL)
    values = {at: 0.95 if 120 <= at < 400 or 700 <= at < 730 else 0.7 for at in range(0, 900, 15)}
    put(values)
    tried = alert_rules.try_out(FULL, AUDREY, days=1, until=NOON + timedelta(seconds=900))
    [course] = tried.courses
    [episode] = course.episodes
    begin, end = (int(at - NOON.timestamp()) for at in (episode.begin, episode.end))
    fired = [at for at in range(0, 915, 15) if look(at)]
    assert fired == list(range(begin, end, 15))
    assert tried.told() == "Over 1 day it would have fired once."


def test_the_fault_of_one_rule_ends_no_round(database, monkeypatch):
    """Labels that nobody can read were stored by an earlier release; later a rule cannot be judged, nor be told."""
    other = replace(FULL, code="other", metric="host_load", terms={"level": 0.9})
    only(replace(FULL, terms={"level": 0.9}), other)
    put({0: 0.95})
    put({0: 0.95}, metric="host_load")
    assert look(1) == ["rule.full: disk", "rule.other: disk"]
    put({10: 0.95}, metric="host_load", labels="http.method=GET")
    put({10: 0.5})
    assert look(15) == ["rule.other: disk"], (
        "the alert of the rule with the fault stays, that of the other ends"
    )
    with UnitOfWork(write=True) as work:
        work.session.execute(text("DELETE FROM service_samples WHERE metric = 'host_load' AND labels <> ''"))
    put({20: 0.95})
    put({20: 0.5}, metric="host_load")

    def fails(name: str):
        original = getattr(rule_rounds, name)

        def broken(*given):
            if any("other" in str(getattr(one, "rule", "")) for one in given):
                raise KeyError(name)
            return original(*given)

        return broken

    for name, at in (("_look", 30), ("_apply", 45)):
        with monkeypatch.context() as patched:
            patched.setattr(rule_rounds, name, fails(name))
            assert look(at) == ["rule.full: disk", "rule.other: disk"]
    assert look(60) == ["rule.full: disk"]


def test_a_rule_is_written_in_versions_by_those_with_the_right(database):
    with pytest.raises(NotPermitted):
        alert_rules.save(FULL, AUDREY, based_on=0)
    first = alert_rules.save(FULL, OLIVER, based_on=0)
    assert (first.version, first.written_by, first.replay["times"]) == (1, "oliver", 0)
    second = alert_rules.save(replace(FULL, title="Fuller"), OLIVER, based_on=1)
    assert second.version == 2
    with pytest.raises(Conflict, match="version 2 of 'full' meanwhile"):
        alert_rules.save(FULL, OLIVER, based_on=1)
    assert [one.title for one in alert_rules.history("full", AUDREY)] == ["Fuller", "It is full"]
    off = alert_rules.switch("full", OLIVER, enabled=False)
    assert (off.version, off.enabled) == (3, False)
    with pytest.raises(Conflict, match="is off already"):
        alert_rules.switch("full", OLIVER, enabled=False)
    with UnitOfWork() as work:
        assert work.session.query(AlertRule).count() == 3
        assert rules(work)["full"].version == 3


def test_a_declared_rule_is_version_nought_and_can_be_written_over(database):
    declared = alert_rules.find("disk-fills", AUDREY)
    assert (declared.version, declared.written_by) == (0, "")
    written = alert_rules.save(replace(declared, terms={**declared.terms, "level": 0.05}), OLIVER, based_on=0)
    assert written.version == 1
    assert [one.version for one in alert_rules.history("disk-fills", AUDREY)] == [1, 0]
    with pytest.raises(NotFound):
        alert_rules.find("nonsense", AUDREY)


def test_switching_a_rule_off_ends_its_alerts(database):
    only(replace(FULL, terms={"level": 0.9}))
    put({0: 0.95})
    assert look(5) == ["rule.full: disk"]
    alert_rules.switch("full", OLIVER, enabled=False)
    assert look(6) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"code": "Full Disk"}, "is no code of a rule"),
        ({"title": " "}, "Give the rule a title"),
        ({"metric": ""}, "Choose the service and the metric"),
        ({"terms": {"level": 0.9, "clear_level": 0.95}}, "would be over at 0.95, where it still fires"),
        ({"terms": {"level": "much"}}, "needs a number for 'level'"),
        ({"terms": {"level": 1, "hue": 2}}, "has no term 'hue'"),
        ({"terms": {"level": 1, "for_seconds": -5}}, "'for seconds' is -5 s"),
        ({"kind": "gut feeling"}, "'gut feeling' is not a kind of rule"),
        ({"severity": "dire"}, "Choose a severity"),
        ({"inhibited_by": ("full",)}, "would be silent while it fires itself"),
        ({"inhibited_by": ("nobody",)}, "There is no rule 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(database, change, says):
    with pytest.raises(DomainError, match=says):
        alert_rules.save(replace(FULL, **change), OLIVER, based_on=0)


def test_rules_that_would_silence_each_other_are_refused(database):
    alert_rules.save(FULL, OLIVER, based_on=0)
    alert_rules.save(replace(FULL, code="other", inhibited_by=("full",)), OLIVER, based_on=0)
    with pytest.raises(DomainError, match="wait for it"):
        alert_rules.save(replace(FULL, inhibited_by=("other",)), OLIVER, based_on=1)


def test_every_declared_rule_makes_sense():
    for one in DECLARED:
        assert alert_rules.check(one) == replace(one, terms=alert_rules.check(one).terms)
