"""Reads that judge the data: the newest row of every feed, all prices of many instruments, bars that contradict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Date, LargeBinary, Select, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch, QuarantinedRow
from data.queries.clocked import PRICE_DAILY, latest
from data.queries.imports import Reader, row_is_seen
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks

_EPOCH = date(1970, 1, 1)
_ENTRY = np.dtype([("day", ">i4"), ("settle", ">f8")])  # as int4send and float8send write them


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One series of a source: its newest day and when that was recorded; None when it has nothing by these clocks."""

    source_code: str
    source: str
    licence: str
    simulated: bool
    sla_hours: float
    dataset: str
    series: str
    newest: date | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class DailyPrices:
    """Daily prices of one instrument, oldest first; arrays of shape (n,), days as datetime64[D]."""

    day: DateArray1D
    settle: FloatArray1D


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar whose open, high, low and settle contradict each other."""

    instrument_id: int
    day: date
    open: float | None
    high: float | None
    low: float | None
    settle: float


# Keys of the big tables are walked by index, one probe for each key, instead of reading the tables.
_WALK = """
    WITH RECURSIVE keys AS (
        (SELECT {keys} FROM {table} ORDER BY {keys} LIMIT 1)
        UNION ALL
        SELECT {next_keys} FROM keys, LATERAL (
            SELECT {keys} FROM {table} f WHERE ({f_keys}) > ({known_keys}) ORDER BY {keys} LIMIT 1) n
    )
    SELECT newest.source_code, '{dataset}' AS dataset, {name} AS series, newest.day, newest.recorded_at
    FROM keys, LATERAL (
        SELECT source_code, {day} AS day, recorded_at FROM {table} f
        WHERE ({f_keys}) = ({known_keys}) AND f.{time} < :{bound} AND f.recorded_at <= :known_at{held}
        ORDER BY f.{time} DESC, f.recorded_at DESC LIMIT 1) newest
