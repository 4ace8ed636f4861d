"""The rows behind a figure, each with when it was recorded, by which import and from which file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, cast, func, lateral, literal, select, true, tuple_
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import DataSource, Instrument, PriceBar, PriceTick
from data.queries.clocked import PRICE_DAILY, latest
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One recorded price: of a day, or (``start`` is set) of the interval of a day that starts then.

    ``intervals`` counts what a day's price was rolled up from, 1 for a published price. ``batch_id`` is 0 and
    ``file_name`` empty where no import is known.
    """

    instrument: str
    day: date
    start: datetime | None
    value: float
    unit: str
    intervals: int
    recorded_at: datetime
    source_code: str
    source: str
    licence: str
    batch_id: int
    file_name: str


def price_rows(
    session: Session, *, clocks: Clocks, instrument_ids: Sequence[int], first: date
) -> list[PriceRow]:
    """Return the daily prices from ``first`` on with their provenance, by instrument and day."""
    d = PRICE_DAILY.c
    where = [d.instrument_id.in_(instrument_ids), d.day >= first]
    newest = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where)
    return [_daily(row) for row in session.execute(_with_provenance(newest))]


def newest_price_rows(session: Session, *, clocks: Clocks, instrument_ids: Sequence[int]) -> list[PriceRow]:
    """Return the newest daily price of each instrument, however old, with its provenance."""
    d = PRICE_DAILY.c
    probe = lateral(
        select(PRICE_DAILY)
        .where(
            and_(d.instrument_id == Instrument.id, d.day <= clocks.as_of, d.recorded_at <= clocks.known_at)
        )
        .order_by(d.day.desc(), d.recorded_at.desc())
        .limit(1)
    )
    newest = (
        select(probe).select_from(Instrument).join(probe, true()).where(Instrument.id.in_(instrument_ids))
    )
    return [_daily(row) for row in session.execute(_with_provenance(newest))]


def interval_rows(
    session: Session, *, instrument_id: int, versions: Mapping[date, datetime]
) -> list[PriceRow]:
    """Return the intervals (hours, quarter hours) of days in the version given by its ``recorded_at``, oldest first.

    A version of a day is whole, so the clocks that chose the version of the day chose its intervals.
    """
    if not versions:
        return []
    days = versions.keys()
    query = (
        select(
            Instrument.code,
            PriceTick.day,
            PriceTick.ts,
            PriceTick.value,
            Instrument.unit,
            literal(1),
            PriceTick.recorded_at,
            DataSource.code,
            DataSource.name,
            DataSource.licence,
            func.coalesce(PriceTick.batch_id, 0),
            func.coalesce(ImportBatch.file_name, ""),
        )
        .join(Instrument, Instrument.id == PriceTick.instrument_id)
        .outerjoin(ImportBatch, ImportBatch.id == PriceTick.batch_id)
        .join(DataSource, DataSource.code == func.coalesce(ImportBatch.source_code, Instrument.source_code))
        .where(
            PriceTick.instrument_id == instrument_id,
            tuple_(PriceTick.day, PriceTick.recorded_at).in_(versions.items()),
            PriceTick.ts >= min(days) - timedelta(days=1),  # names the partitions
            PriceTick.ts < max(days) + timedelta(days=2),
        )
        .order_by(PriceTick.ts)
    )
    rows: Any = session.execute(query)  # its type has room for ten columns
    return [PriceRow(*row) for row in rows]


def _with_provenance(newest: Select[Any]) -> Select[Any]:
    """Return the rows of ``newest`` (columns of the daily relation) with instrument, import and source.

    A published price knows its import itself; a rolled-up one takes it from any interval of its version of the day.
    """
    p = newest.subquery()
    bar = (
        select(PriceBar.batch_id)
        .where(
            PriceBar.instrument_id == p.c.instrument_id,
            PriceBar.day == p.c.day,
            PriceBar.recorded_at == p.c.recorded_at,
        )
        .correlate(p)
        .scalar_subquery()
    )
    tick = (
        select(PriceTick.batch_id)
        .where(
            PriceTick.instrument_id == p.c.instrument_id,
            PriceTick.day == p.c.day,
            PriceTick.recorded_at == p.c.recorded_at,
            PriceTick.ts >= cast(p.c.day, Date) - 1,
            PriceTick.ts < cast(p.c.day, Date) + 2,
        )
        .limit(1)
        .correlate(p)
        .scalar_subquery()
    )
    batched = select(p, func.coalesce(bar, tick).label("batch_id")).subquery()
    return (
        select(
            Instrument.code,
            batched.c.day,
            batched.c.settle,
            Instrument.unit,
            batched.c.n,
            batched.c.recorded_at,
            DataSource.code,
            DataSource.name,
            DataSource.licence,
            func.coalesce(batched.c.batch_id, 0),
            func.coalesce(ImportBatch.file_name, ""),
        )
        .join(Instrument, Instrument.id == batched.c.instrument_id)
        .outerjoin(ImportBatch, ImportBatch.id == batched.c.batch_id)
        .join(DataSource, DataSource.code == func.coalesce(ImportBatch.source_code, Instrument.source_code))
        .order_by(Instrument.code, batched.c.day)
    )


def _daily(row: Any) -> PriceRow:
    code, day, *rest = row
    return PriceRow(code, day, None, *rest)
