"""Jobs from the first question to the last state, on a real database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.engine import engine
from data.session import UnitOfWork
from data.writes import jobs as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import jobs
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody
from tests.helpers.waiting import until

ANN, BOB = somebody("ann"), somebody("bob")
TRADER, OPERATIONS = somebody("tom", Role.TRADER), somebody("olga", Role.OPERATIONS)
BOSS = somebody("boss", Role.OPERATIONS, Role.RISK_OFFICER)
AUDITOR = somebody("audrey", Role.AUDITOR)


@pytest.fixture(autouse=True)
def _quick(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    job_kinds.register()
    job_kinds.DATA["version"] = "1"
    monkeypatch.setenv("ENERSCOPE_JOB_HEARTBEAT_SECONDS", "0.05")
    settings.cache_clear()
    yield
    settings.cache_clear()


def words(job_id: int, actor: Actor = ANN) -> str:
    return " | ".join(event.message for event in jobs.job_log(job_id, actor))


def taken(job_id: int) -> writes.Held:
    """Take a job as a worker that then says nothing more."""
    with UnitOfWork(write=True) as work:
        held = writes.take(work.session, job_id, "a machine process 1 (test)")
    assert held is not None
    return held


def silent_for_an_hour(job_id: int) -> None:
    """Move what is known of a job into the past, as if nobody had told anything of it since."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE jobs SET heartbeat_at = heartbeat_at - interval '1 hour', "
                 "requested_at = requested_at - interval '1 hour', not_before = not_before - interval '1 hour' "
                 "WHERE id = :id"), {"id": job_id},
        )  # fmt: skip


def lives(job_id: int) -> bool:
    """Tell whether the worker of a job gave a sign of life within the last minute."""
    with UnitOfWork() as work:
        asked = text("SELECT heartbeat_at > clock_timestamp() - interval '1 minute' FROM jobs WHERE id = :id")
        return bool(work.session.scalar(asked, {"id": job_id}))


def test_a_job_is_asked_for_run_and_read():
    job_id = jobs.submit("test-steps", {"steps": 4}, ANN)
    waiting = jobs.job(job_id, ANN)
    assert (waiting.state, waiting.progress, waiting.may_cancel, waiting.link) == ("queued", 0.0, True, "")
    told: list[tuple[float, str]] = []
    assert jobs.run(job_id, lambda share, message: told.append((share, message))) == "done"
    done = jobs.job(job_id, ANN)
    assert (done.state, done.progress, done.attempt, done.link) == ("done", 1.0, 1, "/?steps=4")
    assert told[0] == (0.0, "step 1 of 4")
    assert "4 steps were taken" in words(job_id)
    assert words(job_id).startswith("ann asked for it. | Attempt 1 of 2 begins")


def test_what_is_over_is_not_run_again_and_keeps_its_result():
    job_id = jobs.submit("test-steps", {"steps": 1}, ANN)
    assert jobs.run(job_id) == "done"
    before = jobs.job(job_id, ANN)
    assert jobs.run(job_id) == "done"
    assert jobs.job(job_id, ANN) == before
    assert jobs.run(10**9) is None


def test_the_same_question_is_one_run():
    first = jobs.submit("test-steps", {"steps": 2}, ANN)
    assert jobs.submit("test-steps", {"steps": 2, "end": "well"}, BOB) == first
    assert jobs.submit("test-steps", {"steps": 3}, BOB) != first
    assert jobs.job(first, BOB).askers == ("ann", "bob")
    assert "bob asked for the same and shares it." in words(first)


def test_many_at_once_are_one_run():
    with ThreadPoolExecutor(8) as pool:
        people = [somebody(f"user{n}") for n in range(8)]
        found = set(pool.map(lambda who: jobs.submit("test-steps", {"steps": 7}, who), people))
    assert len(found) == 1
    assert len(jobs.job(found.pop(), people[0]).askers) == 8


def test_a_done_run_is_shared_until_its_data_change():
    first = jobs.submit("test-sum", {}, ANN)
    jobs.run(first)
    assert jobs.submit("test-sum", {}, BOB) == first
    job_kinds.DATA["version"] = "2"
    assert jobs.submit("test-sum", {}, BOB) != first


def test_without_a_data_version_a_done_run_is_not_shared():
    first = jobs.submit("test-steps", {}, ANN)
    jobs.run(first)
    assert jobs.submit("test-steps", {}, ANN) != first


def test_a_failed_run_is_not_shared():
    first = jobs.submit("test-sum", {"end": "refused"}, ANN)
    assert jobs.run(first) == "failed"
    assert jobs.submit("test-sum", {"end": "refused"}, ANN) != first


def test_the_error_card_says_what_was_wrong():
    job_id = jobs.submit("test-steps", {"end": "refused"}, ANN)
    jobs.run(job_id)
    found = jobs.job(job_id, ANN)
    assert (found.state, found.error) == ("failed", "The book ATLANTIS has no positions. Choose another.")
    assert found.attempt == 1, "the same question has the same answer, so it is not tried again"