"""


def _walk(
    table: str,
    dataset: str,
    keys: Sequence[str],
    name: str,
    *,
    time: str,
    day: str,
    bound: str,
    held: str = "",
) -> str:
    return _WALK.format(
        table=table, dataset=dataset, name=name, time=time, day=day, bound=bound, held=held, keys=", ".join(keys),
        next_keys=", ".join(f"n.{key}" for key in keys), f_keys=", ".join(f"f.{key}" for key in keys),
        known_keys=", ".join(f"keys.{key}" for key in keys),
    )  # fmt: skip


# Forecasts are recorded before their day: rows that hold nothing else are no news of it.
_UTC_DAY = "(f.ts AT TIME ZONE 'UTC')::date"
_FEEDS = f"""
SELECT s.code, s.name, s.licence, s.simulated, s.sla_hours, feed.dataset, feed.series, feed.day, feed.recorded_at
FROM (
    SELECT i.source_code, 'prices' AS dataset, i.code AS series, newest.day, newest.recorded_at
    FROM instruments i LEFT JOIN LATERAL (
        SELECT day, recorded_at FROM price_daily
        WHERE instrument_id = i.id AND day < :end AND recorded_at <= :known_at
        ORDER BY day DESC, recorded_at DESC LIMIT 1) newest ON true
    UNION ALL
    SELECT c.source_code, 'curves', c.code, newest.day, newest.recorded_at
    FROM curves c LEFT JOIN LATERAL (
        SELECT trade_date AS day, recorded_at FROM curve_points
        WHERE curve_id = c.id AND trade_date < :end AND recorded_at <= :known_at
        ORDER BY trade_date DESC, recorded_at DESC LIMIT 1) newest ON true
    UNION ALL
    SELECT * FROM ({
    _walk(
        "fx_rates", "exchange rates", ("base", "quote"), "base || quote", time="day", day="day", bound="end"
    )
}) fx
    UNION ALL
    SELECT * FROM ({
    _walk(
        "weather_observations",
        "weather",
        ("station", "variable"),
        "station || ' ' || variable",
        time="ts",
        day=_UTC_DAY,
        bound="end_utc",
    )
}) weather
    UNION ALL
    SELECT * FROM ({
    _walk(
        "power_system",
        "power system",
        ("zone",),
        "zone",
        time="ts",
        day=_UTC_DAY,
        bound="end_utc",
        held=" AND coalesce(f.load_mw, f.wind_mw, f.solar_mw) IS NOT NULL",
    )
}) power
) feed JOIN data_sources s ON s.code = feed.source_code
ORDER BY s.name, feed.dataset, feed.series
"""


def feeds(session: Session, *, clocks: Clocks) -> list[FeedRow]:
    """Return every series of every source with its newest day, by source, dataset and series."""
    end = clocks.as_of + timedelta(days=1)
    rows = session.execute(
        text(_FEEDS), {"end": end, "end_utc": f"{end}T00:00:00Z", "known_at": clocks.known_at}
    )
    return [FeedRow(*row) for row in rows]


def daily_prices(
    session: Session, *, clocks: Clocks, instrument_ids: Sequence[int], first: date | None = None
) -> dict[int, DailyPrices]:
    """Return the daily prices of many instruments from ``first`` on, by instrument id; one without rows is left out.

    The server packs the days and prices of an instrument into one value, which is read as an array without a Python
    object for each number: half the time of :func:`data.queries.market.daily_settles` for half a million prices.
    """
    where: list[ColumnElement[bool]] = [PRICE_DAILY.c.instrument_id.in_(instrument_ids)]
    if first is not None:
        where.append(PRICE_DAILY.c.day >= first)
    d = PRICE_DAILY.c
    versions = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where)
    # All keys downwards is the primary key read backwards, which saves the sort of a few hundred thousand rows.
    downwards = versions.order_by(None).order_by(d.instrument_id.desc(), d.day.desc(), d.recorded_at.desc())
    newest = downwards.subquery()
    since_epoch = newest.c.day - literal(_EPOCH, Date)
    entry = func.int4send(since_epoch, type_=LargeBinary).op("||")(
        func.float8send(newest.c.settle, type_=LargeBinary)
    )
    packed = select(newest.c.instrument_id, func.string_agg(entry, literal(b"", LargeBinary))).group_by(
        newest.c.instrument_id
    )
    return {instrument: _unpack(found) for instrument, found in session.execute(packed)}


def _unpack(found: bytes) -> DailyPrices:
    entries = np.frombuffer(found, dtype=_ENTRY)
    day = entries["day"].astype(np.int64).astype("datetime64[D]")
    settle = entries["settle"].astype(np.float64)
    if (np.diff(day) > np.timedelta64(0, "D")).all():
        return DailyPrices(day, settle)
    order = np.argsort(day, kind="stable")  # the server promises no order inside a group
    return DailyPrices(day[order], settle[order])


def contradicting_bars(
    session: Session, *, clocks: Clocks, instrument_ids: Sequence[int], first: date | None, limit: int = 500
) -> list[BarRow]:
    """Return bars whose prices contradict each other, newest first, up to ``limit``."""
    d = PRICE_DAILY.c
    suspects = select(d.instrument_id, d.day).where(_contradicts(d), d.instrument_id.in_(instrument_ids))
    if first is not None:
        suspects = suspects.where(d.day >= first)
    where = [
        tuple_(d.instrument_id, d.day).in_(suspects)
    ]  # few; only these are asked for their newest version
    newest = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where).subquery()
    c = newest.c
    query = (
        select(c.instrument_id, c.day, c.open, c.high, c.low, c.settle)
        .where(_contradicts(c))
        .order_by(c.day.desc(), c.instrument_id)
        .limit(limit)
    )
    return [BarRow(*row) for row in session.execute(query)]


def _contradicts(c: Any) -> ColumnElement[bool]:
    return or_(c.high < c.low, c.open > c.high, c.open < c.low, c.settle > c.high, c.settle < c.low)


def data_version(session: Session, *, clocks: Clocks) -> tuple[str, int, int] | None:
    """Return what changes with every import that these clocks can see: database, newest batch, number; None before any.

    The number counts too: a long import is committed after a short one that began, and was recorded, later.
    """
    batch = ImportBatch
    visible = select(func.current_database(), func.max(batch.id), func.count()).where(
        batch.recorded_at <= clocks.known_at
    )
    database, newest, count = session.execute(visible).one()
    return (database, newest, count) if count else None


def open_quarantine(session: Session, *, reader: Reader) -> int:
    """Return how many refused rows wait for a decision."""
    return session.scalar(_waiting(reader, func.count())) or 0


def waiting_rows(
    session: Session, *, reader: Reader, limit: int = 1000
) -> list[tuple[int, str, int, str, datetime]]:
    """Return the refused rows that wait for a decision, oldest first: id, file, line, what is wrong, since when."""
    row = QuarantinedRow
    query = _waiting(reader, row.id, row.file_name, row.line, row.message, row.recorded_at)
    found = session.execute(query.order_by(row.id).limit(limit))
    return [(key, file, line, message, at) for key, file, line, message, at in found]


def _waiting(reader: Reader, *columns: Any) -> Select[Any]:
    row, batch = QuarantinedRow, ImportBatch
    joined = select(*columns).select_from(row).join(batch, batch.id == row.batch_id)
    return joined.where(row.state == "open", row_is_seen(reader))
