"""The compliance calendar as a job: every night it enters the duties of a year ahead and what runs found reportable."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from data.session import UnitOfWork
from portal.core import clock
from portal.core.permissions import Permission
from portal.services.compliance import obligations
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule


class CalendarParams(BaseModel):
    """Nothing to choose: it is today's calendar."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _handle(_params: CalendarParams, context: JobContext) -> Mapping[str, Any]:
    context.report(0.1, "Entering duties of the calendar")
    with UnitOfWork(write=True) as work:
        duties = obligations.ensure_standing(work, clock.now().date())
        context.report(0.6, "Entering reports that findings ask for")
        filings = obligations.ensure_filings(work)
    return {"standing": duties, "filings": filings, "link": "/compliance"}


CALENDAR = register_kind(
    JobKind(
        code="compliance.calendar",
        title="Compliance calendar",
        params_model=CalendarParams,
        handler=_handle,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=5.0,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="compliance.calendar",
        title="Obligations of the year ahead, and reports that findings ask for",
        kind="compliance.calendar",
        cron="50 20 * * *",
    )
)
