"""What background callbacks tell their pages, and for whom they carry a job out."""

import logging
from types import SimpleNamespace

import pytest

from portal.services import jobs as job_service
from portal.web import job_forms, jobs
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody


def test_a_page_is_told_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    told: list[tuple[int, str]] = []
    tell = jobs.teller(told.append)
    for step in range(100):
        tell(step / 100, f"step {step}")
        now[0] += 0.01
    assert told == [(0, "step 0"), (25, "step 25"), (50, "step 50"), (75, "step 75")]


def test_work_outlives_the_way_to_its_page(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0.0)
    calls: list[tuple[int, str]] = []

    def set_progress(told: tuple[int, str]) -> None:
        calls.append(told)
        raise ConnectionError("Redis does not answer")

    tell = jobs.teller(set_progress)
    with caplog.at_level(logging.WARNING, "enerscope.jobs"):
        for step in range(5):
            tell(step / 5, "on")
    assert calls == [(0, "on")]  # an absent broker costs seconds at each try, so there is one
    assert [record.getMessage() for record in caplog.records] == [
        "A page is not told any more how far its work is (ConnectionError); it goes on."
    ]


def test_a_worker_that_finds_nobody_signed_in_leaves_the_job_and_says_why(
    database: str, caplog: pytest.LogCaptureFixture
):
    job_kinds.register()
    ann = somebody("ann")
    job_id = job_service.submit("test-steps", {"steps": 1}, ann, queue="page")
    with caplog.at_level(logging.WARNING, "enerscope.jobs"):
        assert job_forms.carry_out(lambda _told: None, job_id) == job_id
    assert job_service.job(job_id, ann).state == "queued"
    assert f"Job {job_id} waits for another worker" in caplog.text
    assert "SECRET_KEY" in caplog.text
