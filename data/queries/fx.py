"""Reads of exchange rates, under both clocks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import DataSource, FxRate
from data.queries.clocked import latest
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks

RATES: Table = FxRate.__table__  # type: ignore[assignment]  # a mapped class has a Table here


@dataclass(frozen=True, slots=True)
class RateRow:
    """One recorded rate: units of ``quote`` for one ``base``; ``batch_id`` is 0 where no import is known."""

    base: str
    quote: str
    day: date
    rate: float
    recorded_at: datetime
    source_code: str
    source: str
    licence: str
    batch_id: int
    file_name: str


def rate_series(
    session: Session, *, clocks: Clocks, currencies: Collection[str], first: date | None = None
) -> dict[tuple[str, str], tuple[DateArray1D, FloatArray1D]]:
    """Return the days and rates of each published pair (base, quote) between ``currencies``, oldest first."""
    n = _newest(clocks, currencies, first).subquery().c
    grouped = select(
        n.base,
        n.quote,
        func.array_agg(aggregate_order_by(n.day, n.day)),
        func.array_agg(aggregate_order_by(n.rate, n.day)),
    ).group_by(n.base, n.quote)
    return {
        (base, quote): (np.array(days, dtype="datetime64[D]"), np.array(rates, dtype=np.float64))
        for base, quote, days, rates in session.execute(grouped)
    }


def rate_rows(
    session: Session, *, clocks: Clocks, currencies: Collection[str], first: date | None = None
) -> list[RateRow]:
    """Return the rates between ``currencies`` with when, by which import and from which file they were recorded."""
    n = _newest(clocks, currencies, first).subquery().c
    query: Any = (  # its type has room for ten columns
        select(
            n.base,
            n.quote,
            n.day,
            n.rate,
            n.recorded_at,
            DataSource.code,
            DataSource.name,
            DataSource.licence,
            func.coalesce(n.batch_id, 0),
            func.coalesce(ImportBatch.file_name, ""),
        )
        .outerjoin(ImportBatch, ImportBatch.id == n.batch_id)
        .join(DataSource, DataSource.code == n.source_code)
        .order_by(n.base, n.quote, n.day)
    )
    return [RateRow(*row) for row in session.execute(query)]


def _newest(clocks: Clocks, currencies: Collection[str], first: date | None) -> Select[Any]:
    where: list[ColumnElement[bool]] = [RATES.c.base.in_(currencies), RATES.c.quote.in_(currencies)]
    if first is not None:
        where.append(RATES.c.day >= first)
    return latest(RATES, clocks, key=("base", "quote", "day"), day="day", where=where)
