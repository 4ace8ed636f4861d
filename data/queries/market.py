"""Reads of instruments and their daily prices. Each takes both clocks and returns plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, func, lateral, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from data.models.market import Curve, CurvePoint, DataSource, Instrument, PriceBar
from data.queries.clocked import PRICE_DAILY, latest
from portal.core.clock import Clocks
from portal.domain.market.instruments import InstrumentRow


@dataclass(frozen=True, slots=True)
class Bars:
    """Daily bars of one instrument, oldest first: arrays of shape (n,); missing open, high, low, volume are NaN."""

    day: tuple[date, ...]
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    settle: np.ndarray
    volume: np.ndarray


@dataclass(frozen=True, slots=True)
class Series:
    """Daily prices of one instrument, oldest first."""

    day: tuple[date, ...]
    settle: np.ndarray


def newest_day(session: Session, *, until: date) -> date | None:
    """Return the newest day up to ``until`` that has a price, of a day, of an interval or of a curve; else None.

    Bars have an index by day. The others are asked for each of their series, one index probe each.
    """
    daily, point = PRICE_DAILY.c, CurvePoint
    ticks = lateral(
        select(daily.day)
        .where(daily.instrument_id == Instrument.id, daily.day <= until)
        .order_by(daily.day.desc())
        .limit(1)
    )
    nodes = lateral(
        select(point.trade_date)
        .where(point.curve_id == Curve.id, point.trade_date <= until)
        .order_by(point.trade_date.desc())
        .limit(1)
    )
    fine = Instrument.granularity.in_(("hourly", "quarter-hourly"))
    each = (
        select(func.max(PriceBar.day)).where(PriceBar.day <= until).scalar_subquery(),
        select(func.max(ticks.c.day))
        .select_from(Instrument)
        .join(ticks, true())
        .where(fine)
        .scalar_subquery(),
        select(func.max(nodes.c.trade_date)).select_from(Curve).join(nodes, true()).scalar_subquery(),
    )
    return session.scalar(select(func.greatest(*each)))


def _instrument_columns() -> Any:
    return select(
        Instrument.id,
        Instrument.code,
        Instrument.name,
        Instrument.commodity,
        Instrument.unit,
        Instrument.currency,
        Instrument.timezone,
        Instrument.granularity,
        Instrument.source_code,
        DataSource.name,
        DataSource.licence,
        Instrument.simulated,
        DataSource.sla_hours,
    ).join(DataSource, DataSource.code == Instrument.source_code)


def instruments(
    session: Session, *, commodity: str = "", text: str = "", codes: Collection[str] | None = None
) -> list[InstrumentRow]:
    """Return instruments by commodity, by part of code or name, or by exact codes; ordered by commodity and code."""
    query = _instrument_columns().order_by(Instrument.commodity, Instrument.code)
    if commodity:
        query = query.where(Instrument.commodity == commodity)
    if text:
        pattern = f"%{text.replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
        query = query.where(or_(Instrument.code.ilike(pattern), Instrument.name.ilike(pattern)))
    if codes is not None:
        query = query.where(Instrument.code.in_(codes))
    return [InstrumentRow(*row) for row in session.execute(query)]


def commodities(session: Session) -> list[str]:
    """Return the commodities that have instruments, in alphabetical order."""
    return list(session.scalars(select(Instrument.commodity).distinct().order_by(Instrument.commodity)))


def bars(session: Session, *, clocks: Clocks, instrument_id: int, first: date | None = None) -> Bars:
    """Return the daily bars of one instrument from ``first`` on."""
    where: list[ColumnElement[bool]] = [PRICE_DAILY.c.instrument_id == instrument_id]
    if first is not None:
        where.append(PRICE_DAILY.c.day >= first)
    newest = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where).subquery()
    rows = session.execute(
        select(
            newest.c.day, newest.c.open, newest.c.high, newest.c.low, newest.c.settle, newest.c.volume
        ).order_by(newest.c.day)
    ).all()
    columns = list(zip(*rows, strict=True)) or [()] * 6
    numbers = [
        np.array([np.nan if v is None else v for v in column], dtype=np.float64) for column in columns[1:]
    ]
    return Bars(tuple(columns[0]), *numbers)


def daily_settles(
    session: Session, *, clocks: Clocks, instrument_ids: Sequence[int], first: date | None = None
) -> dict[int, Series]:
    """Return the daily prices of several instruments in one query, by instrument id; an id without rows is left out."""
    where: list[ColumnElement[bool]] = [PRICE_DAILY.c.instrument_id.in_(instrument_ids)]
    if first is not None:
        where.append(PRICE_DAILY.c.day >= first)
    newest = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where).subquery()
    grouped = select(
        newest.c.instrument_id,
        func.array_agg(aggregate_order_by(newest.c.day, newest.c.day)),
        func.array_agg(aggregate_order_by(newest.c.settle, newest.c.day)),
    ).group_by(newest.c.instrument_id)
    return {
        instrument: Series(tuple(found), np.array(settles, dtype=np.float64))
        for instrument, found, settles in session.execute(grouped)
    }


def last_prices(
    session: Session, *, clocks: Clocks, instrument_ids: Sequence[int]
) -> dict[int, tuple[date, float]]:
    """Return the newest day and price of each instrument, however old; one index probe for each instrument."""
    d = PRICE_DAILY.c
    probe = lateral(
        select(d.day, d.settle)
        .where(
            and_(d.instrument_id == Instrument.id, d.day <= clocks.as_of, d.recorded_at <= clocks.known_at)
        )
        .order_by(d.day.desc(), d.recorded_at.desc())
        .limit(1)
    )
    query = (
        select(Instrument.id, probe.c.day, probe.c.settle)
        .join(probe, true())
        .where(Instrument.id.in_(instrument_ids))
    )
    return {instrument: (day, settle) for instrument, day, settle in session.execute(query)}


def window_start(clocks: Clocks, days: int) -> date:
    """Return the first calendar day of a window of ``days`` days that ends on ``as_of``."""
    return clocks.as_of - timedelta(days=days - 1)
