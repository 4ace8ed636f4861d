"""The job that makes a pack, asked for by its reader or by a schedule."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.queries import deliveries
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.services.jobs import JobContext, JobKind, register_kind
from portal.services.monitoring import outbox
from portal.services.packs import delivering, readiness
from portal.services.packs.making import Ask, make

PATH = "/packs"
ASKS = "schedule pack "
"""How the name begins under which a schedule asks; the name of a user holds no space."""


class PackParams(BaseModel):
    """Which pack for whom; ``schedule`` and ``due_at`` when nobody asked for it by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str
    params: dict[str, Any] = Field(default_factory=dict, description="Of the template, such as a portfolio.")
    as_of: date
    known_at: datetime
    formats: tuple[str, ...]
    reader: str
    schedule: str | None = None
    due_at: datetime | None = None


def _make(params: PackParams, context: JobContext) -> Mapping[str, Any]:
    _check_asker(params, context.actor_name)
    reader = reader_named(params.reader)
    clocks = Clocks(params.as_of, params.known_at, live=False)
    context.report(0.01, "Looking at what has come in")
    gaps = readiness.gaps(clocks, reader)
    ask = Ask(params.template, params.params, clocks, params.formats, params.schedule, params.due_at, gaps)
    by = context.actor_name if params.schedule is None else f"schedule {params.schedule}"
    letter = None if params.schedule is None else delivering.letter(params.schedule, ask, reader)
    made = make(ask, reader, by=by, job_id=context.job_id, tell=context.report, follow=letter)
    if params.schedule is not None:
        delivering.to_folder(made.id, params.schedule)
    return {"pack_id": made.id, "link": f"{PATH}?pack={made.id}"}


def reader_named(username: str) -> Actor:
    """Return who ``username`` is at this moment, with their roles and portfolios.

    Raises
    ------
    NotFound
        There is no active account of that name.
    """
    with UnitOfWork() as work:
        person = deliveries.people(work.session, {username}).get(username)
    if person is None:
        raise NotFound(
            f"There is no active account '{username}'. Take it out of the recipients.", reader=username
        )
    return outbox.actor_of(person)


def _check_asker(params: PackParams, asker: str) -> None:
    """Let nobody make a pack under the rights of somebody else, but for what their schedules do."""
    if asker in (params.reader, SYSTEM.username):
        return
    if params.schedule is not None:
        if asker.startswith(ASKS):
            return
        actor = reader_named(asker)
        if actor.can(Permission.PACK_SCHEDULE) or actor.can(Permission.JOBS_MANAGE):
            return
    raise NotPermitted(
        f"{asker} may not make a pack for {params.reader}: a pack holds what its reader may see. Schedule it.",
        username=asker,
    )


def _version(_work: UnitOfWork, _params: PackParams) -> str:
    """Say that the clocks tell which data a pack stands on, so that the same question is one pack."""
    return "clocks"


PACK = register_kind(
    JobKind(
        code="pack.make",
        title="Pack",
        params_model=PackParams,
        handler=_make,
        permission=Permission.EXPORT,
        expected_seconds=20.0,
        data_version=_version,
        most_attempts=4,
        retry_after_seconds=30.0,
        priority=10,  # somebody waits for it in the morning; trainings can wait
    )
)
