"""``enerscope jobs``: a run of risk is started, listed and read; what cannot be is one sentence."""

import json

import pytest

from portal.core.actor import SYSTEM
from portal.services import jobs
from tests.helpers.program import enerscope


@pytest.fixture
def call(database, tmp_path):
    return lambda *arguments: enerscope("jobs", *arguments, home=tmp_path / "home", DATABASE_URL=database)


def test_a_job_is_started_listed_read_and_stopped(call):
    failed = call("start", "risk.run", "method=parametric", "as_of=2026-07-14", "--json")
    found = json.loads(failed.stdout)
    assert failed.returncode == 1
    assert found["state"] == "failed"
    assert "no trades as of 2026-07-14" in found["error"]
    left = call("start", "risk.run", "method=historical", "--no-wait")
    assert left.returncode == 0, left.stderr
    assert left.stdout == f"Job {found['job'] + 1} is queued.\n"
    listed = json.loads(call("list", "--json").stdout)
    assert [(one["kind"], one["state"]) for one in listed] == [("risk.run", "queued"), ("risk.run", "failed")]
    assert "no trades as of 2026-07-14" in call("log", str(found["job"])).stdout
    assert call("cancel", str(found["job"] + 1)).returncode == 0
    assert jobs.job(found["job"] + 1, SYSTEM).state == "cancelled"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("start", "nothing"), "knows no kind of job 'nothing'"),
        (("start", "risk.run", "method"), "Write NAME=VALUE"),
        (("start", "risk.run", "colour=red"), "colour"),
        (("cancel", "99"), "99"),
    ],
)
def test_what_cannot_be_is_one_sentence(call, arguments, words):
    found = call(*arguments)
    assert found.returncode == 1
    assert words in found.stderr
    assert "Traceback" not in found.stderr


def test_schedules_are_listed_and_changed(call):
    listed = json.loads(call("schedules", "--json").stdout)
    nightly = next(one for one in listed if one["schedule"] == "risk.nightly")
    assert (nightly["cron"], nightly["timezone"], nightly["enabled"]) == ("15 19 * * mon-fri", "UTC", True)
    changed = call("schedule", "risk.nightly", "--cron", "30 18 * * 1-5", "--timezone", "Europe/Berlin")
    assert changed.stdout == ("Schedule risk.nightly is on: Monday to Friday at 18:30 (Europe/Berlin).\n"), (
        changed.stderr
    )
    bad = call("schedule", "risk.nightly", "--cron", "never")
    assert (bad.returncode, "five fields" in bad.stderr) == (1, True)


def test_retention_says_what_would_go(call):
    found = call("retention", "--dry-run")
    assert (found.returncode, found.stdout) == (0, "Nothing is old enough to go.\n"), found.stderr
