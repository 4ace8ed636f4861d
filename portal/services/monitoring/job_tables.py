"""The job centre: the list of jobs as a table, and its figures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from data.queries import jobs as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.job import STATES, JobView
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, Cell, Column, GridQuery, Table
from portal.domain.monitoring import runs
from portal.domain.monitoring.job_metrics import DURATION
from portal.services import jobs
from portal.services.jobs import registry

EVERYBODY = "everybody"
PATH = "/monitoring/jobs"
COLUMNS = (
    Column("id", "Job", link="href"),
    Column("kind", "Kind"),
    Column("state", "State", "badge"),
    Column("doing", "Doing", sortable=False),
    Column("requested_by", "Asked by"),
    Column("askers", "Shared by", sortable=False, room=LAPTOP),
    Column("requested_at", "Asked at", "moment"),
    Column("started_at", "Began", "moment", hidden=True),
    Column("finished_at", "Ended", "moment", room=LAPTOP),
    Column("seconds", "Run time", "number", unit="s", decimals=1, metric=DURATION.id, sortable=False),
    Column("attempt", "Attempt", sortable=False, room=LAPTOP),
    Column("result", "Result", link="link", sortable=False),
    Column("href", "Address", hidden=True),
    Column("link", "Address of the result", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at ``moment`` of the jobs that one person, or everybody, asked for."""

    whose: str
    moment: datetime
    under_way: int
    unsuccessful: int


def may_see_all(actor: Actor) -> bool:
    """Tell whether ``actor`` may see the jobs of everybody."""
    return actor.can(Permission.JOBS_READ)


def whose(asked: str, actor: Actor) -> str:
    """Return whose jobs are shown: everybody's only to those who may see them and ask for them."""
    return EVERYBODY if asked == EVERYBODY and may_see_all(actor) else actor.username


def job_table(
    query: GridQuery,
    actor: Actor,
    *,
    everybody: bool,
    states: Collection[str] = STATES,
    clocks: Mapping[str, str] | None = None,
) -> Table:
    """Return a page of the jobs that ``actor`` may see, newest first; their links keep ``clocks``.

    Raises
    ------
    NotPermitted
        Everybody's were asked for without the right to see them.
    """
    shown, total = jobs.jobs(actor, query, everybody=everybody, states=states)
    rows = [_row(one, clocks or {}) for one in shown]
    params = {str(one.id): {"job": one.id} for one in shown}
    return Table(COLUMNS, rows, total, extra={"params": params})


def figures(name: str, actor: Actor) -> Figures:
    """Return the counts of this moment; ``name`` is a user or :data:`EVERYBODY`."""
    check_whose(name, actor)
    moment = clock.now()
    with UnitOfWork() as work:
        found = queries.spans(work.session, asker=asker_of(name), moment=moment, hours=runs.WINDOW_HOURS)
    return Figures(
        name,
        moment,
        runs.under_way([one.requested_at for one in found], [one.finished_at for one in found], moment),
        runs.unsuccessful([one.state for one in found], [one.finished_at for one in found], moment),
    )


def check_whose(name: str, actor: Actor) -> None:
    """Raise :class:`NotPermitted` unless ``actor`` may see the jobs of ``name``."""
    if name != actor.username:
        actor.require(Permission.JOBS_READ)


def asker_of(name: str) -> str | None:
    """Return the user whose jobs are counted, None for everybody's."""
    return None if name == EVERYBODY else name


def typical_seconds(kind: str) -> float | None:
    """Return the median run time of a kind, None before its first finished run."""
    with UnitOfWork() as work:
        return runs.typical_seconds(queries.durations(work.session, kind))


def kind_title(code: str) -> str:
    """Return the title of a kind of job."""
    return registry.title_of(code)


def _row(one: JobView, clocks: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        str(one.id),
        one.title,
        one.state,
        doing(one),
        one.requested_by,
        ", ".join(name for name in one.askers if name != one.requested_by),
        one.requested_at,
        one.started_at,
        one.finished_at,
        runs.run_seconds(one.started_at, one.finished_at) if one.is_over else None,
        f"{one.attempt} of {one.most_attempts}",
        "Open" if one.link else "",
        f"{PATH}?{urlencode({'job': one.id, **clocks})}",
        one.link,
    )


def doing(one: JobView) -> str:
    """Return in a few words what happens to a job, or what became of it."""
    if one.state == "running":
        return "stopping" if one.stopping else f"{one.progress:.0%} {one.message}".strip()
    if one.state == "queued":
        return "waits for a worker" if one.queue == "worker" else "starts"
    return one.error
