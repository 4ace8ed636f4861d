"""Reads of when somebody last looked at a page, and what it showed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.packs import LastLook


def last_look(session: Session, *, username: str, page: str) -> LastLook | None:
    """Return the last look of a person at a page; None when there was none."""
    return session.scalar(select(LastLook).where(LastLook.username == username, LastLook.page == page))
