"""The record of health and its alerts, in a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.queries import states as queries
from data.session import UnitOfWork
from portal.core.errors import UpstreamError
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import alerts, beats, objectives, recording, watch
from portal.services.monitoring.recording import RULE, Recorder

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
GOOD, WARNING, BAD, UNKNOWN = State.GOOD, State.WARNING, State.BAD, State.UNKNOWN


def look(second: int, **states: State) -> list[Reading]:
    at = NOON + timedelta(seconds=second)
    return [
        Reading(name, state, f"{name} is {state}.", at, {"answer_seconds": 0.1})
        for name, state in states.items()
    ]


def course() -> list[tuple[str, str, int]]:
    from portal.core.table import GridQuery

    with UnitOfWork() as work:
        rows, total = queries.changes(work.session, NOON - timedelta(days=1), GridQuery())
    assert total == len(rows)
    return [(row.service, row.state, int((row.at - NOON).total_seconds())) for row in reversed(rows)]


def told() -> list[tuple[str, str]]:
    with UnitOfWork() as work:
        return [(row.subject, row.severity) for row in alerts.open_of_rule(work, RULE)]


def over() -> list[str]:
    from portal.core.actor import SYSTEM
    from portal.core.table import GridQuery

    return [row.message for row in alerts.cleared(SYSTEM, GridQuery())[0]]


def test_only_changes_are_stored_with_their_moment():
    recorder = Recorder()
    recorder.record(look(0, cache=GOOD, disk=GOOD))
    recorder.record(look(5, cache=GOOD, disk=WARNING))
    recorder.record(look(10, cache=GOOD, disk=WARNING))
    recorder.record(look(15, cache=GOOD, disk=GOOD))
    assert course() == [
        ("cache", "good", 0),
        ("disk", "good", 0),
        ("disk", "warning", 5),
        ("disk", "good", 15),
    ]


def test_an_alert_comes_when_it_lasts_and_goes_when_it_is_over():
    recorder = Recorder()
    recorder.record(look(0, cache=BAD))
    recorder.record(look(5, cache=BAD))
    assert told() == []
    recorder.record(look(10, cache=BAD))
    assert told() == [("cache", "critical")]
    with UnitOfWork() as work:
        raised = alerts.find_open(work, RULE, "cache")
    assert raised.message == "cache is bad. Since 2026-03-04 12:00:00 UTC."
    assert raised.facts["group"] == "service.cache"
    recorder.record(look(15, cache=GOOD))
    assert told() == []


def test_what_is_over_by_the_next_look_wakes_nobody():
    recorder = Recorder()
    recorder.record(look(0, worker=GOOD))
    recorder.record(look(5, worker=BAD))
    recorder.record(look(10, worker=GOOD))
    assert course()[-2:] == [("worker", "bad", 5), ("worker", "good", 10)]
    assert told() == over() == []


def test_what_gets_worse_is_told_again_and_unknown_is_not_over():
    recorder = Recorder()
    for second in (0, 10):
        recorder.record(look(second, disk=WARNING))
    assert told() == [("disk", "warning")]
    for second in (20, 30):
        recorder.record(look(second, disk=BAD))
    assert told() == [("disk", "critical")]
    recorder.record(look(40, disk=UNKNOWN))
    assert told() == [("disk", "critical")]
    recorder.record(look(50, disk=GOOD))
    assert told() == []


def test_what_follows_from_a_cause_is_not_told_by_itself():
    recorder = Recorder()
    for second in (0, 10, 20):
        recorder.record(look(second, cache=BAD, web=WARNING))
    assert told() == [("cache", "critical")]


def test_an_outage_of_the_database_is_stored_when_it_is_back():
    recorder = Recorder()
    recorder.record(look(0, database=GOOD, worker=GOOD))
    for second in (10, 20, 30):
        with pytest.raises(UpstreamError, match="database is bad"):
            recorder.record(look(second, database=BAD, worker=UNKNOWN))
    recorder.record(look(40, database=GOOD, worker=GOOD))
    assert course() == [
        ("database", "good", 0), ("worker", "good", 0), ("database", "bad", 10), ("worker", "unknown", 10),
        ("database", "good", 40), ("worker", "good", 40),
    ]  # fmt: skip
    assert told() == []
    assert over() == ["database is bad. From 2026-03-04 12:00:10 to 12:00:40 UTC; it is over."]


@pytest.mark.parametrize("later", [3, -3])
def test_two_monitors_tell_of_an_outage_of_the_database_once(later):
    """Whichever stores it first: their looks are some seconds apart, and both remember the whole outage."""
    first, second = Recorder(), Recorder()
    for shift, recorder in ((0, first), (later, second)):
        recorder.record(look(shift, database=GOOD, cache=GOOD))
        for moment in (10, 20, 30):
            with pytest.raises(UpstreamError):
                recorder.record(look(moment + shift, database=BAD, cache=BAD if moment == 20 else GOOD))
    first.record(look(40, database=GOOD, cache=GOOD))
    stored = course()
    second.record(look(40 + later, database=GOOD, cache=GOOD))
    assert course() == stored
    assert sorted(one.partition(" is ")[0] for one in over()) == ["cache", "database"]
    assert told() == []


def test_a_spell_that_was_unknown_before_it_ended_is_told():
    recorder = Recorder()
    recorder.record(look(0, cache=GOOD))
    recorder.record(look(5, cache=BAD))
    recorder.record(look(10, cache=UNKNOWN))
    recorder.record(look(15, cache=GOOD))
    assert over() == ["cache is bad. From 2026-03-04 12:00:05 to 12:00:15 UTC; it is over."]


def test_a_monitor_that_starts_anew_goes_on_where_the_last_one_ended():
    first = Recorder()
    for second in (0, 10):
        first.record(look(second, cache=BAD, disk=GOOD))
    second = Recorder()
    second.record(look(20, cache=GOOD, disk=GOOD))
    assert told() == []
    assert course() == [("cache", "bad", 0), ("disk", "good", 0), ("cache", "good", 20)]


def ended(second: int) -> None:
    """Leave the last sign of life of a monitor."""
    at = NOON + timedelta(seconds=second)
    with UnitOfWork(write=True) as work:
        last = text(
            "INSERT INTO process_beats (instance, kind, host, pid, release, started_at, beat_at, facts) "
            "VALUES ('before', 'monitor', 'here', 1, '1', :began, :at, '{}')"
        )
        work.session.execute(last, {"began": at - timedelta(days=1), "at": at})


def test_while_no_monitor_ran_nothing_is_known():
    Recorder().record(look(0, database=GOOD, cache=BAD, disk=UNKNOWN))
    ended(600)
    again = Recorder()
    for second in (7_200, 7_205):
        again.record(look(second, database=GOOD, cache=BAD, disk=GOOD))
    assert course() == [
        ("database", "good", 0), ("cache", "bad", 0), ("disk", "unknown", 0),
        ("cache", "unknown", 600), ("database", "unknown", 600),
        ("database", "good", 7_200), ("cache", "bad", 7_200), ("disk", "good", 7_200),
    ]  # fmt: skip
    until = NOON + timedelta(seconds=7_500)
    for code in ("database", "cache"):
        with UnitOfWork() as work:
            promised = objectives.objective(work, code)
            [found] = objectives.counted(work, [(promised, NOON)], until=until)
        assert len(found.total[0].times) == 10 + 6
    Recorder().record(look(7_210, database=GOOD, cache=BAD, disk=GOOD))
    assert len(course()) == 8, "another one that starts meanwhile adds nothing"


def test_the_last_sign_of_life_is_kept_until_the_record_has_asked_for_it(monkeypatch):
    ended(0)
    recorder = Recorder()
    monkeypatch.setattr(recording, "_RECORDER", recorder)
    watch.forget()
    assert len(beats.signs()) == 1
    recorder.record(look(0, cache=GOOD))
    watch.forget()
    assert beats.signs() == []


def test_a_monitor_that_is_back_soon_leaves_no_hole():
    Recorder().record(look(0, database=GOOD))
    ended(600)
    Recorder().record(look(650, database=GOOD))
    assert course() == [("database", "good", 0)]


def test_an_outage_that_outlasts_a_monitor_is_told_once():
    first = Recorder()
    for second in (0, 10):
        first.record(look(second, cache=BAD))
    ended(15)
    again = Recorder()
    for second in (7_200, 7_210, 7_220):
        again.record(look(second, cache=BAD))
        assert told() == [("cache", "critical")]
        assert over() == []
    again.record(look(7_230, cache=GOOD))
    assert told() == []
    assert len(over()) == 1


def test_what_is_not_watched_any_more_is_neither_bad_nor_well():
    recorder = Recorder()
    for second in (0, 10):
        recorder.record([*look(second, cache=GOOD), Reading("target.x", BAD, "Away.", NOON)])
    again = Recorder()
    again.record(look(20, cache=GOOD))
    again.record(look(25, cache=WARNING))
    with UnitOfWork() as work:
        assert queries.at_moment(work.session)["target.x"].facts == {"watched": False}
    assert told() == []
