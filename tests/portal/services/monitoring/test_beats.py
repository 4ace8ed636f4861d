"""Signs of life of processes, stored in a real database."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.config import Settings
from portal.domain.monitoring.health import State
from portal.domain.monitoring.judging import GONE_SECONDS, Sign
from portal.services.monitoring import beats
from portal.services.monitoring.beats import Pulse
from portal.services.monitoring.probing import processes
from tests.helpers.waiting import until

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def aged(instance: str, seconds: float) -> None:
    with UnitOfWork(write=True) as work:
        moved = text(
            "UPDATE process_beats SET beat_at = beat_at - make_interval(secs => :s) WHERE instance = :i"
        )
        work.session.execute(moved, {"s": seconds, "i": instance})


def states(**more) -> dict[str, tuple[State, str]]:
    found = processes.look(Settings(**more))
    return {one.service: (one.state, one.reason) for one in found}


def test_a_process_lives_says_goodbye_and_is_back():
    pulse = Pulse("worker", lambda: {"running": 1})
    pulse.beat()
    sign, facts = beats.signs()[0]
    assert (sign.instance, sign.kind, sign.is_dead, sign.has_left) == (pulse.instance, "worker", False, False)
    assert facts == {"every_seconds": beats.SECONDS, "running": 1}
    assert 0 <= sign.silent_seconds < 60
    pulse.leave()
    assert beats.signs()[0][0].has_left
    pulse.beat(at_once=True)
    assert not beats.signs()[0][0].has_left


def test_a_loop_may_tell_as_often_as_it_likes(monkeypatch):
    monkeypatch.setattr(beats, "SECONDS", 600.0)
    told = []
    pulse = Pulse("worker", lambda: told.append(1) or {})
    for _ in range(50):
        pulse.beat()
    assert len(told) == 1


def test_a_thread_tells_on_and_on(monkeypatch):
    monkeypatch.setattr(beats, "SECONDS", 0.05)
    told = []
    beats._PULSES.clear()
    beats.begin("web", lambda: told.append(1) or {})
    beats.begin("web", lambda: told.append("second"))
    until(lambda: len(told) >= 3, seconds=30)
    beats.leave()
    assert "second" not in told
    assert [sign.has_left for sign, _ in beats.signs()] == [True]
    beats._PULSES.clear()


def test_a_beat_under_way_does_not_take_the_goodbye_back():
    begun, release = threading.Event(), threading.Event()

    def facts() -> dict[str, object]:
        begun.set()
        release.wait(60)
        return {}

    pulse = Pulse("web", facts).start()
    assert begun.wait(60)
    leaving = threading.Thread(target=pulse.leave)
    leaving.start()
    leaving.join(0.5)  # long enough to say goodbye, were it not for the beat
    release.set()
    leaving.join(60)
    until(beats.signs)
    assert [sign.has_left for sign, _ in beats.signs()] == [True]


def test_a_worker_that_is_killed_is_found_dead_and_its_successor_takes_its_place(database):
    program = (
        "import time; from data import engine; from portal.services.monitoring.beats import Pulse\n"
        f"engine.connect({database!r}); Pulse('worker').start(); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        try:
            until(beats.signs, seconds=60)
            assert states()["worker"] == (State.GOOD, "One worker is at work.")
        finally:
            process.send_signal(signal.SIGKILL)
    aged(beats.signs()[0][0].instance, 3.5)
    state, reason = states()["worker"]
    assert state is State.BAD
    assert f"(process {process.pid}) has died. Jobs wait until one runs." in reason
    Pulse("worker").beat()
    assert states()["worker"] == (State.GOOD, "One worker is at work.")


def test_a_silent_worker_beside_a_living_one_is_a_warning():
    Pulse("worker").beat()
    with UnitOfWork(write=True) as work:
        row = {"instance": "far:7:1", "kind": "worker", "host": "far", "pid": 7, "release": "1", "facts": {}}
        beats.writes.put(work.session, **row, started_at=Pulse("worker").started_at - timedelta(hours=1))
    aged("far:7:1", 20)
    state, reason = states()["worker"]
    assert state is State.WARNING
    assert reason.startswith("1 of 2 live: the worker on far (process 7) is silent")


def test_what_starts_with_the_portal_is_not_missed_at_once(monkeypatch):
    monkeypatch.setattr(processes, "_began", time.monotonic())
    state, reason = states(redis_url=None, job_workers=1, monitor=False)["worker"]
    assert state is State.UNKNOWN
    assert "has just started" in reason


def test_what_this_set_up_should_have_is_missed(monkeypatch):
    monkeypatch.setattr(processes, "_began", time.monotonic() - processes.START_SECONDS)
    with_redis = states(redis_url="redis://nowhere", monitor=True)
    assert with_redis["beat"][0] is State.BAD
    assert with_redis["worker"] == (
        State.BAD,
        "No worker runs. Jobs wait until one runs. Start it again, and look at what it printed last.",
    )
    alone = states(redis_url=None, job_workers=0, monitor=False)
    assert set(alone) == {"web"}


def test_web_servers_are_judged_by_what_they_all_tell():
    first, second = (
        Pulse("web", lambda: {"traffic": {"requests": 20, "errors": 6, "upstream": 0}}) for _ in range(2)
    )
    first.beat()
    second.instance += "0"
    second.beat()
    state, reason = states()["web"]
    assert state is State.BAD
    assert reason.startswith(
        "12 of 40 requests of the last 30 seconds ended in an error of the portal itself."
    )


def test_one_request_is_told_as_one():
    Pulse("web", lambda: {"traffic": {"requests": 1, "errors": 0, "upstream": 0}}).beat()
    assert states()["web"] == (State.GOOD, "1 request in the last 30 seconds without an error.")


def web(*silent: float, left: bool = False) -> list[tuple[Sign, dict]]:
    """Return the signs of web servers that died so many seconds ago; the one of them heard last may have left."""
    last = min(silent)
    return [
        (Sign(f"desk:{pid}:1", "web", "desk", NOON, one, is_dead=True, has_left=left and one == last), {})
        for pid, one in enumerate(silent, 7)
    ]


@pytest.mark.parametrize("silent", [(20.0,), (4_000.0,), (20.0, 4_000.0), (100_000.0,)])
def test_a_portal_without_any_web_server_is_down_until_one_lives(monkeypatch, silent):
    monkeypatch.setattr(processes, "_began", time.monotonic() - processes.START_SECONDS)
    found = processes.judge("web", web(*silent))
    assert (found.state, found.reason) == (
        State.BAD, "The web server on desk (process 7) has died. Nobody can open a page. Start it again.",
    )  # fmt: skip
    living = (Sign("desk:99:1", "web", "other", NOON, 1.0), {})
    assert processes.judge("web", [*web(*silent), living]).state is (
        State.WARNING if silent[0] < GONE_SECONDS else State.GOOD
    )


def test_a_monitor_that_starts_before_the_web_servers_does_not_miss_them_at_once(monkeypatch):
    monkeypatch.setattr(processes, "_began", time.monotonic() - 10)
    for silent in (20.0, 4_000.0):
        found = processes.judge("web", web(silent))
        assert (found.state, "has just started" in found.reason) == (State.UNKNOWN, True)
    assert processes.judge("web", web(5.0)).state is State.BAD, (
        "it was heard since, so it does not wait for a start"
    )
    monkeypatch.setattr(processes, "_began", time.monotonic() - processes.START_SECONDS)
    assert processes.judge("web", web(20.0)).state is State.BAD


@pytest.mark.parametrize(
    "told", [[], web(20.0, left=True), web(20.0, 40.0, left=True), web(5_000.0, left=True)]
)
def test_web_servers_that_never_told_or_were_stopped_on_purpose_are_not_missed(monkeypatch, told):
    monkeypatch.setattr(processes, "_began", time.monotonic() - processes.START_SECONDS)
    found = processes.judge("web", told)
    assert (found.state, found.reason) == (State.UNKNOWN, "No web server has told yet that it lives.")


def test_nobody_else_may_tell_in_the_name_of_a_process():
    pulse = Pulse("worker")
    pulse.pid = os.getpid() + 1  # as in a child that was forked from it
    pulse.beat(at_once=True)
    assert beats.signs() == []


def test_what_has_long_been_silent_is_forgotten():
    pulse = Pulse("worker")
    pulse.beat()
    aged(pulse.instance, 3 * 24 * 3600)
    beats.forget()
    assert beats.signs() == []
