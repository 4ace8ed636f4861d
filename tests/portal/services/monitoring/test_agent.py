"""The monitor's rounds."""

import threading
import time

import pytest

from portal.core.errors import UpstreamError
from portal.services.monitoring import agent
from portal.services.monitoring.agent import Task


@pytest.fixture
def tasks(monkeypatch):
    """Return an empty registry of tasks, without the modules that fill it."""
    found = {}
    monkeypatch.setattr(agent, "_TASKS", found)
    monkeypatch.setattr(agent, "TASKS", found)
    monkeypatch.setattr(agent, "_TURNS", {})
    monkeypatch.setattr(agent, "MODULES", ())
    return found


def test_two_tasks_of_one_code_are_refused(tasks):
    agent.register_task(Task("a", 1.0, lambda: None))
    with pytest.raises(ValueError, match="'a' of the monitor is registered twice"):
        agent.register_task(Task("a", 1.0, lambda: None))


def test_a_task_that_hangs_or_fails_holds_up_no_other(tasks):
    stopped, release, seen = threading.Event(), threading.Event(), []

    def fail():
        raise RuntimeError("boom")

    agent.register_task(Task("hangs", 0.05, release.wait))
    agent.register_task(Task("fails", 0.05, fail))
    agent.register_task(Task("works", 0.05, lambda: seen.append(1)))
    thread = threading.Thread(target=agent.work, args=(stopped,))
    thread.start()
    deadline = time.monotonic() + 10
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    release.set()
    stopped.set()
    thread.join(10)
    assert len(seen) >= 3
    assert not thread.is_alive()


def test_a_turn_says_what_was_wrong_in_words_of_ours_only(tasks):
    def unreachable():
        raise UpstreamError("The database does not answer.")

    def broken():
        raise KeyError("secret")

    assert agent.take_turn(Task("a", 1.0, unreachable)).problem == "The database does not answer."
    assert agent.take_turn(Task("b", 1.0, broken)).problem == "KeyError"
    assert agent.take_turn(Task("b", 1.0, lambda: None)).problem == ""
