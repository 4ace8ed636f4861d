"""Looks at every service, each by itself and for a limited time, so that one that hangs holds up no other.

Nothing here needs the database or the monitor: the web process asks when somebody wants to know, and the monitor every
few seconds. What was seen is kept for a moment, so that many readers cost one look. A probe that has not come back is
not started again; until it does, its service is told as one that does not answer.
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType

from portal.core import clock
from portal.core.config import settings
from portal.core.errors import EnerscopeError
from portal.domain.monitoring.health import Reading, State

log = logging.getLogger("enerscope.monitor")

MODULES = ("database", "stores", "processes", "targets", "feeds")
"""Modules in ``portal.services.monitoring.probing``; each has ``probes(config)``."""
KEEP_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at one service, or at a few that are seen together.

    ``look`` runs in a thread of its own. When it takes longer than ``seconds``, each of ``covers`` (service and title)
    is told as ``when_late``: bad for what was asked itself, unknown for what is only read about.
    """

    code: str
    seconds: float
    look: Callable[[], Sequence[Reading]]
    covers: Sequence[tuple[str, str]]
    when_late: State = State.BAD


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at a moment: one reading for each service, in the order of the probes."""

    at: datetime
    readings: tuple[Reading, ...]

    def of(self, service: str) -> Reading | None:
        """Return the reading of ``service``, or None."""
        return next((one for one in self.readings if one.service == service), None)


@dataclass(slots=True)
class _Try:
    """A probe under way."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)
    found: tuple[Reading, ...] = ()


_under_way: dict[str, _Try] = {}
_look_lock = threading.Lock()
_kept: tuple[float, Look] | None = None


def look(*, fresh: bool = False) -> Look:
    """Return how all services stand: what was seen a moment ago, or a new look (always with ``fresh``)."""
    global _kept
    with _look_lock:
        if not fresh and _kept is not None and time.monotonic() - _kept[0] < KEEP_SECONDS:
            return _kept[1]
        config = settings()
        found = look_with([probe for module in _modules() for probe in module.probes(config)])
        _kept = (time.monotonic(), found)
        return found


def last() -> Look | None:
    """Return what was seen last, however long ago, or None; asks nobody."""
    return None if _kept is None else _kept[1]


def forget() -> None:
    """Look anew next time; for tests, and for a process that was forked."""
    global _kept
    _kept = None
    _under_way.clear()


def _modules() -> list[ModuleType]:
    return [importlib.import_module(f"portal.services.monitoring.probing.{name}") for name in MODULES]


def look_with(probes: Sequence[Probe]) -> Look:
    """Run ``probes`` at once and return what they found, after the longest of their times at most."""
    began, at = time.monotonic(), clock.now()
    tries = [(probe, _begin(probe)) for probe in probes]
    readings: dict[str, Reading] = {}
    for probe, one in tries:
        waited = one.done.wait(max(0.0, began + probe.seconds - time.monotonic()))
        for reading in one.found if waited else _late(probe, one, at):
            readings.setdefault(reading.service, reading)
        if waited and _under_way.get(probe.code) is one:
            del _under_way[probe.code]
    return Look(at, tuple(readings.values()))


def _begin(probe: Probe) -> _Try:
    """Start a probe, unless it is still under way from before."""
    running = _under_way.get(probe.code)
    if running is not None and not running.done.is_set():
        return running
    made = _under_way[probe.code] = _Try(time.monotonic())
    threading.Thread(target=_carry_out, args=(probe, made), name=f"probe {probe.code}", daemon=True).start()
    return made


def _carry_out(probe: Probe, mine: _Try) -> None:
    try:
        mine.found = tuple(probe.look())
    except EnerscopeError as known:
        mine.found = _unknown(probe, known.message)
    except Exception as problem:  # a probe that is broken must not take the page of all others with it
        log.warning("probe %s failed", probe.code, exc_info=True)
        mine.found = _unknown(probe, f"It could not be looked at ({type(problem).__name__}).")
    finally:
        mine.done.set()


def _unknown(probe: Probe, reason: str) -> tuple[Reading, ...]:
    return tuple(Reading(code, State.UNKNOWN, reason, clock.now()) for code, _ in probe.covers)


def _late(probe: Probe, one: _Try, at: datetime) -> tuple[Reading, ...]:
    waits = time.monotonic() - one.began
    if probe.when_late is State.UNKNOWN:
        words = f"It could not be looked at within {probe.seconds:g} seconds."
        return tuple(Reading(code, State.UNKNOWN, words, at) for code, _ in probe.covers)
    return tuple(
        Reading(
            code,
            probe.when_late,
            f"{title} hangs: it did not answer within {probe.seconds:g} seconds.",
            at,
            {"waits_seconds": round(waits, 1)},
        )
        for code, title in probe.covers
    )
