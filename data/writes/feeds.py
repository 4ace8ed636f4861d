"""Versions of what is agreed about feeds: appended, never changed."""

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data.models.operations import FeedTerms


def append(session: Session, code: str, **terms: Any) -> int:
    """Store the next version of a feed and return its number; two writers at once get one each."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"feed-terms {code}"})
    newest = session.scalar(select(func.max(FeedTerms.version)).where(FeedTerms.code == code)) or 0
    session.add(FeedTerms(code=code, version=newest + 1, **terms))
    session.flush()
    return newest + 1
