"""Security events, and the end of a session by somebody else."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from data.models.access import User, UserSession
from data.models.operations import SecurityEvent


def note_event(session: Session, *, now: datetime, **values: Any) -> bool:
    """Store an event, or count it once more when there is one of its key; return whether it is new."""
    known = session.scalar(select(SecurityEvent.id).where(SecurityEvent.key == values["key"]))
    statement = insert(SecurityEvent).values(at=now, last_at=now, count=1, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"last_at": now, "count": SecurityEvent.count + 1}
        )
    )
    return known is None


def add_event(session: Session, *, at: datetime, **values: Any) -> bool:
    """Store an event unless there is one of its key; return whether it is new."""
    statement = insert(SecurityEvent).values(at=at, last_at=at, count=1, **values)
    done = statement.on_conflict_do_nothing(index_elements=["key"]).returning(SecurityEvent.id)
    return session.scalar(done) is not None


def end_session(session: Session, *, handle: str, now: datetime) -> str | None:
    """End the session whose hash begins with ``handle``; return whose it was, None when there is none to end."""
    statement = (
        update(UserSession)
        .where(
            func.left(UserSession.token_hash, len(handle)) == handle,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
        )
        .values(revoked_at=now)
        .returning(UserSession.user_id)
    )
    owner = session.scalars(statement).first()
    return None if owner is None else session.scalar(select(User.username).where(User.id == owner))
