"""Reads of the audit log: its head, its entries as a stream, its checkpoints, and who is behind a pseudonym."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data.models.audit import AuditCheckpoint, AuditEntry, AuditPerson
from portal.domain.compliance.audit_chain import Row

_STREAM = text(
    "SELECT seq, hash, entry, at, actor_ref, action, object_kind, object_ref, outcome FROM audit_log ORDER BY seq"
)
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A stored checkpoint."""

    id: int
    day: date
    entries: int
    document: str
    signature: bytes
    key_id: str
    recorded_at: datetime


def count(session: Session) -> int:
    """Return the number of the last entry; 0 for an empty log."""
    return int(session.scalar(select(func.coalesce(func.max(AuditEntry.seq), 0))) or 0)


def stream(session: Session) -> Generator[Row, None, None]:
    """Yield all entries in the order of their numbers, without holding them in memory; close it if not read up."""
    found = session.execute(_STREAM, execution_options={"stream_results": True, "yield_per": _AT_ONCE})
    try:
        for part in found.partitions(_AT_ONCE):
            for seq, digest, entry, *copies in part:
                yield Row(seq, digest, entry, tuple(copies))
    finally:
        found.close()


def checkpoints(session: Session, *, limit: int | None = None) -> list[CheckpointRow]:
    """Return the stored checkpoints, newest first."""
    query = select(
        AuditCheckpoint.id,
        AuditCheckpoint.day,
        AuditCheckpoint.entries,
        AuditCheckpoint.document,
        AuditCheckpoint.signature,
        AuditCheckpoint.key_id,
        AuditCheckpoint.recorded_at,
    ).order_by(AuditCheckpoint.entries.desc(), AuditCheckpoint.id.desc())
    return [CheckpointRow(*row) for row in session.execute(query.limit(limit) if limit else query)]


def ref_of(session: Session, *, username: str) -> str | None:
    """Return the pseudonym of a user name, if it has one."""
    return session.scalar(select(AuditPerson.ref).where(AuditPerson.username == username))


def people(session: Session) -> dict[str, str]:
    """Return the user name behind each pseudonym that is not erased."""
    return {row.ref: row.username for row in session.execute(select(AuditPerson.ref, AuditPerson.username))}
