"""What forecasts are made of: every version of prices, of load, wind and solar, and of weather, known by then.

A feature of a past day holds what was known when that day was to be forecast, so these reads return all versions with
the moment of their recording, not the newest alone. Rows come packed (see :mod:`data.queries.columnar`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, FromClause, func, select
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import CurvePoint, Instrument, PriceTick, WeatherObservation
from data.models.power import PowerSystem
from data.queries.clocked import PRICE_DAILY, known_by
from data.queries.columnar import Packed, packed, unpack
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks

SYSTEM = ("load", "wind", "solar", "load_fc", "wind_fc", "solar_fc")
_HOURLY = ("hourly", "quarter-hourly")


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A bidding zone that has an hourly price: the code of that instrument, the zone, and how it is read."""

    id: int
    code: str
    zone: str
    unit: str
    timezone: str
    simulated: bool


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Recorded:
    """Versions of values, in no order.

    ``at`` (n,) is the day (datetime64[D]) or the start of the interval (datetime64[us], UTC) that a row is of,
    ``recorded`` (n,) when it was recorded (datetime64[us], UTC), ``values`` name -> (n,) with NaN where there is none.
    """

    at: DateArray1D
    recorded: DateArray1D
    values: dict[str, FloatArray1D]


def zones(session: Session) -> list[ZoneRow]:
    """Return the bidding zones that have an hourly price, by zone; the first instrument of each."""
    query = (
        select(
            Instrument.id, Instrument.code, Instrument.zone, Instrument.unit, Instrument.timezone,
            Instrument.simulated,
        )
        .where(Instrument.granularity.in_(_HOURLY), Instrument.zone.is_not(None))
        .order_by(Instrument.zone, Instrument.code)
    )  # fmt: skip
    found: dict[str, ZoneRow] = {}
    for row in session.execute(query):
        found.setdefault(str(row.zone), ZoneRow(*row))  # type: ignore[arg-type]  # zones without a name are left out
    return list(found.values())


def zones_with_system(session: Session, names: Collection[str]) -> dict[str, list[str]]:
    """Return which of ``names`` have any value of ``load``, ``wind`` and ``solar``; one index walk for each."""
    p = PowerSystem
    columns = {"load": p.load_mw, "wind": p.wind_mw, "solar": p.solar_mw}
    return {
        kind: [
            name
            for name in sorted(names)
            if session.scalar(select(p.zone).where(p.zone == name, column.is_not(None)).limit(1)) is not None
        ]
        for kind, column in columns.items()
    }


def stations(session: Session, names: Collection[str], variable: str) -> list[str]:
    """Return those of ``names`` that have observations of ``variable``; one index probe for each."""
    w = WeatherObservation
    return [
        name
        for name in sorted(names)
        if session.scalar(select(w.station).where(w.station == name, w.variable == variable).limit(1))
    ]


def daily_versions(
    session: Session, *, clocks: Clocks, instrument_ids: Collection[int], first: date
) -> dict[int, Recorded]:
    """Return all versions of the daily bars (settle, high, low) of instruments from ``first`` on, in one query."""
    d = PRICE_DAILY.c
    known = known_by(
        PRICE_DAILY, clocks, day="day", where=(d.instrument_id.in_(instrument_ids), d.day >= first)
    )
    columns = [Packed("at", d.day, "day", nullable=False), _moment("recorded", d.recorded_at)]
    columns += [Packed(name, d[name], "f8") for name in ("settle", "high", "low")]
    found = session.execute(
        known.with_only_columns(d.instrument_id, packed(columns)).group_by(d.instrument_id)
    )
    return {key: _recorded(unpack(columns, rows)) for key, rows in found}


def interval_versions(session: Session, *, clocks: Clocks, instrument_id: int, first: date) -> Recorded:
    """Return all versions of the prices of intervals of one instrument, of delivery days from ``first`` on."""
    t = _table(PriceTick)
    known = known_by(t, clocks, day="day", where=(t.c.instrument_id == instrument_id, t.c.day >= first))
    columns = [
        _moment("at", t.c.ts), _moment("recorded", t.c.recorded_at), Packed("value", t.c.value, "f8"),
    ]  # fmt: skip
    return _recorded(unpack(columns, session.scalar(known.with_only_columns(packed(columns)))))


