"""Schedules: each moment once whoever looks, made up for once, never doubled, changed by those who may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.config import settings
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import jobs
from portal.services.jobs import schedules as service
from portal.services.jobs.schedules import Schedule
from portal.services.monitoring import alerts
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody

FRIDAY = datetime(2026, 3, 6, 19, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 6, 19, 15, tzinfo=UTC)
OLIVER, RITA = somebody("oliver", Role.OPERATIONS), somebody("rita", Role.RISK_OFFICER)
AUDREY = somebody("audrey", Role.AUDITOR)
NIGHTLY = Schedule(
    "test.nightly", "Steps every night", "test-steps", "15 19 * * mon-fri", params={"steps": 1}
)


@pytest.fixture(autouse=True)
def only_ours(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Schedules of the tests in place of the portal's."""
    job_kinds.register()
    service.all_schedules()
    kept = dict(service._SCHEDULES)
    service._SCHEDULES.clear()
    service.register_schedule(NIGHTLY)
    yield
    service._SCHEDULES.clear()
    service._SCHEDULES.update(kept)


def at(moment: datetime) -> list[int]:
    return jobs.fire_due(moment)


def all_jobs() -> list[jobs.JobView]:
    return jobs.jobs(SYSTEM, GridQuery(), everybody=True)[0]


def seen(now: datetime = DUE) -> jobs.ScheduleView:
    (found,) = jobs.list_schedules(OLIVER, now)
    return found


def test_a_moment_is_fired_once_and_those_before_the_first_look_never():
    assert at(FRIDAY + timedelta(hours=-20)) == []
    assert at(DUE - timedelta(seconds=1)) == []
    (job_id,) = at(DUE + timedelta(seconds=3))
    assert at(DUE + timedelta(seconds=8)) == []
    found = jobs.job(job_id, SYSTEM)
    assert (found.state, found.queue, found.requested_by) == ("queued", "worker", "schedule test.nightly")
    view = seen(DUE + timedelta(seconds=9))
    assert (view.last_fired_at, view.last_job_id, view.last_state) == (DUE, job_id, "queued")
    assert view.next_at == DUE + timedelta(days=3), "Monday"


def test_many_looks_at_the_same_time_ask_once():
    at(FRIDAY)
    with ThreadPoolExecutor(6) as pool:
        found = [
            one for made in pool.map(lambda _: at(DUE + timedelta(seconds=1)), range(24)) for one in made
        ]
    assert len(found) == 1
    assert len(all_jobs()) == 1


def test_many_first_looks_make_one_row():
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: at(FRIDAY), range(12)))
    (job_id,) = at(DUE)
    assert [one.id for one in all_jobs()] == [job_id]


def test_what_was_missed_is_made_up_for_once():
    at(FRIDAY)
    jobs.run(*at(DUE))
    later = DUE + timedelta(days=12, hours=1)
    (job_id,) = at(later)
    assert at(later + timedelta(minutes=1)) == []
    assert seen(later).last_fired_at == DUE + timedelta(days=12)
    assert jobs.job(job_id, SYSTEM).id == job_id


def test_a_run_under_way_is_not_doubled():
    at(FRIDAY)
    (job_id,) = at(DUE)
    assert at(DUE + timedelta(days=3)) == []
    assert at(DUE + timedelta(days=3, seconds=5)) == []
    assert any("not started twice" in line.message for line in jobs.job_log(job_id, SYSTEM))
    jobs.run(job_id)
    assert at(DUE + timedelta(days=3, hours=1)) == [], "that moment had the run that was under way"
    assert len(at(DUE + timedelta(days=4))) == 1


def test_what_somebody_asked_for_already_is_shared():
    at(FRIDAY)
    asked = jobs.submit("test-steps", {"steps": 1}, RITA)
    assert at(DUE) == [asked]
    assert jobs.job(asked, SYSTEM).askers == ("rita", "schedule test.nightly")


def test_off_by_setting_or_by_somebody(monkeypatch: pytest.MonkeyPatch):
    at(FRIDAY)
    jobs.change_schedule(NIGHTLY.code, OLIVER, enabled=False, now=FRIDAY)
    assert at(DUE) == []
    assert (seen().enabled, seen().next_at, seen().changed_by) == (False, None, "oliver")
    jobs.change_schedule(NIGHTLY.code, OLIVER, enabled=True, now=DUE + timedelta(hours=1))
    assert at(DUE + timedelta(hours=2)) == [], "what was due while it was off is not made up for"
    monkeypatch.setattr(service, "settings", lambda: settings().model_copy(update={"schedules": False}))
    assert at(DUE + timedelta(days=3)) == []
    assert seen().next_at is None


def test_a_new_time_counts_from_the_change():
    at(FRIDAY)
    changed = jobs.change_schedule(
        NIGHTLY.code, OLIVER, cron="30 2 * * *", timezone="Europe/Berlin", now=FRIDAY
    )
    assert (changed.cron, changed.is_own, changed.words) == (
        "30 2 * * *",
        True,
        "Every day at 02:30 (Europe/Berlin)",
    )
    assert at(DUE) == []
    saturday = datetime(2026, 3, 7, 1, 30, tzinfo=UTC)
    assert len(at(saturday)) == 1
    assert jobs.restore_schedule(NIGHTLY.code, OLIVER, now=saturday).cron == NIGHTLY.cron
    assert not seen().is_own


