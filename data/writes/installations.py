"""Installations of emissions trading into their table: appended, the newest counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from data.models.compliance import InstallationYear


def add_years(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Store versions of installations and years; return how many."""
    if rows:
        session.execute(insert(InstallationYear), list(rows))
    return len(rows)


def remove_by(session: Session, by: str) -> None:
    """Take out what a loader stored; what people recorded stays."""
    session.execute(delete(InstallationYear).where(InstallationYear.recorded_by == by))
