"""Looks at services: at once, each for its own time, none twice."""

import threading
import time

import pytest

from portal.core import clock
from portal.core.errors import UpstreamError
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import probes
from portal.services.monitoring.probes import Probe, look_with
from tests.helpers.waiting import until


@pytest.fixture(autouse=True)
def _anew():
    probes.forget()
    yield
    probes.forget()


def well(code: str) -> Probe:
    return Probe(code, 60.0, lambda: [Reading(code, State.GOOD, "Well.", clock.now())], ((code, code),))


def found(*given: Probe) -> dict[str, Reading]:
    return {one.service: one for one in look_with(given).readings}


def test_one_that_hangs_holds_up_no_other_and_is_not_asked_twice():
    release, asked = threading.Event(), []

    def hang():
        asked.append(1)
        release.wait()
        return [Reading("hangs", State.GOOD, "Back.", clock.now())]

    hanging = Probe("hangs", 0.2, hang, (("hangs", "The target"),))
    began = time.monotonic()
    seen = found(hanging, well("a"), well("b"))
    assert time.monotonic() - began < 30
    assert [seen[code].state for code in ("hangs", "a", "b")] == [State.BAD, State.GOOD, State.GOOD]
    assert seen["hangs"].reason == "The target hangs: it did not answer within 0.2 seconds."
    assert found(hanging)["hangs"].state is State.BAD
    assert asked == [1]
    release.set()
    until(lambda: found(hanging)["hangs"].state is State.GOOD, seconds=30)


def test_what_is_only_read_about_is_unknown_when_that_takes_long():
    release = threading.Event()
    slow = Probe("processes", 0.1, lambda: release.wait() and [], (("a", "A"), ("b", "B")), State.UNKNOWN)
    seen = found(slow)
    release.set()
    assert {code: one.state for code, one in seen.items()} == {"a": State.UNKNOWN, "b": State.UNKNOWN}


def test_a_probe_that_fails_is_unknown_and_tells_only_words_of_ours():
    def away():
        raise UpstreamError("The database does not answer.")

    def broken():
        raise KeyError("secret")

    seen = found(Probe("a", 60.0, away, (("a", "A"),)), Probe("b", 60.0, broken, (("b", "B"),)))
    assert (seen["a"].state, seen["a"].reason) == (State.UNKNOWN, "The database does not answer.")
    assert (seen["b"].state, seen["b"].reason) == (State.UNKNOWN, "It could not be looked at (KeyError).")


def test_many_readers_cost_one_look(monkeypatch):
    asked = []

    class Module:
        @staticmethod
        def probes(_config):
            asked.append(1)
            return [well("a")]

    monkeypatch.setattr(probes, "_modules", lambda: [Module])
    monkeypatch.setattr(probes, "KEEP_SECONDS", 600.0)
    threads = [threading.Thread(target=probes.look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [1]
    assert probes.last() is probes.look()
    probes.look(fresh=True)
    assert asked == [1, 1]
