"""Alert rules: judged by rounds over stored samples, replayed the same, written as versions, by right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import event, text

from data.engine import engine
from data.models.operations import AlertRule
from data.queries.alert_rules import Found
from data.session import UnitOfWork
from data.writes import samples as sample_writes
from data.writes import states as state_writes
from portal.core.actor import SYSTEM, Actor
from portal.core.config import Settings
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.monitoring.series import at_moments
from portal.services.monitoring import alert_rules, alerts, rule_data, rule_rounds
from portal.services.monitoring.agent import Turn
from portal.services.monitoring.rule_catalogue import DECLARED, Rule, rules
from portal.services.monitoring.rule_data import as_values, read
from portal.services.monitoring.rule_replay import words_of
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


def make_hours(begin: int, end: int) -> None:
    """Make the hours of samples from ``begin`` to ``end``, in hours after noon."""
    with UnitOfWork(write=True) as work:
        sample_writes.roll_up(work.session, NOON + timedelta(hours=begin), NOON + timedelta(hours=end))


def firing_now(wanted: list[Rule], at: int) -> list[str]:
    """Return which rules a round so many seconds after noon would raise if nothing were open."""
    moment = NOON + timedelta(seconds=at)
    with UnitOfWork() as work:
        found = read(work, wanted, until=moment)
    return sorted(change.rule for change in rule_rounds.decide(found, [], moment) if change.fires)


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


HOUR, DAY = 3_600, 86_400


def waiting(**seconds: float) -> Rule:
    """Return the rule about a full disk with other times."""
    return replace(
        FULL, code=f"full-{max(seconds.values()):g}", terms={**FULL.terms, "for_seconds": 0, **seconds}
    )


def test_a_rule_that_waits_for_hours_fires_whatever_the_minute(database):
    """Broken for 36 hours, made into hours up to noon; for 35 hours it is looked at beyond what is read in full."""
    put(dict.fromkeys(range(-36 * HOUR, HOUR, 60), 0.95))
    make_hours(-36, 0)
    wanted = [waiting(for_seconds=hours * HOUR) for hours in (1, 1.5, 2, 3, 6, 30)]
    for minute in range(0, 60, 10):
        assert firing_now(wanted, minute * 60) == sorted(one.alert for one in wanted)
    assert firing_now([waiting(for_seconds=40 * HOUR)], 0) == []


def test_a_rule_that_waits_for_an_increase_fires_too(database):
    rising = replace(waiting(for_seconds=3 * HOUR), metric="host_network_bytes_total")
    rising = replace(rising, terms={"level": 0.5, "reading": "rate", "for_seconds": 3 * HOUR})
    put({at: 1e6 + at for at in range(-8 * HOUR, HOUR, 60)}, metric=rising.metric)
    make_hours(-8, 0)
    for minute in range(0, 60, 10):
        assert firing_now([rising], minute * 60) == [rising.alert]


def test_a_silence_is_told_when_it_is_as_long_as_the_rule_says_not_an_hour_later(database):
    silent = Rule(
        "silent", "absence", "Silent", "disk", FULL.metric, {"level": 2 * HOUR, "for_seconds": HOUR}
    )
    put(dict.fromkeys(range(-8 * HOUR, -2 * HOUR - 2_400, 60), 0.5))  # until 9:19
    make_hours(-8, 0)
    assert firing_now([silent], 18 * 60) == []
    assert firing_now([silent], 20 * 60) == [silent.alert]
    long = replace(silent, terms={"level": 10 * DAY})
    assert firing_now([long], 10 * DAY - 2 * HOUR + 60) == [long.alert], (
        "after an hour of which only the hour is read"
    )


def test_a_rule_that_waits_for_hours_until_it_is_over_ends(database):
    only(waiting(keep_seconds=3 * HOUR))
    put(dict.fromkeys(range(-6 * HOUR, -4 * HOUR, 60), 0.95) | dict.fromkeys(range(-4 * HOUR, HOUR, 60), 0.5))
    make_hours(-6, -1)
    assert look(-4 * HOUR - 60) == ["rule.full-10800: disk"]
    assert look(-2 * HOUR) == ["rule.full-10800: disk"]
    make_hours(-6, 0)
    assert look(-HOUR + 75) == []


def test_an_hour_that_was_broken_for_a_moment_was_not_broken_for_the_hour(database):
    """Once an hour a sample is beyond the level: neither 30 hours nor half an hour nor a minute of that in a row."""
    put({at: 0.95 if at % HOUR == 1_200 else 0.5 for at in range(-36 * HOUR, HOUR, 60)})
    make_hours(-36, 0)
    wanted = [waiting(for_seconds=30 * HOUR), waiting(for_seconds=1_800, keep_seconds=30 * HOUR)]
    wanted.append(waiting(for_seconds=60, keep_seconds=31 * HOUR))
    for minute in range(0, 60, 10):
        assert firing_now(wanted, minute * 60) == []


def test_rules_with_short_times_read_no_more_because_another_waits_long(database):
    """Of a rule that looks for series of the last week hours are read, but for the last two."""
    silent = next(one for one in DECLARED if one.code == "host-silent")
    put(dict.fromkeys(range(-36 * HOUR, HOUR, 60), 0.5), metric=silent.metric)
    make_hours(-36, 0)
    plain = [one for one in DECLARED if one.kind != "burn-rate"]
    assert {rule_data.raw_for(one.read()) for one in plain} == {timedelta(hours=2)}
    alone, beside = ([silent], [silent, replace(waiting(for_seconds=12 * HOUR), metric=silent.metric)])
    sizes = []
    for wanted in (alone, beside):
        with UnitOfWork() as work:
            found = read(work, wanted, until=NOON)[0]
        (samples,) = next(iter(found.series.values()))
        sizes.append(len(samples.times))
    assert sizes[0] == sizes[1]


def test_hours_are_spread_so_that_no_look_finds_them_old():
    begin = NOON.timestamp()
    found = Found(
        "disk",
        "",
        [begin + 2 * HOUR],
        [0.1],
        [(begin, 1.0, 2.0, 3.0, 2.5), (begin + HOUR, 4.0, 5.0, 6.0, 5.5)],
    )
    looks = begin + np.arange(60.0, 2 * HOUR, 15.0)

    def seen(**terms: object) -> np.ndarray:
        read_as = Rule("x", "threshold", "", "disk", "m", {"level": 1, **terms}).read()
        made = as_values(found, read_as)
        assert (np.diff(made.times) > 0).all()
        return at_moments(made.times, made.values, looks, read_as.stale_seconds)

    first = looks <= begin + HOUR
    for patience in (15, 60, 300):
        assert set(seen(stale_seconds=patience)[first]) == {3.0}
        assert set(seen(stale_seconds=patience, operator="<")[~first]) == {4.0}
        waits = seen(stale_seconds=patience, for_seconds=60)
        assert set(waits[first]) == {1.0, 3.0}
        assert np.count_nonzero(waits[first] == 3.0) == 1, "the worst is seen by one look"


def test_a_replay_over_hours_finds_a_break_of_days_once(database):
    put({at * HOUR: 0.95 if -20 * 24 <= at < -15 * 24 else 0.5 for at in range(-30 * 24, 1)})
    make_hours(-30 * 24, 0)
    for seconds in (0, 120, 6 * HOUR):
        tried = alert_rules.try_out(waiting(for_seconds=seconds), AUDREY, days=30, until=NOON)
        assert tried.count == 1
        assert tried.seconds == pytest.approx(5 * DAY - seconds, abs=HOUR)
    assert "Before 2026-03-02" in tried.note
    assert "every sample was beyond the level" in tried.told()


def test_a_replay_over_hours_finds_no_silence_in_a_series_that_was_never_silent(database):
    silent = Rule("silent", "absence", "Silent", "disk", FULL.metric, {"level": 300})
    put(dict.fromkeys(range(-8 * DAY, 1, 300), 0.5))
    make_hours(-8 * 24, 0)
    tried = alert_rules.try_out(silent, AUDREY, days=7, until=NOON)
    assert tried.count == 0
    assert tried.told().startswith("Over 7 days it would have fired never. Before 2026-03-02")
    assert "is not seen" in tried.note


def test_a_replay_of_an_increase_leaves_out_what_hours_do_not_tell(database):
    """A megabyte a second all the time: of the time that is read by the hour it says nothing."""
    rising = replace(FULL, metric="host_network_bytes_total", terms={"level": 2e6, "reading": "rate"})
    put({at: 1e6 * (at + 8 * DAY) for at in range(-8 * DAY, 1, 240)}, metric=rising.metric)
    make_hours(-8 * 24, 0)
    for operator, times in ((">", 0), ("<", 1)):
        one = replace(rising, terms={**rising.terms, "operator": operator})
        tried = alert_rules.try_out(one, AUDREY, days=7, until=NOON)
        assert tried.count == times
        known = tried.courses[0].verdict.moments[np.isfinite(tried.courses[0].verdict.reading)]
        assert known[0] >= tried.judged_since.timestamp()
        assert tried.told().startswith("Over 2.1 days it would have fired")
        assert "do not tell an increase over 5 min, so that time is left out" in tried.told()


def test_the_replay_of_an_earlier_release_is_told_without_a_note():
    summary = {
        "since": NOON.isoformat(),
        "until": (NOON + timedelta(days=7)).isoformat(),
        "subjects": 1,
        "times": 2,
    }
    assert words_of(summary) == "Over 7 days it would have fired 2 times."


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (
            waiting(for_seconds=2 * DAY),
            r"'For' is 172800 s; this rule can wait for at most 169200 s \(47 h\)",
        ),
        (waiting(keep_seconds=3 * DAY), "'Over after' is 259200 s.* because older samples are not kept"),
        (
            replace(FULL, kind="absence", terms={"level": DAY, "for_seconds": DAY}),
            "'For', together with the longest silence, is 172800 s",
        ),
        (
            replace(FULL, terms={"level": 1, "reading": "rate", "for_seconds": 2 * DAY}),
            "at most 86400 s .1 day., because an increase per second",
        ),
        (
            replace(FULL, kind="burn-rate", terms={"objective": "availability", "for_seconds": HOUR}),
            "known sample by sample for the last hour only",
        ),
    ],
)
def test_times_for_which_no_samples_are_kept_are_refused(database, monkeypatch, tmp_path, one, says):
    monkeypatch.setattr(rule_data, "settings", lambda: Settings(home=tmp_path, keep_sample_hours_days=2))
    with pytest.raises(DomainError, match=says):
        alert_rules.save(one, OLIVER, based_on=0)
    with pytest.raises(DomainError, match=says):
        alert_rules.try_out(one, AUDREY, days=1)


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
