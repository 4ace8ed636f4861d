"""Jobs on a real Redis with a real Celery worker: run, killed, cancelled, and Redis taken away."""

import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.core.table import GridQuery
from portal.jobs import celery_app
from portal.services import jobs
from portal.services.jobs import schedules
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody
from tests.helpers.redis_server import RedisServer
from tests.helpers.workers import celery_worker

ANN = somebody("ann")


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def worker(module_database: str, redis: RedisServer, short_folder: Path) -> Iterator[psutil.Process]:
    job_kinds.register()
    home = short_folder / "celery"
    config = Settings(home=home, redis_url=SecretStr(redis.url))
    jobs.announce_with(celery_app.announcer(celery_app.make(config)))
    with celery_worker(home, database=module_database, redis=redis.url) as process:
        yield psutil.Process(process.pid)
    jobs.announce_with(None)


def wait_for(job_id: int, *states: str, seconds: float = 120.0) -> jobs.JobView:
    deadline = time.monotonic() + seconds
    while (found := jobs.job(job_id, SYSTEM)).state not in states:
        assert time.monotonic() < deadline, f"job {job_id} is {found.state}, not {states}"
        time.sleep(0.05)
    return found


def test_needs_redis(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="Celery needs REDIS_URL"):
        celery_app.make(Settings(home=tmp_path, redis_url=None))


def test_a_job_is_run_as_soon_as_it_is_asked_for(database: str, redis: RedisServer, short_folder: Path):
    """Its message alone does it: this worker has no beat, so nobody looks for what waits."""
    job_kinds.register()
    home = short_folder / "celery-without-beat"
    config = Settings(home=home, redis_url=SecretStr(redis.url))
    jobs.announce_with(celery_app.announcer(celery_app.make(config)))
    try:
        with celery_worker(home, database=database, redis=redis.url, beat=False):
            done = wait_for(jobs.submit("test-steps", {"steps": 2}, ANN), "done")
    finally:
        jobs.announce_with(None)
    assert "(celery)" in done.worker


def test_a_message_that_was_lost_is_sent_again(worker: psutil.Process):
    announcer, jobs.asking._announcer = jobs.asking._announcer, None
    try:
        job_id = jobs.submit("test-steps", {"steps": 3}, ANN)
    finally:
        jobs.asking._announcer = announcer
    assert wait_for(job_id, "done").attempt == 1


def test_the_look_of_beat_asks_once_for_what_is_due(
    worker: psutil.Process, redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(schedules._SCHEDULES, job_kinds.YEARLY.code, job_kinds.YEARLY)
    begun = clock.now() - timedelta(days=400)
    jobs.change_schedule(job_kinds.YEARLY.code, SYSTEM, enabled=True, now=begun)
    made = celery_app.make(Settings(home=tmp_path, redis_url=SecretStr(redis.url)))
    celery_app.look(made)
    celery_app.look(made)
    (seen,) = [one for one in jobs.list_schedules(SYSTEM) if one.code == job_kinds.YEARLY.code]
    assert seen.last_job_id is not None
    done = wait_for(seen.last_job_id, "done")
    assert (done.requested_by, done.attempt) == ("schedule test.yearly", 1)
    assert "(celery)" in done.worker
    asked = [
        one
        for one in jobs.jobs(SYSTEM, GridQuery(), everybody=True)[0]
        if one.requested_by == done.requested_by
    ]
    assert len(asked) == 1


def test_a_killed_process_costs_an_attempt_and_the_second_one_the_job(worker: psutil.Process):
    once = jobs.submit("test-steps", {"end": "killed once"}, ANN)
    assert wait_for(once, "done").attempt == 2
    always = jobs.submit("test-steps", {"end": "killed"}, ANN)
    assert "stopped without a word" in wait_for(always, "lost").error


@pytest.mark.parametrize(("end", "steps", "seconds"), [("well", 1000, 0.05), ("deaf", 2, 60.0)])
def test_cancel(worker: psutil.Process, end: str, steps: int, seconds: float):
    job_id = jobs.submit("test-steps", {"steps": steps, "seconds": seconds, "end": end}, ANN)
    wait_for(job_id, "running")
    assert jobs.cancel(job_id, ANN) == "running"
    assert wait_for(job_id, "cancelled", seconds=40).error == "ann cancelled it."


def test_a_run_outlives_redis(worker: psutil.Process, redis: RedisServer):
    """The last of this module: the worker and its broker have to find each other again."""
    job_id = jobs.submit("test-steps", {"steps": 40, "seconds": 0.1}, ANN)
    wait_for(job_id, "running")
    redis.kill()
    began = time.monotonic()
    meanwhile = jobs.submit("test-steps", {"steps": 4}, ANN)
    assert time.monotonic() - began < 40, "whoever asks does not wait for Redis"
    assert wait_for(job_id, "done").attempt == 1
    assert jobs.job(meanwhile, ANN).state == "queued"
    redis.start()
    assert wait_for(meanwhile, "done").attempt == 1


def test_a_killed_worker_leaves_nothing_running(worker: psutil.Process):
    """Really the last: nobody is left to take jobs."""
    job_id = jobs.submit("test-steps", {"steps": 1000, "seconds": 0.1}, ANN)
    wait_for(job_id, "running")
    for one in [
        worker,
        *worker.children(recursive=True),
    ]:  # from the top, so that nobody sees another's death
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    time.sleep(1.5)
    assert jobs.recover(stale_seconds=1.0) == [job_id]
    assert jobs.job(job_id, ANN).attempt == 1
    assert jobs.cancel(job_id, ANN) == "cancelled"
