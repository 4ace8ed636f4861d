"""The last look of a person at a page: one row, replaced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from data.models.packs import LastLook


def keep_look(
    session: Session,
    *,
    username: str,
    page: str,
    looked_at: datetime,
    clocks: Mapping[str, Any],
    figures: Mapping[str, Any],
) -> None:
    """Store what a page showed to somebody, in place of the look before."""
    values = {"looked_at": looked_at, "clocks": dict(clocks), "figures": dict(figures)}
    statement = insert(LastLook).values(username=username, page=page, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["username", "page"], set_=values))
