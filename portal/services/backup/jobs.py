"""The job that backs up at night, or when somebody asks, and the alert when it fails its test."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from data.session import UnitOfWork
from portal.core.permissions import Permission
from portal.services.backup import making
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule
from portal.services.monitoring import alerts

RULE, SUBJECT = "backup.failed", "database"
MEGABYTE = 1_000_000


class BackupParams(BaseModel):
    """How a backup is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: bool = Field(True, description="Restore it into a scratch database at once and compare.")


def _handle(params: BackupParams, context: JobContext) -> Mapping[str, Any]:
    found = making.make(context.report, check=params.check)
    context.log(
        "warning" if found.problem else "info",
        f"{found.name}: {found.bytes / MEGABYTE:,.1f} MB of {found.total_rows:,} rows. "
        + (found.problem or ("Restored and compared." if found.checked_at else "Not checked.")),
    )
    with UnitOfWork(write=True) as work:
        if found.problem:
            alerts.raise_alert(
                work, RULE, SUBJECT, "critical", "A backup cannot be restored",
                f"{found.name} did not come back whole: {found.problem} Make another one and look at the disk.",
                "/monitoring/backups", Permission.JOBS_READ, {"backup": found.name},
            )  # fmt: skip
        else:
            alerts.clear(work, RULE, SUBJECT)
    return {"backup": found.name, "good": found.is_good, "link": "/monitoring/backups"}


BACKUP = register_kind(
    JobKind(
        code="platform.backup",
        title="Backup",
        params_model=BackupParams,
        handler=_handle,
        permission=Permission.JOBS_MANAGE,
        expected_seconds=60.0,
    )
)
SCHEDULE = register_schedule(
    Schedule(
        code="platform.backup",
        title="Back up the database, restore the copy into a scratch database and compare",
        kind="platform.backup",
        cron="30 1 * * *",
    )
)
