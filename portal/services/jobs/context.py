"""What a handler sees of its job: where to report to, and how it learns that it should stop."""

import logging
import threading
from collections.abc import Callable

from data.session import UnitOfWork
from data.writes import jobs as writes
from data.writes.jobs import Held
from portal.core.errors import EnerscopeError, UpstreamError

Report = Callable[[float, str], None]
"""Told of each step at once; it must cost nothing and never fail (:func:`portal.web.jobs.teller`)."""

log = logging.getLogger("enerscope.jobs")


class Cancelled(EnerscopeError):  # noqa: N818  (says what happened, as in portal.core.errors)
    """The job should stop; raised in the handler by :meth:`JobContext.report`, and let through by it."""

    code = "cancelled"


class JobContext:
    """Handed to the handler of a job.

    ``job_id`` is the job, ``actor_name`` the user who asked first. Call :meth:`report` often, several times a second
    if you like: it costs nothing, and is the place where a cancelled job stops.
    """

    def __init__(self, held: Held, report: Report | None) -> None:
        self.job_id = held.id
        self.actor_name = held.requested_by
        self.attempt = held.attempt
        self.share = 0.0
        self.message = ""
        self._report = report
        self._stop = threading.Event()
        self._why = ""

    def report(self, share: float, message: str = "") -> None:
        """Say that ``share`` (0 to 1) is done and what is being done.

        Raises
        ------
        Cancelled
            The job should stop: somebody cancelled it, it took too long, or another worker has it now.
        """
        self.share = min(max(float(share), 0.0), 1.0)
        self.message = message[:500] or self.message
        if self._stop.is_set():
            raise Cancelled(self._why)
        if self._report is not None:
            self._report(self.share, self.message)

    def log(self, level: str, text: str) -> None:
        """Append a line to the log of the job; ``level`` is ``info``, ``warning`` or ``error``."""
        try:
            with UnitOfWork(write=True) as work:
                writes.log(work.session, self.job_id, level, text[:2000])
        except UpstreamError:
            log.warning("Job %d could not write to its log: %s", self.job_id, text)

    @property
    def stopping(self) -> str:
        """Why the job should stop; empty while it should not."""
        return self._why if self._stop.is_set() else ""

    def stop(self, why: str) -> None:
        """Make the next :meth:`report` raise :class:`Cancelled`; the first reason counts."""
        if not self._stop.is_set():
            self._why = why
            self._stop.set()
