"""Saving a what-if: one row, which nobody changes afterwards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.portfolio import WhatIf


def lock(session: Session, created_by: str) -> None:
    """Let the what-ifs of one author be saved one after the other, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"what-if {created_by}", 0))))


def insert(
    session: Session,
    *,
    key: str,
    title: str,
    as_of: date,
    known_at: datetime,
    deals: dict[str, Any],
    created_by: str,
) -> None:
    """Store a what-if under its key."""
    session.add(
        WhatIf(key=key, title=title, as_of=as_of, known_at=known_at, deals=deals, created_by=created_by)
    )
