"""Sign-offs, adjustments and decisions about them: appended, never updated."""

from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from data.models.packs import Adjustment, AdjustmentDecision, SignOff


def lock(session: Session) -> None:
    """Wait for others who sign or decide; held until the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('enerscope sign-off'))"))


def add_step(session: Session, **columns: Any) -> int:
    """Store a step of a sign-off and return its number."""
    return int(session.execute(insert(SignOff).values(**columns).returning(SignOff.id)).scalar_one())


def add_adjustment(session: Session, **columns: Any) -> int:
    """Store an adjustment as proposed and return its number."""
    return int(session.execute(insert(Adjustment).values(**columns).returning(Adjustment.id)).scalar_one())


def add_decision(session: Session, **columns: Any) -> None:
    """Store what a second person said of an adjustment."""
    session.execute(insert(AdjustmentDecision).values(**columns))
