"""Signs of life: every process of the portal tells every two seconds that it lives, and says goodbye when it ends.

A loop that comes by often calls :meth:`Pulse.beat` itself (the local worker, which must not have threads when it
forks); others start a thread (:func:`begin`) after their fork. A beat that cannot be stored is tried again with the
next: that the database is away is found by the probes.
"""

import atexit
import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from data.queries import beats as queries
from data.session import UnitOfWork
from data.writes import beats as writes
from portal import VERSION
from portal.core import clock
from portal.core.errors import EnerscopeError
from portal.domain.monitoring.judging import Sign

log = logging.getLogger("enerscope.monitor")

Kind = Literal["web", "worker", "beat", "monitor"]
SECONDS = 2.0
FORGET_AFTER = timedelta(days=2)
_HOST_LETTERS = 40
_SAME_START_SECONDS = 2.0


def beat(instance: str, kind: Kind, started_at: datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Note that the process ``instance`` lives; ``facts`` are what it tells of itself."""
    told = {"every_seconds": SECONDS, **(facts or {})}
    with UnitOfWork(write=True) as work:
        writes.put(
            work.session, instance=instance, kind=kind, host=socket.gethostname(), pid=os.getpid(), release=VERSION,
            started_at=started_at, facts=told,
        )  # fmt: skip


class Pulse:
    """The signs of life of one process, made in that process, after its fork.

    Parameters
    ----------
    kind : str
        ``web``, ``worker``, ``beat`` (what asks for jobs that are due) or ``monitor``.
    facts : callable
        Returns what is told with every beat.
    """

    def __init__(self, kind: Kind, facts: Callable[[], Mapping[str, Any]] = dict) -> None:
        self.kind: Kind = kind
        self.pid = os.getpid()
        self.started_at = clock.now()
        born = int(self.started_at.timestamp() * 1000)
        self.instance = f"{socket.gethostname()[:_HOST_LETTERS]}:{self.pid}:{born}"
        self._facts = facts
        self._last = float("-inf")
        self._stopped = threading.Event()
        self._telling = threading.Lock()

    def beat(self, *, at_once: bool = False) -> None:
        """Tell that this process lives, when it is time to; nothing is raised."""
        if os.getpid() != self.pid or (not at_once and time.monotonic() - self._last < SECONDS):
            return
        self._last = time.monotonic()
        try:
            beat(self.instance, self.kind, self.started_at, self._facts())
        except EnerscopeError as away:
            log.debug("no sign of life: %s", away.message)
        except Exception:  # whatever is wrong with the database must not end the process that tells of itself
            log.debug("no sign of life", exc_info=True)

    def start(self) -> "Pulse":
        """Tell it from a thread until the process ends; return itself."""
        threading.Thread(target=self._go_on, name=f"pulse of the {self.kind}", daemon=True).start()
        atexit.register(self.leave)
        return self

    def _go_on(self) -> None:
        while not self._stopped.is_set():
            with self._telling:
                if not self._stopped.is_set():  # a beat after the goodbye would take it back
                    self.beat(at_once=True)
            self._stopped.wait(SECONDS)

    def leave(self) -> None:
        """Say goodbye, once; nothing is raised."""
        if os.getpid() != self.pid or self._stopped.is_set():
            return
        self._stopped.set()
        with (
            self._telling,
            contextlib.suppress(Exception),
            UnitOfWork(write=True) as work,
        ):  # it ends whether or not that is stored
            writes.leave(work.session, self.instance)


_PULSES: dict[Kind, Pulse] = {}
_lock = threading.Lock()


def begin(kind: Kind, facts: Callable[[], Mapping[str, Any]] = dict) -> None:
    """Tell from now on, in a thread, that this process lives; a second call in the same process changes nothing."""
    with _lock:
        held = _PULSES.get(kind)
        if held is None or held.pid != os.getpid():
            _PULSES[kind] = Pulse(kind, facts).start()


def leave() -> None:
    """Say goodbye for this process, if it ever told that it lives."""
    for pulse in _PULSES.values():
        pulse.leave()


def signs() -> list[tuple[Sign, Mapping[str, Any]]]:
    """Return the last sign of every process that is remembered, with what it told of itself.

    Raises
    ------
    UpstreamError
        The database does not answer.
    """
    with UnitOfWork() as work:
        rows = queries.all_beats(work.session)
    return [(_sign(row), row.facts) for row in rows]


def _sign(row: queries.BeatRow) -> Sign:
    every = row.facts.get("every_seconds")
    return Sign(
        row.instance, row.kind, row.host, row.started_at, row.silent_seconds,
        float(every) if isinstance(every, (int, float)) else SECONDS,
        is_dead=row.host == socket.gethostname() and not _lives(row.pid, row.started_at),
        has_left=row.ended_at is not None,
    )  # fmt: skip


def _lives(pid: int, started_at: datetime) -> bool:
    """Tell whether a process of this machine lives; a number that was given to a later process does not count."""
    import psutil

    try:
        process = psutil.Process(pid)
        born = datetime.fromtimestamp(process.create_time(), UTC)
        is_there = process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return is_there and born <= started_at + timedelta(seconds=_SAME_START_SECONDS)


def forget() -> None:
    """Remove processes that have been silent for days."""
    with UnitOfWork(write=True) as work:
        writes.forget(work.session, FORGET_AFTER)
