"""What is told of jobs that end badly without anybody waiting for them, and when it is over.

A lost job is told whoever asked for it, since a process died; a failed one only when a schedule asked: people are shown
what they did. Both are over once a job of the same kind is done.
"""

from data.queries import jobs as queries
from data.queries import schedules as schedule_queries
from data.queries.jobs import JobRow
from data.session import UnitOfWork
from portal.core.permissions import Permission
from portal.services.jobs.registry import title_of
from portal.services.monitoring.alerts import clear, raise_alert

SCHEDULE = "schedule "
"""Begins the name under which a schedule asks; the name of a user holds no space."""
LOST, FAILED = "jobs.lost", "jobs.failed"
CENTRE = "/monitoring/jobs"


def tell(work: UnitOfWork, job_id: int) -> None:
    """Raise or clear the alerts that follow from how a job stands; call it in the transaction that ends it."""
    row = queries.by_id(work.session, job_id)
    if row is None:
        return
    if row.state == "lost":
        _raise(work, row, LOST, row.kind, "critical", "was lost")
    elif row.state == "failed":
        for code in _schedules(row):
            _raise(work, row, FAILED, code, "warning", "failed")
    elif row.state == "done":
        clear(work, LOST, row.kind)
        for code in {*schedule_queries.of_kind(work.session, row.kind), *_schedules(row)}:
            clear(work, FAILED, code)


def tell_of_schedule(work: UnitOfWork, code: str, message: str) -> None:
    """Raise the alert of a schedule whose job could not even be asked for."""
    raise_alert(
        work, FAILED, code, "warning", f"The schedule {code} could not start its job", message, CENTRE,
        Permission.JOBS_READ, {"schedule": code},
    )  # fmt: skip


def _schedules(row: JobRow) -> list[str]:
    return [name.removeprefix(SCHEDULE) for name in row.askers if name.startswith(SCHEDULE)]


def _raise(work: UnitOfWork, row: JobRow, rule: str, subject: str, severity: str, became: str) -> None:
    asked = ", ".join(_schedules(row))
    title = f"{title_of(row.kind)} {became}" + (f" (schedule {asked})" if asked else "")
    raise_alert(
        work, rule, subject, "critical" if severity == "critical" else "warning", title,
        row.error or "It ended without a word.", f"{CENTRE}?job={row.id}", Permission.JOBS_READ,
        {"job": row.id, "kind": row.kind},
    )  # fmt: skip
