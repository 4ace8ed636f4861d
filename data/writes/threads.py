"""Discussions opened, added to, and resolved; what was said is never changed."""

from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from data.models.packs import Thread, ThreadComment


def open_thread(session: Session, **columns: Any) -> int:
    """Store a discussion and return its number."""
    return int(session.execute(insert(Thread).values(**columns).returning(Thread.id)).scalar_one())


def lock(session: Session, thread_id: int) -> None:
    """Wait for others who add to a discussion or resolve it; held until the end of the transaction."""
    session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update())


def add_comment(session: Session, **columns: Any) -> int:
    """Store what somebody said and return its number."""
    return int(
        session.execute(insert(ThreadComment).values(**columns).returning(ThreadComment.id)).scalar_one()
    )


def resolve(session: Session, thread_id: int, by: str | None) -> None:
    """Note who resolved a discussion; None opens it again."""
    when = None if by is None else func.clock_timestamp()
    session.execute(update(Thread).where(Thread.id == thread_id).values(resolved_by=by, resolved_at=when))
