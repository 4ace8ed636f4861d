"""Reads of the audit log: its head, its entries as a stream, its checkpoints, and who is behind a pseudonym."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, or_, select, text
from sqlalchemy.orm import Session

from data.models.audit import AuditCheckpoint, AuditEntry, AuditPerson
from data.models.jobs import Job
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


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in the log; empty parts ask for nothing. ``refs`` None: whoever it was."""

    until: datetime
    since: datetime | None = None
    group: str = ""
    outcome: str = ""
    refs: tuple[str, ...] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its copied fields."""

    seq: int
    hash: bytes
    entry: str
    at: datetime
    actor_ref: str
    action: str
    object_kind: str
    object_ref: str
    outcome: str


_ENTRY = (
    AuditEntry.seq,
    AuditEntry.hash,
    AuditEntry.entry,
    AuditEntry.at,
    AuditEntry.actor_ref,
    AuditEntry.action,
    AuditEntry.object_kind,
    AuditEntry.object_ref,
    AuditEntry.outcome,
)
SORTS = {
    "seq": AuditEntry.seq,
    "at": AuditEntry.seq,
    "who": AuditEntry.actor_ref,
    "action": AuditEntry.action,
    "kind": AuditEntry.object_kind,
    "ref": AuditEntry.object_ref,
    "outcome": AuditEntry.outcome,
}


def _where(search: Search) -> list[ColumnElement[bool]]:
    found = [AuditEntry.at <= search.until]
    if search.since is not None:
        found.append(AuditEntry.at > search.since)
    if search.group:
        found.append(
            or_(
                AuditEntry.action == search.group,
                AuditEntry.action.startswith(f"{search.group}.", autoescape=True),
            )
        )
    if search.outcome:
        found.append(AuditEntry.outcome == search.outcome)
    if search.refs is not None:
        found.append(or_(AuditEntry.actor_ref.in_(search.refs), AuditEntry.object_ref.in_(search.refs)))
    if search.text:
        found.append(
            or_(
                *(
                    column.icontains(search.text, autoescape=True)
                    for column in (AuditEntry.action, AuditEntry.object_kind, AuditEntry.object_ref)
                )
            )
        )
    return found


def found_entries(
    session: Session, search: Search, *, sort: str = "seq", descending: bool = True, offset: int = 0,
    limit: int | None = None,
) -> tuple[list[EntryRow], int]:  # fmt: skip
    """Return a page of the entries that ``search`` finds, and how many there are."""
    where = _where(search)
    column = SORTS.get(sort, AuditEntry.seq)
    order = column.desc() if descending else column.asc()
    query = select(*_ENTRY).where(*where).order_by(order, AuditEntry.seq.desc()).offset(offset).limit(limit)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*where))
    return [EntryRow(*row) for row in session.execute(query)], int(total or 0)


def entries_between(session: Session, first: int, last: int) -> list[EntryRow]:
    """Return the entries ``first`` to ``last``, both included."""
    query = select(*_ENTRY).where(AuditEntry.seq.between(first, last)).order_by(AuditEntry.seq)
    return [EntryRow(*row) for row in session.execute(query)]


def days(session: Session, search: Search) -> list[tuple[date, int, int]]:
    """Return for each UTC day how many entries it has, and how many of them were refused or failed."""
    day = cast(func.timezone("UTC", AuditEntry.at), Date)
    refused = func.count().filter(AuditEntry.outcome != "done")
    query = select(day, func.count(), refused).where(*_where(search)).group_by(day).order_by(day)
    return [(row[0], int(row[1]), int(row[2])) for row in session.execute(query)]


def head_at(session: Session, moment: datetime) -> int:
    """Return the number of the last entry written up to ``moment``; 0 for none."""
    query = select(func.coalesce(func.max(AuditEntry.seq), 0)).where(AuditEntry.at <= moment)
    return int(session.scalar(query) or 0)


def groups(session: Session) -> list[str]:
    """Return what actions are about: the words before the dot, in order."""
    word = func.split_part(AuditEntry.action, ".", 1)
    return sorted(session.scalars(select(word).distinct()).all())


def last_result(session: Session, kind: str) -> tuple[datetime, dict[str, Any]] | None:
    """Return when the newest finished job of a kind ended, and its result."""
    query = (
        select(Job.finished_at, Job.result)
        .where(Job.kind == kind, Job.state == "done", Job.finished_at.is_not(None))
        .order_by(Job.finished_at.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None or row[0] is None else (row[0], dict(row[1] or {}))


def may_change(session: Session) -> bool:
    """Tell whether the role of the portal owns the log, and so could take its protection away."""
    query = text(
        "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'audit_log'::regclass"
    )
    return bool(session.scalar(query))


def checkpoint(session: Session, checkpoint_id: int) -> CheckpointRow | None:
    """Return one checkpoint."""
    return next((row for row in checkpoints(session) if row.id == checkpoint_id), None)
