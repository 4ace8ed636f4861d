"""The schedules of the job centre: who sees them, who may change them, and what is said of each."""

from typing import Any

import pytest

from callbacks.monitoring.jobs import schedules as part
from portal.core.config import settings
from portal.core.permissions import Role
from portal.services import jobs
from tests.helpers.job_kinds import somebody
from tests.helpers.layout import text_of

OLIVER, AUDREY = somebody("oliver", Role.OPERATIONS), somebody("audrey", Role.AUDITOR)
RITA = somebody("rita", Role.RISK_OFFICER)
CODE = "risk.nightly"


def ids_of(tree: Any) -> set[str]:
    found: set[str] = set()
    for one in tree:
        for inner in [one, *one._traverse()]:
            name = getattr(inner, "id", None)
            if isinstance(name, dict):
                found.add(f"{name['type']} {name['schedule']}")
    return found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, database: str) -> dict[str, Any]:
    """What the callbacks write to the page, by the type of the part."""
    written: dict[str, Any] = {}

    def take(where: Any, props: dict[str, Any]) -> None:
        written[where["type"] if isinstance(where, dict) else str(where)] = text_of(props["children"])

    monkeypatch.setattr(part, "set_props", take)
    monkeypatch.setattr(part, "current_actor", lambda: OLIVER)
    monkeypatch.setattr(part, "ctx", type("Asked", (), {"triggered_id": {"type": "x", "schedule": CODE}}))
    return written


def test_what_is_said_of_a_schedule(database):
    said = text_of(part.draw(OLIVER))
    for words in ("Nightly risk run", "Monday to Friday at 19:15 (UTC)", "15 19 * * mon-fri", "not yet"):
        assert words in said
    assert part.draw(RITA) == [], "who does not see all jobs does not see what starts them"
    assert f"schedule-save {CODE}" in ids_of(part.draw(OLIVER))
    assert f"schedule-save {CODE}" not in ids_of(part.draw(AUDREY))


def test_the_next_moment_in_its_zone_and_in_utc(database):
    jobs.change_schedule(CODE, OLIVER, cron="30 2 * * *", timezone="Asia/Kolkata")
    said = text_of(part.draw(OLIVER))
    assert "02:30 Asia/Kolkata" in said
    assert "21:00 UTC" in said
    assert "Changed by" in said


def test_saving_a_time_says_what_holds_now(told):
    part.save(1, "0 6 * * 1", "UTC")
    assert told["schedule-note"] == "From now on: Monday at 06:00 (UTC)."
    assert "Monday at 06:00 (UTC)" in told["monitoring-jobs-schedules"]
    part.restore(1)
    assert told["schedule-note"] == "As declared: Monday to Friday at 19:15 (UTC)."


def test_a_line_that_cannot_be_read_changes_nothing(told):
    part.save(1, "every day", "UTC")
    assert "Not changed" in told["schedule-note"]
    assert "not a cron line of five fields" in told["schedule-note"]
    assert "monitoring-jobs-schedules" not in told
    assert not jobs.list_schedules(OLIVER)[0].is_own


def test_off_and_on(told):
    part.switch(1)
    assert told["schedule-note"] == "It is off."
    assert "Switch on" in told["monitoring-jobs-schedules"]
    part.switch(1)
    assert "not made up for" in told["schedule-note"]
    assert [part.save(None, "", ""), part.switch(None), part.restore(None)] == [None] * 3


def test_a_portal_without_schedules_says_so(database, monkeypatch):
    off = settings().model_copy(update={"schedules": False})
    monkeypatch.setattr("portal.services.jobs.schedules.settings", lambda: off)
    monkeypatch.setattr(part, "settings", lambda: off)
    assert "schedules are off in the settings" in text_of(part.draw(OLIVER))
