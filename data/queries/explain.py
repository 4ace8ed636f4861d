"""When trades or prices last changed, so that an explanation is not computed again for a moment after that."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.portfolio import PositionEntry


def last_change(session: Session) -> datetime | None:
    """Return when the newest import or entry of the position ledger was recorded; None without either."""
    newest = [
        session.scalar(select(table.recorded_at).order_by(table.id.desc()).limit(1))
        for table in (ImportBatch, PositionEntry)
    ]
    return max((moment for moment in newest if moment is not None), default=None)
