"""The job that makes a report."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.queries import access as access_queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.services.compliance.report_making import Ask, make_report
from portal.services.jobs import JobContext, JobKind, register_kind

PATH = "/compliance/reports"


class ReportParams(BaseModel):
    """Which report, and for which period; ``end`` is exclusive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: str
    start: date
    end: date
    known_at: datetime | None = None
    replaces: int | None = Field(None, description="Number of the report that this one corrects.")
    only_rejected: bool = Field(False, description="Only what was refused in the one that it replaces.")

    @model_validator(mode="after")
    def _ordered(self) -> "ReportParams":
        if self.end <= self.start:
            raise ValueError(f"the period ends on {self.end}, which is not after {self.start}")
        return self


def _make(params: ReportParams, context: JobContext) -> Mapping[str, Any]:
    ask = Ask(params.report, params.start, params.end, params.known_at, params.replaces, params.only_rejected)
    number = make_report(ask, context.report, _asker(context.actor_name), context.job_id)
    return {"report_id": number, "link": f"{PATH}?report={number}"}


def _asker(username: str) -> Actor:
    """Return who asked, as far as the notes of the audit log need them; the right was checked at asking."""
    with UnitOfWork() as work:
        known = access_queries.account(work.session, username=username)
    return Actor(known.user_id if known else None, username, username, frozenset())


REPORT = register_kind(
    JobKind(
        code="compliance.report",
        title="Report",
        params_model=ReportParams,
        handler=_make,
        permission=Permission.COMPLIANCE_DECIDE,
        expected_seconds=8.0,
    )
)
