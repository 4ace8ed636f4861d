"""Packs and their files, stored once; schedules, appended as versions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.packs import Pack, PackFile, PackSchedule


def lock(session: Session, what: str) -> None:
    """Wait for others who make or ask for the same pack; held until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"pack {what}", 0))))


def add_pack(session: Session, **values: Any) -> int | None:
    """Store a pack and return its number; None when that of this schedule, moment and reader is there already."""
    statement = (
        upsert(Pack).values(**values).on_conflict_do_nothing(constraint="uq_packs_schedule_due_at_reader")
    )
    made = session.scalar(statement.returning(Pack.id))
    return None if made is None else int(made)


def add_files(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store the files of a pack: pack_id, format, file_name, media_type, content, sha256."""
    session.execute(insert(PackFile), list(rows))


def add_version(session: Session, code: str, **values: Any) -> int:
    """Store the next version of a schedule and return its number; the caller holds its lock."""
    newest = session.scalar(select(func.max(PackSchedule.version)).where(PackSchedule.code == code))
    version = int(newest or 0) + 1
    session.execute(insert(PackSchedule).values(code=code, version=version, **values))
    return version
