"""The panel that starts a job: what it says in each state."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from components.job import job_panel, job_part, job_stores, outcome, percent, time_left, words
from portal.core.job import JobView
from tests.helpers.layout import components, text_of

AT = datetime(2024, 3, 4, 12, tzinfo=UTC)
RUNNING = JobView(
    7, "risk-run", "Risk run", {}, "running", "page", 1, 2, 0.456, "Revaluing GAS_EU", "ann", AT, AT, None,
    "a machine", "", {}, "", None, ("ann",), 20.0, 12.0, 0.5, may_cancel=True, may_rerun=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Revaluing GAS_EU · about 12 s left"),
        ({"attempt": 2}, "Revaluing GAS_EU (attempt 2 of 2) · about 12 s left"),
        ({"message": "", "remaining_seconds": None}, "Running"),
        ({"cancel_by": "ann"}, "Stopping"),
        ({"state": "queued"}, "Starting"),
        ({"state": "queued", "queue": "worker"}, "Waiting for a worker"),
        ({"state": "done"}, ""),
    ],
)
def test_words(more: dict[str, Any], said: str):
    assert words(replace(RUNNING, **more)) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "any moment now"), (40, "about 40 s left"), (600, "about 10 min left")]
)
def test_time_left(seconds: float, said: str):
    assert time_left(seconds) == said


def test_bar():
    assert (percent(None), percent(RUNNING)) == (0, 46)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"state": "done"}, "Job 7"),
        ({"state": "done", "askers": ("ann", "bob")}, "shared by ann, bob"),
        ({"state": "failed", "error": "No positions."}, "No positions."),
        ({"state": "lost", "error": "It stopped."}, "The run was lost"),
        ({"state": "cancelled", "error": "bob cancelled it."}, "bob cancelled it."),
    ],
)
def test_outcome(more: dict[str, Any], said: str):
    assert said in text_of(outcome(replace(RUNNING, **more)))


def test_nothing_is_said_of_a_job_that_is_under_way():
    assert outcome(RUNNING) == outcome(None) == []


def test_a_page_that_is_opened_again_shows_the_job_that_is_under_way():
    parts = {
        str(part.id): part
        for part in components(job_panel("x", label="Run", shown=RUNNING))
        if hasattr(part, "id")
    }
    assert parts[str(job_part("run", "x"))].disabled
    assert not parts[str(job_part("line", "x"))].hidden
    assert not parts[str(job_part("tick", "x"))].disabled
    assert parts[str(job_part("id", "x"))].data == 7
    idle = {
        str(part.id): part
        for part in components(job_panel("x", label="Run", shown=None))
        if hasattr(part, "id")
    }
    assert not idle[str(job_part("run", "x"))].disabled
    assert idle[str(job_part("line", "x"))].hidden
    assert idle[str(job_part("tick", "x"))].disabled


def test_the_background_callback_answers_in_the_frame():
    kept = [job_part(part, name) for name in ("x", "y") for part in ("page", "ran")]
    assert [store.id for store in job_stores(["x", "y"])] == kept


def test_the_link_to_a_job_keeps_the_clocks_of_its_page():
    done = replace(RUNNING, state="done")
    (link,) = [
        part for part in components(outcome(done, {"as_of": "2024-05-06"})) if type(part).__name__ == "Link"
    ]
    assert link.href == "/monitoring/jobs?job=7&as_of=2024-05-06"
