"""The jobs of the audit log: verify it, sign a checkpoint of it every day, and export it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from data.queries import access as access_queries
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.config import settings
from portal.core.errors import Conflict
from portal.core.permissions import Permission, Role
from portal.services import audit
from portal.services.audit import checkpoints, exporting, verification
from portal.services.compliance import cases
from portal.services.compliance.audit_files import CHECKPOINT, EXPORT
from portal.services.compliance.audit_log import PATH, VERIFY
from portal.services.jobs import JobContext, JobKind, Schedule, register_kind, register_schedule
from portal.services.monitoring import alerts

RULE, SUBJECT = "audit.broken", "audit log"


class NoParams(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _verify(_params: NoParams, context: JobContext) -> Mapping[str, Any]:
    context.report(0.05, "Reading the log from its first entry")
    found = verification.verify_database(settings(), report=context.report)
    sentence = " ".join(found.sentences)
    context.log("info" if found.is_whole else "error", sentence)
    _tell(found)
    with UnitOfWork(write=True) as work:
        detail = {"entries": found.entries, "whole": found.is_whole, "flaw": found.flaw}
        audit.note(
            work,
            asker(context),
            "audit.verified",
            "audit-log",
            str(found.entries),
            detail,
            "done" if found.is_whole else "failed",
        )
    return {
        "whole": found.is_whole,
        "entries": found.entries,
        "first_bad_entry": found.first_bad_entry,
        "sentence": sentence,
        "link": PATH,
    }


def _tell(found: verification.AuditVerdict) -> None:
    """Raise the alarm when the log is not whole: an alert, and a case that two people decide."""
    with UnitOfWork(write=True) as work:
        if found.is_whole:
            alerts.clear(work, RULE, SUBJECT)
            return
        advice = " Open an incident, and compare the log with its signed checkpoints."
        alerts.raise_alert(
            work, RULE, SUBJECT, "critical", "The audit log is not whole", found.sentences[0] + advice, PATH,
            Permission.AUDIT_READ, {"flaw": found.flaw},
        )  # fmt: skip
        cases.open_case(
            work, key=f"audit {found.flaw} {found.first_bad_entry}", kind="audit", rule="GL-AU-01",
            title="The audit log is not whole", subject_kind="audit-log", subject=str(found.first_bad_entry or ""),
            severity="critical", body={"sentence": found.sentences[0]},
        )  # fmt: skip


def _sign(_params: NoParams, context: JobContext) -> Mapping[str, Any]:
    context.report(0.1, "Verifying the log before its end is signed")
    try:
        made = checkpoints.make(asker(context), settings())
    except Conflict:
        _tell(verification.verify_database(settings()))
        raise
    return {"entries": made.content()["entries"], "link": PATH}


def _export(_params: NoParams, context: JobContext) -> Mapping[str, Any]:
    made = exporting.export(asker(context), settings(), report=context.report)
    context.log("info", f"{made.name}: {made.entries:,} entries, SHA-256 {made.sha256}.")
    return {"file": made.name, "entries": made.entries, "sha256": made.sha256, "link": PATH}


def asker(context: JobContext) -> Actor:
    """Return who asked for a job, as far as the notes of the log need them; the right was checked at asking."""
    if ":" in context.actor_name:
        return SYSTEM  # a schedule
    with UnitOfWork() as work:
        roles = {row.username: row.roles for row in access_queries.list_users(work.session)}
    if context.actor_name not in roles:
        return SYSTEM
    found = frozenset(Role(role) for role in roles[context.actor_name])
    return Actor(None, context.actor_name, context.actor_name, found)


def _kind(
    code: str, title: str, handler: Callable[[NoParams, JobContext], Mapping[str, Any]], seconds: float
) -> JobKind:
    return register_kind(
        JobKind(
            code=code,
            title=title,
            params_model=NoParams,
            handler=handler,
            permission=Permission.AUDIT_READ,
            expected_seconds=seconds,
            priority=5,  # somebody waits for it, and it takes seconds
        )
    )


VERIFY_KIND = _kind(VERIFY, "Verification of the audit log", _verify, 5.0)
CHECKPOINT_KIND = _kind(CHECKPOINT, "Checkpoint of the audit log", _sign, 5.0)
EXPORT_KIND = _kind(EXPORT, "Export of the audit log", _export, 8.0)
SCHEDULE = register_schedule(
    Schedule(
        code=CHECKPOINT,
        title="Verify the audit log and sign its end",
        kind=CHECKPOINT,
        cron="5 0 * * *",
    )
)