def test_an_unexpected_error_is_told_by_its_incident_alone(caplog: pytest.LogCaptureFixture):
    job_id = jobs.submit("test-steps", {"end": "broken"}, ANN)
    jobs.run(job_id)
    error = jobs.job(job_id, ANN).error
    assert "incident number" in error
    assert "secret_prices" not in error + words(job_id)
    assert error.rstrip(".").split()[-1] in caplog.text


def test_an_upstream_error_costs_an_attempt():
    job_id = jobs.submit("test-steps", {"end": "away"}, ANN)
    assert jobs.run(job_id) == "queued"
    assert "The feed does not answer. It is tried again." in words(job_id)
    assert jobs.run(job_id) == "done"
    assert jobs.job(job_id, ANN).result["attempt"] == 2


def test_wrong_parameters_start_nothing():
    with pytest.raises(DomainError, match="steps: Input should be greater than or equal to 1"):
        jobs.submit("test-steps", {"steps": 0}, ANN)
    with pytest.raises(NotFound, match="no kind of job 'nothing'"):
        jobs.submit("nothing", {}, ANN)


def test_whoever_may_not_start_a_kind_does_not():
    with pytest.raises(NotPermitted):
        jobs.submit("test-steps", {}, TRADER)


def test_jobs_are_seen_by_their_askers_and_by_those_with_the_right():
    job_id = jobs.submit("test-steps", {}, ANN)
    for stranger in (BOB, TRADER):
        with pytest.raises(NotFound):
            jobs.job(job_id, stranger)
        with pytest.raises(NotFound):
            jobs.job_log(job_id, stranger)
        with pytest.raises(NotFound):
            jobs.cancel(job_id, stranger)
        with pytest.raises(NotPermitted):
            jobs.jobs(stranger, GridQuery(), everybody=True)
        assert jobs.jobs(stranger, GridQuery()) == ([], 0)
    assert jobs.job(job_id, AUDITOR).may_cancel is False
    with pytest.raises(NotPermitted):
        jobs.cancel(job_id, AUDITOR)
    assert [one.id for one in jobs.jobs(AUDITOR, GridQuery(), everybody=True)[0]] == [job_id]


def test_a_waiting_job_is_cancelled_at_once():
    job_id = jobs.submit("test-steps", {}, ANN)
    assert jobs.cancel(job_id, ANN) == "cancelled"
    assert jobs.run(job_id) == "cancelled"
    with pytest.raises(Conflict, match="over already"):
        jobs.cancel(job_id, ANN)


def test_a_running_job_stops_at_its_next_report():
    job_id = jobs.submit("test-steps", {"steps": 5000, "seconds": 0.02}, ANN)
    runner = threading.Thread(target=jobs.run, args=(job_id,))
    runner.start()
    until(lambda: jobs.job(job_id, ANN).progress)
    assert jobs.job(job_id, ANN).message.startswith("step ")
    assert jobs.cancel(job_id, ANN) == "running"
    runner.join(60)
    found = jobs.job(job_id, ANN)
    assert (found.state, found.error, found.cancel_by) == ("cancelled", "ann cancelled it.", "ann")


def test_a_shared_job_is_not_stopped_by_one_of_them():
    job_id = jobs.submit("test-steps", {}, ANN)
    jobs.submit("test-steps", {}, BOB)
    with pytest.raises(Conflict, match="ann asked for this run too"):
        jobs.cancel(job_id, BOB)
    assert jobs.job(job_id, BOB).may_cancel is False
    assert jobs.cancel(job_id, OPERATIONS) == "cancelled"


def test_a_job_is_run_again_as_a_new_one():
    first = jobs.submit("test-sum", {"steps": 2}, ANN)
    jobs.run(first)
    second = jobs.rerun(first, ANN)
    assert second != first
    assert jobs.job(second, ANN).rerun_of == first
    assert jobs.run(second) == "done"
    assert jobs.submit("test-sum", {"steps": 2}, BOB) == second, "the newest is the one that is shared"
    with pytest.raises(NotPermitted):
        jobs.rerun(first, AUDITOR)
    with pytest.raises(NotPermitted):
        jobs.rerun(first, OPERATIONS)  # may manage jobs, but not start this kind
    assert jobs.job(jobs.rerun(first, BOSS), BOSS).requested_by == "boss"


def test_a_silent_worker_is_found_and_its_job_retried_then_lost():
    job_id = jobs.submit("test-steps", {}, ANN, queue="page")
    held = taken(job_id)
    assert jobs.recover() == []
    silent_for_an_hour(job_id)
    assert jobs.recover() == [job_id]
    again = jobs.job(job_id, ANN)
    assert (again.state, again.queue, again.attempt) == ("queued", "worker", 1)
    with UnitOfWork(write=True) as work:
        assert writes.beat(work.session, held, progress=0.5, message="late") == (False, None)
        assert writes.finish(work.session, held, "done", result={"run_id": 1}) is False
    taken(job_id)
    jobs.worker_died(job_id)
    found = jobs.job(job_id, ANN)
    assert (found.state, found.attempt, found.result) == ("lost", 2, {})
    assert "stopped without a word, at its attempt 2 of 2" in found.error
    assert "No attempt is left" in words(job_id)


