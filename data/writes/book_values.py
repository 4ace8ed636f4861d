"""End-of-day values of books: appended, never updated; a later run is a newer row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models.portfolio import BookValue

_AT_ONCE = 2000


def append(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store rows of ``book_values`` and return their number."""
    for begin in range(0, len(rows), _AT_ONCE):
        session.execute(insert(BookValue), [dict(row) for row in rows[begin : begin + _AT_ONCE]])
    return len(rows)
