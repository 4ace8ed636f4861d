"""Reads of forward curves. Each takes both clocks and returns plain values; every fact goes through ``latest``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Integer, Select, Table, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import Curve, CurvePoint, DataSource
from data.queries.clocked import latest
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks

POINTS: Table = CurvePoint.__table__  # type: ignore[assignment]  # a mapped class has a Table here
KEY = ("curve_id", "trade_date", "delivery")


@dataclass(frozen=True, slots=True)
class CurveRow:
    """A forward curve with what its source promises; ``sla_hours`` are business hours."""

    id: int
    code: str
    name: str
    commodity: str
    unit: str
    currency: str
    timezone: str
    source: str
    licence: str
    simulated: bool
    sla_hours: float


@dataclass(frozen=True, slots=True)
class CurveDay:
    """One curve as seen on one day: arrays of shape (n,) by delivery month; ``status`` in the words of the table."""

    day: date
    months: DateArray1D
    prices: FloatArray1D
    tenors: tuple[int, ...]
    status: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Prices of some nodes of a curve, oldest day first: arrays of shape (n,)."""

    day: DateArray1D
    month: DateArray1D
    tenor: np.ndarray[Any, np.dtype[np.int64]]
    price: FloatArray1D


def curves(session: Session, *, codes: Collection[str] | None = None) -> list[CurveRow]:
    """Return the curves, or those with the given codes; ordered by commodity and code."""
    query = (
        select(
            Curve.id,
            Curve.code,
            Curve.name,
            Curve.commodity,
            Curve.unit,
            Curve.currency,
            Curve.timezone,
            DataSource.name,
            DataSource.licence,
            Curve.simulated,
            DataSource.sla_hours,
        )
        .join(DataSource, DataSource.code == Curve.source_code)
        .order_by(Curve.commodity, Curve.code)
    )
    if codes is not None:
        query = query.where(Curve.code.in_(codes))
    return [CurveRow(*row) for row in session.execute(query)]


def trade_days(session: Session, *, clocks: Clocks, curve_id: int) -> DateArray1D:
    """Return the days on which a curve has prices, oldest first, shape (n,), datetime64[D]."""
    columns = POINTS.c
    known = (
        select(columns.trade_date)
        .where(
            columns.curve_id == curve_id,
            columns.trade_date <= clocks.as_of,
            columns.recorded_at <= clocks.known_at,
        )
        .distinct()
        .subquery()
    )
    found = session.scalars(select(_number(known.c.trade_date)).order_by(known.c.trade_date)).all()
    return _days(found)


def curve_days(
    session: Session, *, clocks: Clocks, curve_id: int, days: Collection[date]
) -> dict[date, CurveDay]:
    """Return the whole curve of each of ``days`` in one query; a day without prices is left out."""
    if not days:
        return {}
    newest = _newest(clocks, curve_id, POINTS.c.trade_date.in_(days)).subquery()
    n = newest.c
    grouped = select(
        n.trade_date,
        *(
            func.array_agg(aggregate_order_by(column, n.delivery))
            for column in (_number(n.delivery), n.value, n.tenor, n.status)
        ),
    ).group_by(n.trade_date)
    return {
        day: CurveDay(
            day,
            _days(deliveries).astype("datetime64[M]"),
            np.array(values, dtype=np.float64),
            tuple(tenors),
            tuple(statuses),
        )
        for day, deliveries, values, tenors, statuses in session.execute(grouped)
    }


def node_history(
    session: Session,
    *,
    clocks: Clocks,
    curve_id: int,
    months: Sequence[date] = (),
    tenors: Sequence[int] = (),
    first: date | None = None,
) -> Nodes:
    """Return the prices of the nodes for delivery in ``months`` or at the ranks ``tenors``, from ``first`` on."""
    newest = _newest(clocks, curve_id, *_nodes(months, tenors, first)).subquery()
    n = newest.c
    rows = session.execute(
        select(_number(n.trade_date), _number(n.delivery), n.tenor, n.value).order_by(
            n.trade_date, n.delivery
        )
    ).all()
    day, month, tenor, price = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Nodes(
        _days(day),
        _days(month).astype("datetime64[M]"),
        np.array(tenor, dtype=np.int64),
        np.array(price, dtype=np.float64),
    )


def _number(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return a date as its number of days since 1970: ten times faster to read than a date by date."""
    return type_coerce(day - date(1970, 1, 1), Integer)


def _days(numbers: Sequence[int]) -> DateArray1D:
    """Return days from their numbers since 1970."""
    return np.array(numbers, dtype=np.int64).astype("datetime64[D]")


def _nodes(
    months: Collection[date], tenors: Collection[int], first: date | None
) -> list[ColumnElement[bool]]:
    """Return the conditions for nodes; an empty side is left out, so that the key's index serves the other."""
    sides = [POINTS.c.delivery.in_(months)] if months else []
    sides += [POINTS.c.tenor.in_(tenors)] if tenors or not months else []
    where: list[ColumnElement[bool]] = [or_(*sides)]
    return where if first is None else [*where, POINTS.c.trade_date >= first]


def _newest(clocks: Clocks, curve_id: int, *where: ColumnElement[bool]) -> Select[Any]:
    return latest(POINTS, clocks, key=KEY, day="trade_date", where=(POINTS.c.curve_id == curve_id, *where))


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One recorded node with its provenance; ``batch_id`` is 0 and ``file_name`` empty where no import is known."""

    trade_date: date
    delivery: date
    tenor: int
    value: float
    status: str
    recorded_at: datetime
    source_code: str
    source: str
    licence: str
    batch_id: int
    file_name: str


def node_rows(
    session: Session,
    *,
    clocks: Clocks,
    curve_id: int,
    days: Collection[date] | None = None,
    months: Collection[date] = (),
    tenors: Collection[int] = (),
    first: date | None = None,
) -> list[NodeRow]:
    """Return nodes of a curve with when, by which import and from which file they were recorded.

    Either all nodes of ``days``, or those for delivery in ``months`` or at the ranks ``tenors``, from ``first`` on.
    """
    where = _nodes(months, tenors, first) if days is None else [POINTS.c.trade_date.in_(days)]
    n = _newest(clocks, curve_id, *where).subquery().c
    query: Any = (  # its type has room for ten columns
        select(
            n.trade_date,
            n.delivery,
            n.tenor,
            n.value,
            n.status,
            n.recorded_at,
            DataSource.code,
            DataSource.name,
            DataSource.licence,
            func.coalesce(n.batch_id, 0),
            func.coalesce(ImportBatch.file_name, ""),
        )
        .join(Curve, Curve.id == n.curve_id)
        .outerjoin(ImportBatch, ImportBatch.id == n.batch_id)
        .join(DataSource, DataSource.code == func.coalesce(ImportBatch.source_code, Curve.source_code))
        .order_by(n.trade_date, n.delivery)
    )
    return [NodeRow(*row) for row in session.execute(query)]