def system_versions(session: Session, *, clocks: Clocks, zone: str, first: date, until: date) -> Recorded:
    """Return all versions of load, wind and solar and their forecasts of a zone, MW, from ``first`` to ``until``.

    ``until`` may be after ``clocks.as_of``: the forecasts of the next day are known before it begins. Both days count
    whole in every zone of the world, so the answer holds some hours more at both ends.
    """
    t = _table(PowerSystem)
    ahead = Clocks(until + timedelta(days=1), clocks.known_at, live=clocks.live)
    begin = datetime.combine(first - timedelta(days=1), time(), UTC)
    known = known_by(t, ahead, day="ts", where=(t.c.zone == zone, t.c.ts >= begin))
    columns = [_moment("at", t.c.ts), _moment("recorded", t.c.recorded_at)]
    columns += [Packed(name, t.c[f"{name}_mw"], "f8") for name in SYSTEM]
    return _recorded(unpack(columns, session.scalar(known.with_only_columns(packed(columns)))))


def weather_versions(
    session: Session, *, clocks: Clocks, station: str, variable: str, first: date
) -> Recorded:
    """Return all versions of a daily weather variable of a station from ``first`` on; ``at`` is the day."""
    t = _table(WeatherObservation)
    begin = datetime.combine(first, time(), UTC)
    where = (t.c.station == station, t.c.variable == variable, t.c.ts >= begin)
    known = known_by(t, clocks, day="ts", where=where)
    columns = [
        _moment("at", t.c.ts), _moment("recorded", t.c.recorded_at), Packed("value", t.c.value, "f8"),
    ]  # fmt: skip
    found = _recorded(unpack(columns, session.scalar(known.with_only_columns(packed(columns)))))
    return Recorded(found.at.astype("datetime64[D]"), found.recorded, found.values)


def tenor_versions(
    session: Session, *, clocks: Clocks, curve_id: int, tenors: Sequence[int], first: date
) -> dict[int, Recorded]:
    """Return all versions of some tenors of a curve by trade date from ``first`` on, in one query."""
    t = _table(CurvePoint)
    where = (t.c.curve_id == curve_id, t.c.tenor.in_(tenors), t.c.trade_date >= first)
    known = known_by(t, clocks, day="trade_date", where=where)
    columns = [
        Packed("at", t.c.trade_date, "day", nullable=False), _moment("recorded", t.c.recorded_at),
        Packed("value", t.c.value, "f8"),
    ]  # fmt: skip
    found = session.execute(known.with_only_columns(t.c.tenor, packed(columns)).group_by(t.c.tenor))
    return {tenor: _recorded(unpack(columns, rows)) for tenor, rows in found}


def _table(mapped: Any) -> FromClause:
    found: FromClause = mapped.__table__
    return found


def _moment(name: str, column: ColumnElement[Any]) -> Packed:
    return Packed(name, func.extract("epoch", column) * 1_000_000, "i8", nullable=False)


def _recorded(columns: dict[str, np.ndarray[Any, Any]]) -> Recorded:
    at, recorded = columns.pop("at"), columns.pop("recorded")
    moments = at if at.dtype.kind == "M" else at.astype("datetime64[us]")
    return Recorded(moments, recorded.astype("datetime64[us]"), columns)


def inventory(session: Session) -> tuple[str, int, int, int]:
    """Return what changes when there may be other series: database, newest batch, batches and instruments."""
    batches = select(func.coalesce(func.max(ImportBatch.id), 0)).scalar_subquery()
    counted = select(func.count(ImportBatch.id)).scalar_subquery()
    instruments = select(func.count(Instrument.id)).scalar_subquery()
    database, newest, count, known = session.execute(
        select(func.current_database(), batches, counted, instruments)
    ).one()
    return database, newest, count, known