@pytest.mark.parametrize(
    ("night", "hours"), [(datetime(2026, 3, 28, tzinfo=UTC), 23), (datetime(2026, 10, 24, tzinfo=UTC), 25)]
)
def test_the_nights_when_clocks_change_have_one_run(night: datetime, hours: int):
    at(night)
    jobs.change_schedule(
        NIGHTLY.code, OLIVER, cron="30 2 * * *", timezone="Europe/Berlin", now=night + timedelta(hours=12)
    )
    begin, fired = night + timedelta(hours=22), []
    for minute in range(0, 60 * 8, 5):  # a look every five minutes through the night
        found = at(begin + timedelta(minutes=minute))
        fired += found
        for job_id in found:
            jobs.run(job_id)
    assert len(fired) == 1, f"a day of {hours} hours"


def test_the_code_may_change_what_nobody_changed():
    at(FRIDAY)
    service._SCHEDULES[NIGHTLY.code] = Schedule(
        NIGHTLY.code, NIGHTLY.title, NIGHTLY.kind, "0 3 * * *", params={"steps": 2}
    )
    assert seen().cron == "0 3 * * *"
    at(DUE)
    with UnitOfWork() as work:
        rows = work.session.execute(text("SELECT cron, params->>'steps' FROM schedules")).all()
    assert [tuple(row) for row in rows] == [("0 3 * * *", "2")]
    jobs.change_schedule(NIGHTLY.code, OLIVER, cron="0 4 * * *", now=DUE)
    service._SCHEDULES[NIGHTLY.code] = NIGHTLY
    assert seen().cron == "0 4 * * *", "what somebody chose stays"


def test_rights_and_bad_lines():
    for stranger in (RITA, AUDREY):
        with pytest.raises(NotPermitted):
            jobs.change_schedule(NIGHTLY.code, stranger, enabled=False)
        with pytest.raises(NotPermitted):
            jobs.restore_schedule(NIGHTLY.code, stranger)
    with pytest.raises(NotPermitted):
        jobs.list_schedules(RITA)
    assert not jobs.list_schedules(AUDREY)[0].may_change
    for bad in ("* *", "99 * * * *", "0 0 31 2 *"):
        with pytest.raises(DomainError):
            jobs.change_schedule(NIGHTLY.code, OLIVER, cron=bad)
    with pytest.raises(DomainError, match="time zone"):
        jobs.change_schedule(NIGHTLY.code, OLIVER, timezone="Nowhere")
    with pytest.raises(NotFound, match=r"test\.nightly"):
        jobs.change_schedule("test.hourly", OLIVER, enabled=False)
    with pytest.raises(ValueError, match="registered twice"):
        service.register_schedule(NIGHTLY)


def test_a_failed_run_of_a_schedule_is_told_until_one_is_done():
    service._SCHEDULES[NIGHTLY.code] = Schedule(
        NIGHTLY.code, NIGHTLY.title, "test-steps", NIGHTLY.cron, params={"end": "refused"}
    )
    at(FRIDAY)
    jobs.run(*at(DUE))
    (told,) = alerts.alerts(OLIVER)
    assert (told.rule, told.subject, told.severity) == ("jobs.failed", NIGHTLY.code, "warning")
    assert "ATLANTIS" in told.message
    jobs.run(jobs.submit("test-steps", {"end": "refused"}, RITA))
    assert len(alerts.alerts(OLIVER)) == 1, "a person is shown what they did"
    jobs.run(jobs.submit("test-steps", {"steps": 1}, RITA))
    assert alerts.alerts(OLIVER) == []


def test_a_lost_job_is_told_whoever_asked_and_nothing_that_cannot_start_is_silent():
    lost = jobs.submit("test-steps", {"steps": 3}, RITA)
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE jobs SET state = 'running', attempt = most_attempts, worker = 'gone', "
                 "heartbeat_at = now() - interval '1 hour' WHERE id = :id"), {"id": lost},
        )  # fmt: skip
    jobs.recover()
    (told,) = alerts.alerts(OLIVER)
    assert (told.rule, told.subject, told.severity, told.facts["job"]) == (
        "jobs.lost",
        "test-steps",
        "critical",
        lost,
    )
    assert alerts.alerts(RITA) == []
    service._SCHEDULES[NIGHTLY.code] = Schedule(
        NIGHTLY.code, "x", "test-steps", NIGHTLY.cron, params={"steps": "x"}
    )
    at(FRIDAY)
    assert at(DUE) == []
    said = {one.rule: one.message for one in alerts.alerts(OLIVER)}
    assert "cannot start" in said["jobs.failed"]
    assert at(DUE + timedelta(minutes=1)) == [], "it is tried again at its next moment"
