"""``enerscope worker`` as a process of its own: runs jobs, is killed, stopped and cancelled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import jobs
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody
from tests.helpers.program import ROOT, environment
from tests.helpers.waiting import until
from tests.helpers.workers import QUICK

ANN = somebody("ann", Role.RISK_OFFICER)
PROGRAM = (
    "from tests.helpers import job_kinds; job_kinds.register(); from portal.cli.main import main; main()"
)


@pytest.fixture(autouse=True)
def _kinds(database: str) -> None:
    job_kinds.register()


@contextmanager
def worker(
    database: str, home: Path, *arguments: str, program: str = PROGRAM, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, "worker", *arguments],
        env=environment(home, DATABASE_URL=database, **(QUICK | more)),
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)  # it may be importing, behind everything else on a busy machine


def wait_for(job_id: int, *states: str, seconds: float = 120.0) -> jobs.JobView:
    deadline = time.monotonic() + seconds
    while (found := jobs.job(job_id, ANN)).state not in states:
        assert time.monotonic() < deadline, f"job {job_id} is {found.state}, not {states}"
        time.sleep(0.05)
    return found


def words(job_id: int) -> str:
    return " | ".join(event.message for event in jobs.job_log(job_id, ANN))


def test_runs_what_waits_and_ends(database: str, tmp_path: Path):
    asked = [jobs.submit("test-steps", {"steps": n}, ANN) for n in (1, 2, 3)]
    with worker(database, tmp_path, "--once") as process:
        assert process.wait(180) == 0
    assert [jobs.job(one, ANN).state for one in asked] == ["done"] * 3


def test_a_job_whose_process_dies_is_retried_at_once_and_then_lost(database: str, tmp_path: Path):
    once = jobs.submit("test-steps", {"end": "killed once"}, ANN)
    always = jobs.submit("test-steps", {"end": "killed"}, ANN)
    with worker(database, tmp_path, "--once") as process:
        assert process.wait(180) == 0
    assert (jobs.job(once, ANN).state, jobs.job(once, ANN).attempt) == ("done", 2)
    lost = jobs.job(always, ANN)
    assert (lost.state, lost.attempt) == ("lost", 2)
    assert "stopped without a word" in lost.error


def test_a_killed_worker_takes_its_job_with_it_and_the_next_one_finds_it(database: str, tmp_path: Path):
    job_id = jobs.submit("test-steps", {"steps": 80, "seconds": 0.1}, ANN)
    with worker(database, tmp_path) as process:
        wait_for(job_id, "running")
        child = until(psutil.Process(process.pid).children)[0]  # its row comes before its process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        psutil.wait_procs([child], timeout=30)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        assert jobs.job(job_id, ANN).state == "running"
    with worker(database, tmp_path):
        done = wait_for(job_id, "done")
    assert done.attempt == 2
    assert "gave no sign of life" in words(job_id)


def test_a_stopped_worker_gives_its_job_back_without_costing_an_attempt(database: str, tmp_path: Path):
    job_id = jobs.submit("test-steps", {"steps": 1200, "seconds": 0.1}, ANN)
    with worker(database, tmp_path) as process:
        wait_for(job_id, "running")
        process.terminate()
        process.wait(60)
    found = jobs.job(job_id, ANN)
    assert (found.state, found.attempt) == ("queued", 0)
    assert "Its worker was stopped" in words(job_id)


@pytest.mark.parametrize("end", ["well", "deaf"])
def test_a_cancelled_job_ends_even_when_it_does_not_listen(database: str, tmp_path: Path, end: str):
    steps, seconds = (2, 60.0) if end == "deaf" else (1200, 0.05)
    job_id = jobs.submit("test-steps", {"steps": steps, "seconds": seconds, "end": end}, ANN)
    grace = {"well": "60", "deaf": "0.5"}[end]  # one that listens has all the time that it needs to do so
    with worker(database, tmp_path, ENERSCOPE_JOB_GRACE_SECONDS=grace):
        wait_for(job_id, "running")
        jobs.cancel(job_id, ANN)
        found = wait_for(job_id, "cancelled", seconds=40)
    assert found.error == "ann cancelled it."
    assert ("ending its process" in words(job_id)) == (end == "deaf")


def test_several_at_once(database: str, tmp_path: Path):
    asked = [jobs.submit("test-steps", {"steps": 1200 + n, "seconds": 0.1}, ANN) for n in range(2)]
    with worker(database, tmp_path, ENERSCOPE_JOB_WORKERS="2"):
        for job_id in asked:
            wait_for(job_id, "running")
        assert {jobs.job(job_id, ANN).state for job_id in asked} == {"running"}


def test_two_workers_start_what_a_schedule_missed_once(database: str, tmp_path: Path):
    made = {"code": "test.yearly", "kind": "test-steps", "cron": "0 0 1 1 *"}
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("INSERT INTO schedules (code, kind, params, cron, timezone, enabled, changed_by, changed_at) VALUES "
                 "(:code, :kind, '{\"steps\": 2}', :cron, 'UTC', true, 'ann', now() - interval '13 months')"), made,
        )  # fmt: skip
    program = PROGRAM.replace("job_kinds.register()", "job_kinds.register_yearly()")
    on = {"program": program, "ENERSCOPE_SCHEDULES": "on"}
    with worker(database, tmp_path / "a", **on), worker(database, tmp_path / "b", **on):
        deadline = time.monotonic() + 180
        while not (found := of_schedule()) or found[0].state != "done":
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        time.sleep(2)  # the other worker looks too
    (one,) = of_schedule()
    assert (one.requested_by, one.state, one.attempt) == ("schedule test.yearly", "done", 1)


def of_schedule() -> list[jobs.JobView]:
    return [one for one in jobs.jobs(SYSTEM, GridQuery(), everybody=True)[0] if one.kind == "test-steps"]


def test_an_idle_worker_costs_next_to_nothing(database: str, tmp_path: Path):
    with worker(database, tmp_path, ENERSCOPE_JOB_POLL_SECONDS="1") as process:
        job_id = jobs.submit("test-steps", {"steps": 1}, ANN)
        wait_for(job_id, "done")
        seen = psutil.Process(process.pid)
        spent = []
        for _ in range(3):  # the first seconds after a job may still be those of its end
            before = sum(seen.cpu_times()[:2])
            time.sleep(4)
            spent.append(sum(seen.cpu_times()[:2]) - before)
        assert min(spent) < 0.2, spent  # seconds in four
