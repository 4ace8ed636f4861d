"""Jobs of screening: the import of a list, and a screening of everybody, which also comes every night."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from data.queries import screening as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission, Role
from portal.services import jobs
from portal.services.compliance import lists, screening
from portal.services.ingest import staged
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule

PAGE = "/compliance/kyc"


class ImportParams(BaseModel):
    """A file that somebody uploaded, and what it does not tell itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str
    user_id: int | None = None
    code: str = ""
    listed_on: date | None = None


class ScreenParams(BaseModel):
    """Nothing to choose: everybody is screened against the newest lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _actor(context: JobContext, user_id: int | None = None) -> Actor:
    """Return who asked: the job was let through with their rights when it was asked for."""
    name = context.actor_name
    return Actor(user_id, name, name, frozenset({Role.COMPLIANCE_OFFICER}))


def _import(params: ImportParams, context: JobContext) -> Mapping[str, Any]:
    actor = _actor(context, params.user_id)
    file = staged.staged_file(params.token, actor)
    done = lists.import_list(
        file.read_bytes(),
        file.name,
        actor,
        code=params.code,
        listed_on=params.listed_on,
        report=context.report,
    )
    staged.discard(params.token, actor)
    context.log("info", f"{done.entries:,} names of {done.code}; {len(done.screened.new_hits)} new hits")
    return {"list_id": done.list_id, "hits": len(done.screened.new_hits), "link": PAGE}


def _screen(_params: ScreenParams, context: JobContext) -> Mapping[str, Any]:
    context.report(0.1, "Screening all counterparties")
    with UnitOfWork(write=True) as work:
        if not queries.newest_lists(work.session, known_at=clock.now()):
            context.log("info", "There is no list to screen against")
            return {"hits": 0, "link": PAGE}
        done = screening.screen(work, at=clock.now(), actor=_actor(context))
    return {"hits": len(done.new_hits), "link": PAGE}


LIST_IMPORT = register_kind(
    JobKind(
        code="compliance.list-import",
        title="Import of a sanctions list",
        params_model=ImportParams,
        handler=_import,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=10.0,
    )
)
SCREENING = register_kind(
    JobKind(
        code="compliance.screen",
        title="Screening of all counterparties",
        params_model=ScreenParams,
        handler=_screen,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=5.0,
    )
)
register_schedule(
    Schedule(
        "compliance.screen",
        "Screening of all counterparties",
        kind="compliance.screen",
        cron="30 3 * * *",
        timezone="UTC",
    )
)


def ask_import(
    content: bytes, file_name: str, actor: Actor, *, code: str = "", listed_on: date | None = None
) -> int:
    """Keep an uploaded file and ask for its import; return the job.

    Raises
    ------
    NotPermitted, DomainError
        Who asks may not decide in compliance, or the file is larger than the page takes.
    """
    token = staged.stage(content, file_name, actor, permission=Permission.COMPLIANCE_DECIDE)
    params = {"token": token, "user_id": actor.user_id, "code": code, "listed_on": listed_on}
    return jobs.submit("compliance.list-import", params, actor)
