"""Obligations and their steps: an obligation is stored once by its key, its steps are only added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.compliance import Obligation, ObligationEvent


def add_new(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Store the obligations whose key is new and return their ids by key."""
    if not rows:
        return {}
    statement = (
        upsert(Obligation)
        .on_conflict_do_nothing(index_elements=[Obligation.key])
        .returning(Obligation.key, Obligation.id)
    )
    return {str(key): int(found) for key, found in session.execute(statement, list(rows))}


def ids_of(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Return the ids of the obligations of these keys."""
    statement = select(Obligation.key, Obligation.id).where(Obligation.key.in_(keys))
    return {str(key): int(found) for key, found in session.execute(statement)}


def lock(session: Session, obligation_id: int) -> bool:
    """Wait for others who move the obligation, until the end of the transaction; False when there is none."""
    statement = select(Obligation.id).where(Obligation.id == obligation_id).with_for_update()
    return session.scalars(statement).one_or_none() is not None


def add_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store steps; each has obligation_id, step, report_id, note, by and recorded_at."""
    if rows:
        session.execute(insert(ObligationEvent), list(rows))


def step(
    obligation_id: int, name: str, by: str, at: datetime, note: str = "", report_id: int | None = None
) -> dict[str, Any]:
    """Return a row of :func:`add_steps`."""
    return {
        "obligation_id": obligation_id, "step": name, "by": by, "recorded_at": at, "note": note,
        "report_id": report_id,
    }  # fmt: skip
