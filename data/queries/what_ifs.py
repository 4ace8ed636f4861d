"""Reads of saved what-ifs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
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
    return None if row is None else _read(row)


def lately(
    session: Session,
    *,
    title: str,
    as_of: date,
    known_at: datetime,
    deals: dict[str, Any],
    created_by: str,
    within: timedelta,
) -> SavedRow | None:
    """Return the same what-if as its author saved it ``within`` a while ago, of clocks no farther apart; else None."""
    row = session.scalar(
        select(WhatIf)
        .where(
            WhatIf.created_by == created_by,
            WhatIf.title == title,
            WhatIf.as_of == as_of,
            WhatIf.deals == deals,
            WhatIf.known_at.between(known_at - within, known_at + within),
            WhatIf.recorded_at >= func.now() - within,
        )
        .order_by(WhatIf.id.desc())
        .limit(1)
    )
    return None if row is None else _read(row)


def newest(session: Session, *, limit: int) -> list[SavedRow]:
    """Return the what-ifs that were saved last, newest first."""
    return [_read(row) for row in session.scalars(select(WhatIf).order_by(WhatIf.id.desc()).limit(limit))]


def _read(row: WhatIf) -> SavedRow:
    return SavedRow(row.key, row.title, row.as_of, row.known_at, row.deals, row.created_by, row.recorded_at)
