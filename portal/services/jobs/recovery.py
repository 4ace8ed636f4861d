"""Jobs whose worker died: found by their silence, and retried or given up, never left running for ever."""

from data.session import UnitOfWork
from data.writes import jobs as writes
from data.writes.jobs import Held, Silent
from portal.core.config import settings
from portal.services.jobs.asking import announce
from portal.services.jobs.context import log
from portal.services.jobs.outcomes import tell


def recover(
    *, stale_seconds: float | None = None, job_id: int | None = None, is_dead: bool = False
) -> list[int]:
    """Look after silent jobs and return those that wait for a worker again; several may look at the same time.

    A job that was cancelled is cancelled; one with an attempt left is queued; any other is lost. What a page queued
    for itself and never began is given to the workers. ``stale_seconds`` None is the setting;
    ``is_dead`` says that the worker of ``job_id`` is known to be dead.
    """
    seconds = settings().job_stale_seconds if stale_seconds is None else stale_seconds
    with UnitOfWork(write=True) as work:
        again = [
            one.id
            for one in writes.silent(work.session, seconds=seconds, job_id=job_id, is_dead=is_dead)
            if _settle(work, one)
        ]
        if job_id is None:
            for late in writes.hand_over(work.session, seconds=seconds):
                writes.log(work.session, late, "warning", "The page did not begin it, so a worker will.")
                again.append(late)
    for waiting in again:
        announce(waiting)
    return again


def worker_died(job_id: int) -> None:
    """Settle a job whose worker is known to be dead, without waiting for the silence."""
    recover(stale_seconds=0.0, job_id=job_id, is_dead=True)


def release(held: Held) -> None:
    """Let go of a job whose worker is stopped on purpose: it waits for the next worker and loses no attempt."""
    with UnitOfWork(write=True) as work:
        for one in writes.silent(work.session, seconds=0.0, job_id=held.id, is_dead=True):
            if one.cancel_by:
                _settle(work, one)
            elif writes.put_back(work.session, held, after_seconds=0.0, spent=False):
                writes.log(
                    work.session, held.id, "warning", "Its worker was stopped; the next one begins anew."
                )


def _settle(work: UnitOfWork, silent: Silent) -> bool:
    """Decide what becomes of a silent job; return whether it is tried again."""
    words = f"{silent.worker} gave no sign of life since {silent.heartbeat_at:%Y-%m-%d %H:%M:%S} UTC."
    log.warning("Job %d: %s", silent.id, words)
    if silent.cancel_by:
        writes.end_silent(work.session, silent, "cancelled", f"{silent.cancel_by} cancelled it.")
        writes.log(work.session, silent.id, "warning", f"{words} It was cancelled, so it ends.")
        return False
    if silent.attempt < silent.most_attempts:
        writes.log(
            work.session, silent.id, "warning",
            f"{words} Attempt {silent.attempt} of {silent.most_attempts} is lost; it is tried again.",
        )  # fmt: skip
        return writes.put_back(work.session, silent, after_seconds=0.0)
    error = (
        f"The process that ran this job stopped without a word, at its attempt {silent.attempt} of "
        f"{silent.most_attempts}. Nothing was stored. Run it again; if it stops again, ask for a smaller run, since "
        "a machine that is out of memory ends processes in this way."
    )
    writes.end_silent(work.session, silent, "lost", error)
    writes.log(work.session, silent.id, "error", f"{words} No attempt is left; the job is lost.")
    tell(work, silent.id)
    return False
