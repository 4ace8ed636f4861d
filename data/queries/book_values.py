"""Reads of the stored end-of-day values of books, under both clocks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from data.models.portfolio import BookValue
from data.queries.clocked import latest
from portal.core.clock import Clocks

VALUES: Table = BookValue.__table__  # type: ignore[assignment]  # a mapped class has a Table here


@dataclass(frozen=True, slots=True)
class BookDay:
    """The value of one book at the end of one day, in ``currency``."""

    portfolio_id: int
    as_of: date
    recorded_at: datetime
    currency: str
    unrealised: float
    realised: float
    trades: int
    missing: int


def history(
    session: Session, *, clocks: Clocks, portfolios: Collection[int], first: date | None = None
) -> list[BookDay]:
    """Return the values of the books (ids) from ``first`` on, by day and book; the newest run of each counts."""
    where: list[Any] = [VALUES.c.portfolio_id.in_(portfolios)]
    if first is not None:
        where.append(VALUES.c.as_of >= first)
    n = latest(VALUES, clocks, key=("portfolio_id", "as_of"), day="as_of", where=where).subquery().c
    statement = select(
        n.portfolio_id, n.as_of, n.recorded_at, n.currency, n.unrealised, n.realised, n.trades, n.missing
    ).order_by(n.as_of, n.portfolio_id)
    return [BookDay(*row) for row in session.execute(statement)]