def test_a_reader_of_a_silent_job_settles_it():
    job_id = jobs.submit("test-steps", {}, ANN)
    taken(job_id)
    silent_for_an_hour(job_id)
    assert jobs.job(job_id, ANN).state == "queued"


def test_a_worker_that_died_in_the_middle_of_its_heartbeat_is_settled_when_the_database_lets_go_of_it():
    job_id = jobs.submit("test-steps", {}, ANN)
    taken(job_id)

    def waits() -> int:
        with UnitOfWork() as work:
            return work.session.scalar(
                text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                     "wait_event_type = 'Lock'")
            )  # fmt: skip

    settler = threading.Thread(target=jobs.worker_died, args=(job_id,))
    with engine().connect() as dead:
        dead.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at WHERE id = :id"), {"id": job_id})
        settler.start()
        until(lambda: waits() or not settler.is_alive())
        dead.rollback()
    settler.join(60)
    assert jobs.job(job_id, ANN).state == "queued"


def test_a_cancelled_job_whose_worker_died_is_cancelled():
    job_id = jobs.submit("test-steps", {}, ANN)
    taken(job_id)
    jobs.cancel(job_id, ANN)
    jobs.worker_died(job_id)
    assert jobs.job(job_id, ANN).state == "cancelled"


def test_what_a_page_never_began_goes_to_a_worker():
    job_id = jobs.submit("test-steps", {}, ANN, queue="page")
    assert jobs.take_next("test") is None
    silent_for_an_hour(job_id)
    assert jobs.job(job_id, ANN).queue == "worker"
    held = jobs.take_next("test")
    assert held is not None
    assert held.id == job_id
    assert jobs.execute(held) == "done"


def test_a_worker_that_computes_without_a_word_is_not_dead():
    job_id = jobs.submit("test-steps", {"steps": 1, "seconds": 3.0}, ANN)
    runner = threading.Thread(target=jobs.run, args=(job_id,))
    runner.start()
    until(lambda: lives(job_id))
    silent_for_an_hour(job_id)
    until(lambda: lives(job_id))
    assert jobs.recover() == []
    runner.join()
    assert jobs.job(job_id, ANN).state == "done"


def test_workers_take_different_jobs_in_order_and_only_when_due():
    later = clock.now() + timedelta(hours=1)
    jobs.submit("test-steps", {"steps": 9}, ANN, not_before=later)
    asked = [jobs.submit("test-steps", {"steps": 10 + n}, ANN) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: jobs.take_next("test"), range(6)))
    assert sorted(held.id for held in found if held) == asked
    assert jobs.take_next("test") is None


def test_what_remains_follows_from_past_runs():
    assert jobs.job(jobs.submit("test-steps", {}, ANN), ANN).expected_seconds == 2.0
    for steps, seconds in ((1, 10.0), (2, 20.0), (3, 90.0)):
        past = jobs.submit("test-steps", {"steps": steps}, ANN)
        jobs.run(past)
        with UnitOfWork(write=True) as work:
            work.session.execute(
                text(
                    "UPDATE jobs SET started_at = finished_at - make_interval(secs => :seconds) WHERE id = :id"
                ),
                {"id": past, "seconds": seconds},
            )
    running = jobs.submit("test-steps", {"steps": 50}, ANN)
    taken(running)
    found = jobs.job(running, ANN)
    assert found.expected_seconds == pytest.approx(20.0)
    assert found.remaining_seconds is not None
    assert found.remaining_seconds <= found.expected_seconds


def test_the_list_is_filtered_sorted_and_paged():
    done = jobs.submit("test-steps", {"steps": 1}, ANN)
    jobs.run(done)
    waiting = jobs.submit("test-steps", {"steps": 2}, ANN)
    shared = jobs.submit("test-steps", {"steps": 2}, BOB)
    assert shared == waiting
    ours, total = jobs.jobs(ANN, GridQuery())
    assert ([one.id for one in ours], total) == ([waiting, done], 2)
    assert [one.id for one in jobs.jobs(BOB, GridQuery())[0]] == [waiting]
    assert [one.id for one in jobs.jobs(ANN, GridQuery(), states=("done",))[0]] == [done]
    assert [one.id for one in jobs.jobs(ANN, GridQuery(limit=1, offset=1))[0]] == [done]
    assert jobs.active_jobs("test-steps", BOB)[0].id == waiting
    assert jobs.active_jobs("test-sum", BOB) == []


def test_workers_are_told_and_a_broker_that_is_away_loses_nothing():
    told: list[int] = []
    try:
        jobs.announce_with(told.append)
        job_id = jobs.submit("test-steps", {"steps": 1}, ANN)
        jobs.submit("test-steps", {"steps": 2}, ANN, queue="page")
        assert told == [job_id]

        def away(_job_id: int) -> None:
            raise ConnectionError("nobody at home")

        jobs.announce_with(away)
        assert jobs.job(jobs.submit("test-steps", {"steps": 3}, ANN), ANN).state == "queued"
    finally:
        jobs.announce_with(None)
