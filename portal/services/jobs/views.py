"""Jobs as people see them: their own and those they share, or all with the right to."""

from collections.abc import Collection
from statistics import median

from data.queries import jobs as queries
from data.queries.jobs import EventRow, JobRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.job import ACTIVE, OVER, STATES, JobView
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.services.jobs.asking import visible
from portal.services.jobs.recovery import recover
from portal.services.jobs.registry import all_kinds, title_of


def job(job_id: int, actor: Actor) -> JobView:
    """Return a job; one whose worker has fallen silent is settled first, so that nobody waits for the dead.

    Raises
    ------
    NotFound
        There is no such job, or the actor may not see it.
    """
    with UnitOfWork() as work:
        row = visible(work, job_id, actor)
        expected = _expected(work, {row.kind})
    stale = settings().job_stale_seconds
    late = row.state == "queued" and row.queue == "page" and row.waiting_seconds > stale
    if late or (row.silent_seconds or 0.0) > stale:
        recover()
        with UnitOfWork() as work:
            row = visible(work, job_id, actor)
    return _view(row, actor, expected)


def jobs(
    actor: Actor, query: GridQuery, *, everybody: bool = False, states: Collection[str] = STATES
) -> tuple[list[JobView], int]:
    """Return a page of jobs, newest first, and how many there are: the actor's own, or everybody's with the right to.

    Raises
    ------
    NotPermitted
        Everybody's were asked for without :attr:`Permission.JOBS_READ`.
    """
    if everybody:
        actor.require(Permission.JOBS_READ)
    with UnitOfWork() as work:
        asker = None if everybody else actor.username
        rows, total = queries.page(work.session, query, asker=asker, states=states)
        expected = _expected(work, {row.kind for row in rows if row.state in ACTIVE})
    return [_view(row, actor, expected) for row in rows], total


def active_jobs(kind: str, actor: Actor) -> list[JobView]:
    """Return the actor's own and shared jobs of one kind that wait or run, newest first."""
    with UnitOfWork() as work:
        rows = queries.of_kind(work.session, kind, asker=actor.username, states=ACTIVE)
        expected = _expected(work, {kind}) if rows else {}
    return [_view(row, actor, expected) for row in rows]


def due() -> list[int]:
    """Return the jobs that a worker should take now, the most urgent first."""
    with UnitOfWork() as work:
        return queries.due(work.session)


def job_log(job_id: int, actor: Actor) -> list[EventRow]:
    """Return the log of a job, oldest line first; :class:`NotFound` where the actor may not see it."""
    with UnitOfWork() as work:
        visible(work, job_id, actor)
        return queries.events(work.session, job_id)


def _expected(work: UnitOfWork, kinds: Collection[str]) -> dict[str, float]:
    """Return how long a run of each kind takes: the median of its newest runs, else what the kind expects."""
    found = {}
    for code in kinds:
        past = queries.durations(work.session, code)
        known = all_kinds().get(code)
        if past:
            found[code] = median(past)
        elif known is not None:
            found[code] = known.expected_seconds
    return found


def _view(row: JobRow, actor: Actor, expected: dict[str, float]) -> JobView:
    own = actor.username in row.askers
    manages = actor.can(Permission.JOBS_MANAGE)
    kind = all_kinds().get(row.kind)
    takes = expected.get(row.kind)
    return JobView(
        row.id, row.kind, title_of(row.kind), row.params, row.state, row.queue, row.attempt, row.most_attempts,
        row.progress, row.message, row.requested_by, row.requested_at, row.started_at, row.finished_at,
        row.worker or "", row.cancel_by or "", row.result or {}, row.error or "", row.rerun_of, row.askers,
        takes, _remaining(row, takes), row.silent_seconds,
        may_cancel=row.state in ACTIVE and (manages or (own and row.askers == (actor.username,))),
        may_rerun=row.state in OVER and (manages or own) and kind is not None and actor.can(kind.permission),
    )  # fmt: skip


def _remaining(row: JobRow, takes: float | None) -> float | None:
    """Return how long a running job will still take: what past runs took; of a slower one, at the pace it has."""
    if row.state != "running" or row.started_at is None or takes is None:
        return None
    elapsed = (clock.now() - row.started_at).total_seconds()
    if elapsed < takes or row.progress <= 0.0:
        return max(takes - elapsed, 0.0)
    return elapsed * (1.0 - row.progress) / row.progress
