"""The heartbeat of a running job: a thread with a database connection of its own.

It writes that the worker lives and how far it is, and reads whether somebody wants it to stop. A handler that computes
for minutes without reporting is therefore not taken for dead, and one that ignores a stop is ended with its process.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from data.session import UnitOfWork
from data.writes import jobs as writes
from data.writes.jobs import Held
from portal.core.config import Settings
from portal.core.errors import UpstreamError
from portal.services.jobs.context import JobContext, log


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: between two heartbeats, until silence means death, until a cancelled job is ended by force."""

    heartbeat: float
    stale: float
    grace: float

    @classmethod
    def of(cls, config: Settings) -> Self:
        """Return what the settings say."""
        return cls(config.job_heartbeat_seconds, config.job_stale_seconds, config.job_grace_seconds)


class Pulse:
    """The heartbeat of ``held`` while the block runs.

    ``end_process`` ends this process at once; without it a handler that does not report cannot be stopped.
    ``abandoned`` tells that whoever started this process is gone, so that it should not go on alone.
    """

    def __init__(
        self, held: Held, context: JobContext, timing: Timing, *, most_seconds: float,
        end_process: Callable[[], None] | None = None, abandoned: Callable[[], bool] | None = None,
    ) -> None:  # fmt: skip
        self._held, self._context, self._timing = held, context, timing
        self._most_seconds = most_seconds
        self._end_process, self._abandoned = end_process, abandoned
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse of job {held.id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        began = time.monotonic()
        stopping: float | None = None
        while not self._over.wait(self._timing.heartbeat):
            if self._abandoned is not None and self._abandoned() and self._end_process is not None:
                self._end_process()
            now = time.monotonic()
            if now - began > self._most_seconds:
                self._context.stop(f"It ran longer than the {self._most_seconds:,.0f} seconds of its kind.")
            self._write(self._context.share, self._context.message)
            if self._context.stopping:
                stopping = stopping or now
                if now - stopping >= self._timing.grace and self._end_process is not None:
                    self._give_up()

    def _write(self, share: float, message: str) -> None:
        try:
            with UnitOfWork(write=True) as work:
                held, cancel_by = writes.beat(work.session, self._held, progress=share, message=message)
        except UpstreamError:
            log.warning("Job %d cannot reach the database; it goes on and tries again.", self._held.id)
            return
        if not held:
            self._context.stop("It was given up as silent, and another worker may have it now.")
        elif cancel_by:
            self._context.stop(f"{cancel_by} cancelled it.")

    def _give_up(self) -> None:
        """End the job in its row, and then this process: the handler does not listen."""
        why = self._context.stopping
        try:
            with UnitOfWork(write=True) as work:
                if writes.finish(work.session, self._held, "cancelled", error=why):
                    words = f"Stopped by ending its process: {why}"
                    writes.log(work.session, self._held.id, "warning", words)
        except UpstreamError:
            log.warning("Job %d ends without a word in the database: %s", self._held.id, why)
        if self._end_process is not None:
            self._end_process()
