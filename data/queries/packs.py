"""Reads of packs, their files, their schedules and what became of sending them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.access import User
from data.models.jobs import Job
from data.models.operations import Channel, Delivery
from data.models.packs import Pack, PackFile, PackSchedule

KIND = "pack.make"
KEY = "pack:"
"""How the keys of messages that carry a pack begin; its number and the channel follow."""


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack without its files."""

    id: int
    template: str
    template_version: str
    schedule: str | None
    due_at: datetime | None
    as_of: date
    known_at: datetime
    params: dict[str, Any]
    reader: str
    rights: dict[str, Any]
    state: str
    gaps: dict[str, Any]
    digest: str
    seconds: float
    made_by: str
    job_id: int | None
    simulated: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a pack without its content; ``size`` in bytes."""

    pack_id: int
    format: str
    file_name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One version of a schedule."""

    code: str
    version: int
    title: str
    template: str
    params: dict[str, Any]
    formats: dict[str, Any]
    cron: str
    timezone: str
    wait_minutes: int
    calendar: str
    recipients: dict[str, Any]
    folder: str
    enabled: bool
    written_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SentRow:
    """A message that carries a pack, as it stands."""

    pack_id: int
    kind: str
    state: str
    sent_at: datetime | None
    error: str


_PACK = tuple(getattr(Pack, name) for name in PackRow.__dataclass_fields__)
_SCHEDULE = tuple(getattr(PackSchedule, name) for name in ScheduleRow.__dataclass_fields__)
_FILE = (
    PackFile.pack_id, PackFile.format, PackFile.file_name, PackFile.media_type, PackFile.sha256,
    func.length(PackFile.content),
)  # fmt: skip


def pack(session: Session, pack_id: int) -> PackRow | None:
    """Return one pack."""
    row = session.execute(select(*_PACK).where(Pack.id == pack_id)).one_or_none()
    return PackRow(*row) if row else None


def packs(
    session: Session, *, known_at: datetime, reader: str | None = None, since: datetime | None = None,
    limit: int | None = None,
) -> list[PackRow]:  # fmt: skip
    """Return the packs made by ``known_at`` (and after ``since``), of one reader or of all, the newest first."""
    statement = select(*_PACK).where(Pack.recorded_at <= known_at).order_by(Pack.id.desc()).limit(limit)
    if reader is not None:
        statement = statement.where(Pack.reader == reader)
    if since is not None:
        statement = statement.where(Pack.recorded_at > since)
    return [PackRow(*row) for row in session.execute(statement)]


def made(
    session: Session, *, schedule: str | None, due_at: datetime | None, reader: str, job_id: int | None
) -> int | None:
    """Return the pack of a moment of a schedule for a reader, or of a job, if it was made already."""
    same: list[Any] = []
    if schedule is not None:
        same.append((Pack.schedule == schedule) & (Pack.due_at == due_at) & (Pack.reader == reader))
    if job_id is not None:
        same.append(Pack.job_id == job_id)
    if not same:
        return None
    return session.scalar(select(Pack.id).where(or_(*same)).order_by(Pack.id).limit(1))


def readers_served(session: Session, schedule: str, due_at: datetime) -> set[str]:
    """Return whom a pack of a moment of a schedule was made for, or is being made, whatever became of it."""
    done = select(Pack.reader).where(Pack.schedule == schedule, Pack.due_at == due_at)
    # As the parameters of the job say it: a moment in UTC, to the second.
    said = due_at.isoformat().replace("+00:00", "Z")
    asked = select(Job.params["reader"].astext).where(
        Job.kind == KIND, Job.params["schedule"].astext == schedule, Job.params["due_at"].astext == said
    )
    return {str(name) for name in session.scalars(done.union(asked))}


def files(session: Session, pack_ids: Collection[int]) -> list[FileRow]:
    """Return the files of packs, by pack and format."""
    statement = (
        select(*_FILE).where(PackFile.pack_id.in_(pack_ids)).order_by(PackFile.pack_id, PackFile.format)
    )
    return [FileRow(*row) for row in session.execute(statement)]


def content(session: Session, pack_id: int, code: str) -> bytes | None:
    """Return the bytes of a file of a pack."""
    return session.scalar(
        select(PackFile.content).where(PackFile.pack_id == pack_id, PackFile.format == code)
    )


def schedules(session: Session) -> list[ScheduleRow]:
    """Return the newest version of each schedule, by code."""
    statement = (
        select(*_SCHEDULE)
        .ext(distinct_on(PackSchedule.code))
        .order_by(PackSchedule.code, PackSchedule.version.desc())
    )
    return [ScheduleRow(*row) for row in session.execute(statement)]


def versions(session: Session, code: str) -> list[ScheduleRow]:
    """Return the versions of a schedule, the newest first."""
    statement = select(*_SCHEDULE).where(PackSchedule.code == code).order_by(PackSchedule.version.desc())
    return [ScheduleRow(*row) for row in session.execute(statement)]


def all_versions(session: Session) -> dict[str, list[ScheduleRow]]:
    """Return all versions of all schedules, by code."""
    found: dict[str, list[ScheduleRow]] = {}
    for row in session.execute(select(*_SCHEDULE).order_by(PackSchedule.code, PackSchedule.version.desc())):
        found.setdefault(row[0], []).append(ScheduleRow(*row))
    return found


def version_at(rows: Sequence[ScheduleRow], moment: datetime) -> ScheduleRow | None:
    """Return the version, of those of one schedule, that counted at a moment."""
    return max((row for row in rows if row.recorded_at <= moment), key=lambda row: row.version, default=None)


def sent(session: Session, pack_ids: Collection[int]) -> list[SentRow]:
    """Return the messages that carry packs, by pack."""
    number = func.split_part(Delivery.key, ":", 2)
    keys = {str(one) for one in pack_ids}
    statement = (
        select(number, Channel.kind, Delivery.state, Delivery.sent_at, Delivery.error)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.key.startswith(KEY), number.in_(keys))
        .order_by(Delivery.id)
    )
    return [SentRow(int(row[0]), *row[1:]) for row in session.execute(statement)]


def names(session: Session) -> list[tuple[str, str]]:
    """Return user name and name of all active users, by user name."""
    statement = select(User.username, User.name).where(User.is_active).order_by(User.username)
    return [(row[0], row[1]) for row in session.execute(statement)]
