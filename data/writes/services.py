"""Services that people name: one row each, replaced when it is changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from data.models.operations import Service


def put(session: Session, row: Mapping[str, Any]) -> None:
    """Store a service, or replace the one with its code.

    ``row`` has code, kind, title, address, depends_on, feeds, owner, enabled and changed_by.
    """
    statement = insert(Service).values(**row)
    changed = {name: statement.excluded[name] for name in row if name != "code"}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Service.code], set_={**changed, "recorded_at": func.clock_timestamp()}
        )
    )


def remove(session: Session, code: str) -> bool:
    """Remove a service; return whether there was one."""
    return (
        session.execute(delete(Service).where(Service.code == code).returning(Service.code)).first()
        is not None
    )
