"""``enerscope worker``: runs the jobs of one machine without Redis.

The worker imports what jobs need once and forks a process for each job. A fork starts at once, can be ended when its
job is cancelled, gives its memory back, and takes nothing with it when it dies: the worker sees the death and settles
the job.
"""

import contextlib
import importlib
import os
import signal
import sys
import time
from types import FrameType
from typing import Annotated

import typer

from portal.cli.companion import FOLLOW
from portal.cli.database import opened
from portal.cli.outlets import open_outlets
from portal.core import garbage
from portal.core.config import Settings
from portal.core.errors import EnerscopeError
from portal.services import jobs
from portal.services.monitoring.beats import Pulse

PRELOAD = ("scipy.optimize", "scipy.stats", "arch")
_PRELOAD_AFTER_SECONDS = 10.0  # the first pages of a portal that starts have the processor to themselves
_NICE = 5  # pages come first
_STOP_SECONDS = 3.0
_LOOKS_PER_STALE = 3.0
_SCHEDULES_SECONDS = 5.0  # between two looks at what is due


def worker(
    *, once: Annotated[bool, typer.Option("--once", help="Run what waits, then end.")] = False
) -> None:
    """Run jobs until a signal; `enerscope run` starts one by itself where there is no REDIS_URL."""
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # forks and threads of a linear-algebra library do not mix
    parent = int(os.environ.get(FOLLOW) or 0)
    if parent:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C reaches the whole terminal; the launcher decides
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    open_outlets()
    with opened(migrate=None) as now:
        LocalWorker(now, parent=parent, fires=not once).work(once=once)


class LocalWorker:
    """The loop: settle what died, ask for what is due, take what waits, sleep."""

    def __init__(self, now: Settings, *, parent: int = 0, fires: bool = True) -> None:
        self._now = now
        self._fires = fires
        self._parent = parent
        self._running: dict[int, jobs.Held] = {}
        self._began = time.monotonic()
        self._recovered = self._fired = float("-inf")
        self._warm = False
        self._said = ""
        self._leaving = False
        self._asleep = False
        self._pulse = Pulse("worker", lambda: {"running": len(self._running), "fires": self._fires})

    def work(self, *, once: bool = False) -> None:
        """Run jobs until the parent is gone or a signal comes; with ``once``, until none waits."""
        for end in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(end, self._end)
        with garbage.at_rest():
            jobs.all_kinds()  # before any is taken, since nobody tells that it lives while this imports
        try:
            while not self._leaving and not self._abandoned():
                busy = self._step()
                if once and not busy and not self._running:
                    return
                if not busy:
                    self._sleep(0.02 if once else self._now.job_poll_seconds)
                    self._preload()
        finally:
            self._leave()

    def _step(self) -> bool:
        """Settle what ended and start what waits; return whether a job was started."""
        self._pulse.beat()
        try:
            self._settle()
            self._fire()
            started = self._take()
        except EnerscopeError as problem:
            if problem.message != self._said:
                print(f"enerscope worker: {problem.message}", file=sys.stderr, flush=True)
            self._said = problem.message
            return False
        self._said = ""
        return started

    def _sleep(self, seconds: float) -> None:
        self._asleep = True
        if not self._leaving:
            time.sleep(seconds)
        self._asleep = False

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """Take note of a signal; a job between its row and its process would be lost to an exception."""
        self._leaving = True
        if self._asleep:
            self._asleep = False
            raise SystemExit(128 + number)

    def _abandoned(self) -> bool:
        return bool(self._parent) and os.getppid() != self._parent

    def _settle(self) -> None:
        """Look after jobs whose process ended, here at once and elsewhere by their silence."""
        for pid, held in list(self._running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._running[pid]
                if status:
                    jobs.worker_died(held.id)
        if time.monotonic() - self._recovered > self._now.job_stale_seconds / _LOOKS_PER_STALE:
            jobs.recover()
            self._recovered = time.monotonic()

    def _fire(self) -> None:
        """Ask for the jobs of schedules, once in a while."""
        if self._fires and time.monotonic() - self._fired > _SCHEDULES_SECONDS:
            jobs.fire_due()
            self._fired = time.monotonic()

    def _take(self) -> bool:
        """Start one job, when one waits and there is room; return whether it did."""
        if len(self._running) >= max(self._now.job_workers, 1):
            return False
        held = jobs.take_next("worker")
        if held is None:
            return False
        sys.stdout.flush()
        sys.stderr.flush()
        ours = os.getpid()
        pid = os.fork()
        if pid == 0:
            _carry_out(held, ours)
        self._running[pid] = held
        return True

    def _preload(self) -> None:
        """Import what the forks would import, once and while there is nothing else to do."""
        if self._warm or self._running or time.monotonic() - self._began < _PRELOAD_AFTER_SECONDS:
            return
        self._warm = True
        for name in PRELOAD:
            importlib.import_module(name)

    def _leave(self) -> None:
        """End what runs and let others have it; stopping the portal costs a job no attempt."""
        self._pulse.leave()
        for pid in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for pid, held in self._running.items():
            ended = 0
            while not ended and time.monotonic() < deadline:
                ended, _ = os.waitpid(pid, os.WNOHANG)
                time.sleep(0.01)
            if not ended:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            with contextlib.suppress(EnerscopeError):  # with the database gone, silence tells the others
                jobs.release(held)


def _carry_out(held: jobs.Held, parent: int) -> None:
    """Run a job in its own process, and end that process whatever happens."""
    status = 1
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        jobs.execute(held, own_process=True, abandoned=lambda: os.getppid() != parent)
        status = 0
    except EnerscopeError as problem:
        print(f"enerscope worker: job {held.id}: {problem.message}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # never up the stack of the worker, whose database this process must not stop
