"""Cases and their events: a case is opened once by its key, its state is moved on, its events are only added."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.compliance import Case, CaseEvent


def open_new(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Store the cases whose key is new, each with its opening, and return the ids of those by key.

    A row holds the columns of a case, and ``body``, which goes with the opening.
    """
    if not rows:
        return {}
    columns = [{name: value for name, value in row.items() if name != "body"} for row in rows]
    statement = upsert(Case).on_conflict_do_nothing(index_elements=[Case.key]).returning(Case.key, Case.id)
    made = {str(key): int(case) for key, case in session.execute(statement, columns)}
    openings = [
        {
            "case_id": made[row["key"]], "step": "opened", "by": row["opened_by"], "body": row["body"],
            "recorded_at": row["opened_at"],
        }
        for row in rows
        if row["key"] in made
    ]  # fmt: skip
    if openings:
        session.execute(insert(CaseEvent), openings)
    return made


def lock(session: Session, case_id: int) -> bool:
    """Wait for others who move the case, held until the end of the transaction; False when there is no such case."""
    statement = select(Case.id).where(Case.id == case_id).with_for_update()
    return session.scalars(statement).one_or_none() is not None


def add_event(session: Session, **columns: Any) -> int:
    """Store a step of a case and return its id."""
    return int(session.execute(insert(CaseEvent).values(**columns).returning(CaseEvent.id)).scalar_one())


def move(session: Session, case_id: int, **columns: Any) -> None:
    """Bring the row of a case to where it stands after its last event."""
    session.execute(update(Case).where(Case.id == case_id).values(**columns))
