"""Asking for a job, sharing one that is there, stopping it, running it again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from data.queries import jobs as queries
from data.queries.jobs import JobRow
from data.session import UnitOfWork
from data.writes import jobs as writes
from portal import VERSION
from portal.core.actor import Actor
from portal.core.canonical import digest
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.jobs.context import log
from portal.services.jobs.registry import JobKind, find_kind

Queue = Literal["worker", "page"]
SHARED = ("queued", "running")

_announcer: Callable[[int], None] | None = None


def announce_with(announcer: Callable[[int], None] | None) -> None:
    """Let ``announcer`` tell the workers of a new job; without one they find it at their next look."""
    global _announcer
    _announcer = announcer


def announce(job_id: int) -> None:
    """Tell the workers of a job, if there is a way to; the row stands whether they hear it or not."""
    if _announcer is None:
        return
    try:
        _announcer(job_id)
    except Exception:  # noqa: BLE001  (a broker has errors of many kinds, and none of them loses the job)
        log.warning("The workers could not be told of job %d; they find it at their next look.", job_id)


def submit(
    kind_code: str, params: Mapping[str, Any] | BaseModel, actor: Actor, *, queue: Queue = "worker",
    not_before: datetime | None = None,
) -> int:  # fmt: skip
    """Ask for a job and return its id; of what somebody else runs or ran identically, that job's.

    ``queue`` is ``page`` when the caller runs it itself at once; a worker takes it when the caller does not.

    Raises
    ------
    NotPermitted
        The actor may not start this kind.
    DomainError
        The parameters cannot be read.
    """
    kind = find_kind(kind_code)
    actor.require(kind.permission)
    return _ask(kind, kind.read(params), actor, queue=queue, not_before=not_before)


def rerun(job_id: int, actor: Actor) -> int:
    """Ask for a job once more with the same parameters, whatever became of it, and return the new job's id.

    Raises
    ------
    NotFound
        There is no such job, or the actor may not see it.
    NotPermitted
        It is somebody else's, or the actor may not start its kind.
    """
    with UnitOfWork() as work:
        row = visible(work, job_id, actor)
    kind = find_kind(row.kind)
    actor.require(kind.permission)
    if actor.username not in row.askers:
        actor.require(Permission.JOBS_MANAGE)
    return _ask(kind, kind.read(row.params), actor, queue="worker", not_before=None, rerun_of=job_id)


def cancel(job_id: int, actor: Actor) -> str:
    """Stop a job and return its state: ``cancelled``, or ``running`` until its worker has noticed.

    Raises
    ------
    NotFound
        There is no such job, or the actor may not see it.
    NotPermitted
        It is somebody else's.
    Conflict
        It is over, or others wait for it too.
    """
    with UnitOfWork(write=True) as work:
        row = visible(work, job_id, actor)
        others = [name for name in row.askers if name != actor.username]
        if actor.username not in row.askers:
            actor.require(Permission.JOBS_MANAGE)
        elif others and not actor.can(Permission.JOBS_MANAGE):
            raise Conflict(
                f"{', '.join(others)} asked for this run too, so it goes on. Whoever manages jobs can stop it for all.",
                job_id=job_id,
            )
        state = writes.cancel(work.session, job_id, actor.username)
        if state is None:
            raise Conflict("This job is over already. Nothing is left to cancel.", job_id=job_id)
        words = "cancelled it" if state == "cancelled" else "asked it to stop"
        writes.log(work.session, job_id, "warning", f"{actor.username} {words}.")
        audit.note(work, actor, "job.cancelled", "job", str(job_id), {"kind": row.kind, "state": state})
    return state


def visible(work: UnitOfWork, job_id: int, actor: Actor) -> JobRow:
    """Return the row of a job that ``actor`` asked for, or any with the right to see all.

    Raises
    ------
    NotFound
        There is no such job; or it is somebody else's, which is not told apart.
    """
    row = queries.by_id(work.session, job_id)
    if row is None or not (actor.username in row.askers or actor.can(Permission.JOBS_READ)):
        raise NotFound(f"There is no job {job_id} of yours. Look in the list of jobs.", job_id=job_id)
    return row


def _ask(
    kind: JobKind, params: BaseModel, actor: Actor, *, queue: Queue, not_before: datetime | None,
    rerun_of: int | None = None,
) -> int:  # fmt: skip
    with UnitOfWork(write=True) as work:
        job_id, is_new = ask_in(
            work, kind, params, actor.username, queue=queue, not_before=not_before, rerun_of=rerun_of
        )
        detail = {"kind": kind.code, "new": is_new, **({"rerun_of": rerun_of} if rerun_of else {})}
        audit.note(work, actor, "job.asked", "job", str(job_id), detail)
    if is_new and queue == "worker":
        announce(job_id)
    return job_id


def ask_in(
    work: UnitOfWork, kind: JobKind, params: BaseModel, asker: str, *, queue: Queue = "worker",
    not_before: datetime | None = None, rerun_of: int | None = None,
) -> tuple[int, bool]:  # fmt: skip
    """Ask for a job within a transaction; return its id and whether it is new, and so has to be announced."""
    plain = params.model_dump(mode="json")
    data_version = "" if kind.data_version is None else kind.data_version(work, params)
    dedupe = digest([kind.code, plain, data_version, f"{VERSION}/{kind.version}"])
    states = SHARED if rerun_of is not None or kind.data_version is None else (*SHARED, "done")
    job_id, is_new = None, False
    while job_id is None:  # one that ends between the two looks is asked for anew
        job_id = queries.newest_with(work.session, dedupe, states=states)
        if job_id is None:
            job_id = writes.insert(
                work.session, kind=kind.code, params=plain, dedupe=dedupe, queue=queue, priority=kind.priority,
                most_attempts=kind.most_attempts, requested_by=asker, not_before=not_before, rerun_of=rerun_of,
            )  # fmt: skip
            is_new = job_id is not None
    came = writes.add_asker(work.session, job_id, asker)
    if is_new:
        words = f"{asker} asked for it{f', as job {rerun_of} once more' if rerun_of else ''}."
        writes.log(work.session, job_id, "info", words)
    elif came:
        writes.log(work.session, job_id, "info", f"{asker} asked for the same and shares it.")
    return job_id, is_new
