"""Running a job: one function behind all doors, be it a page's process, a worker, a schedule or the command line."""

import os
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

from data.queries import jobs as queries
from data.session import UnitOfWork
from data.writes import jobs as writes
from data.writes.jobs import Held
from portal.core.canonical import plain
from portal.core.config import settings
from portal.core.errors import EnerscopeError, NotFound, UpstreamError
from portal.services.jobs.asking import announce
from portal.services.jobs.context import Cancelled, JobContext, Report, log
from portal.services.jobs.outcomes import tell
from portal.services.jobs.pulse import Pulse, Timing
from portal.services.jobs.registry import JobKind, all_kinds, find_kind

STORE_TRIES = 8  # the result of hours is worth waiting for a database that restarts
STORE_WAIT_SECONDS = 2.0


def worker_name(door: str) -> str:
    """Return who holds a job: machine, process and door."""
    return f"{socket.gethostname()} process {os.getpid()} ({door})"


def run(
    job_id: int, report: Report | None = None, *, door: str = "caller", own_process: bool = False
) -> str | None:
    """Run a queued job to its end and return its state; one that is not there to be taken is left as it is.

    Errors of the job are recorded with it, never raised. ``own_process`` says that this process exists for the job
    alone, so that it may be ended when the job is cancelled and does not listen.
    """
    all_kinds()  # before it is taken: nobody tells that it lives while a fresh process imports the areas
    with UnitOfWork(write=True) as work:
        held = writes.take(work.session, job_id, worker_name(door))
    if held is not None:
        return execute(held, report, own_process=own_process)
    with UnitOfWork() as work:
        row = queries.by_id(work.session, job_id)
    return None if row is None else row.state


def take_next(door: str) -> Held | None:
    """Take the next job that waits for a worker; hand it to :func:`execute` at once."""
    with UnitOfWork(write=True) as work:
        return writes.take_next(work.session, worker_name(door))


def execute(
    held: Held, report: Report | None = None, *, own_process: bool = False,
    abandoned: Callable[[], bool] | None = None,
) -> str:  # fmt: skip
    """Run a job that was taken, record what became of it, and return its state (``queued``: it will be retried)."""
    context = JobContext(held, report)
    context.log("info", f"Attempt {held.attempt} of {held.most_attempts} begins on {held.worker}.")
    try:
        kind = find_kind(held.kind)
    except NotFound as problem:
        return _end(held, "failed", error=problem.message)
    pulse = Pulse(
        held, context, Timing.of(settings()), most_seconds=kind.most_seconds,
        end_process=_end_process if own_process else None, abandoned=abandoned,
    )  # fmt: skip
    began = time.monotonic()
    with pulse:
        state, result, error = _outcome(kind, held, context)
    if state == "queued":
        return _retry(kind, held, error)
    if state == "done":
        context.log("info", f"Done after {time.monotonic() - began:,.1f} seconds.")
    return _end(held, state, result=result, error=error or None)


def _outcome(kind: JobKind, held: Held, context: JobContext) -> tuple[str, dict[str, Any] | None, str]:
    """Call the handler; return the state that follows, the result, and the sentence of the error card."""
    try:
        return "done", plain(dict(kind.handler(kind.read(held.params), context))), ""
    except Cancelled as stop:
        return "cancelled", None, stop.message
    except Exception as problem:  # noqa: BLE001  (whatever goes wrong is the job's outcome, and is recorded as such)
        if isinstance(problem, kind.retry_on) and held.attempt < held.most_attempts:
            return "queued", None, _sentence(problem, held)
        return "failed", None, _sentence(problem, held)


def _sentence(problem: Exception, held: Held) -> str:
    """Return what the error card says; an unexpected error is logged under an incident id, and told by that alone."""
    if isinstance(problem, EnerscopeError):
        return problem.message
    if isinstance(problem, MemoryError):
        return "The run needed more memory than this machine has. Ask for fewer scenarios or fewer books."
    incident = secrets.token_hex(4)
    log.error("Incident %s in job %d (%s)", incident, held.id, held.kind, exc_info=problem)
    return f"The run stopped on an unexpected error. Tell your administrator the incident number {incident}."


def _retry(kind: JobKind, held: Held, why: str) -> str:
    def put_back(work: UnitOfWork) -> bool:
        if not writes.put_back(work.session, held, after_seconds=kind.retry_after_seconds):
            return False
        writes.log(work.session, held.id, "warning", f"{why} It is tried again.")
        return True

    if not _stored(put_back):
        return "lost"
    announce(held.id)
    return "queued"


def _end(held: Held, state: str, *, result: dict[str, Any] | None = None, error: str | None = None) -> str:
    def finish(work: UnitOfWork) -> bool:
        if not writes.finish(work.session, held, state, result=result, error=error):
            return False
        if error:
            level = "warning" if state == "cancelled" else "error"
            writes.log(work.session, held.id, level, f"{state.capitalize()}: {error}")
        tell(work, held.id)
        return True

    return state if _stored(finish) else "lost"


def _stored(store: Callable[[UnitOfWork], bool]) -> bool:
    """Write what became of a job, waiting for a database that is away for a while; False when it is not ours now."""
    for attempt in range(STORE_TRIES):
        try:
            with UnitOfWork(write=True) as work:
                return store(work)
        except UpstreamError:
            if attempt == STORE_TRIES - 1:
                raise
            time.sleep(STORE_WAIT_SECONDS)
    return False


def _end_process() -> None:
    """End this process at once; what it still wanted to say nobody may hear."""
    os._exit(1)
