"""Reads of saved what-ifs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.portfolio import WhatIf


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved what-if; ``deals`` holds ``book`` and ``lines`` as they were typed."""

    key: str
    title: str
    as_of: date
    known_at: datetime
    deals: dict[str, Any]
    created_by: str
    recorded_at: datetime


def by_key(session: Session, key: str) -> SavedRow | None:
    """Return the what-if of a key, or None."""
    row = session.scalar(select(WhatIf).where(WhatIf.key == key))
    if row is None:
        return None
    return SavedRow(row.key, row.title, row.as_of, row.known_at, row.deals, row.created_by, row.recorded_at)


def newest(session: Session, *, limit: int) -> list[SavedRow]:
    """Return the what-ifs that were saved last, newest first."""
    rows = session.scalars(select(WhatIf).order_by(WhatIf.id.desc()).limit(limit)).all()
    return [
        SavedRow(row.key, row.title, row.as_of, row.known_at, row.deals, row.created_by, row.recorded_at)
        for row in rows
    ]
