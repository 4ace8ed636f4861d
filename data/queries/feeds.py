"""Reads of feeds: what arrived for which day and when, and what is agreed about each feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import Instrument
from data.models.operations import FeedTerms
from data.models.portfolio import Trade


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """Rows of one day that one feed recorded at one moment; ``demo`` when all of them came with the demo desk."""

    source: str
    dataset: str
    day: date
    at: datetime
    rows: int
    demo: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the data name it; ``sla_hours`` is the age after which it is late unless more is agreed."""

    code: str
    name: str
    simulated: bool
    sla_hours: float


@dataclass(frozen=True, slots=True)
class TermsRow:
    """One version of what is agreed about a feed."""

    code: str
    version: int
    title: str
    source: str
    owner: str
    cron: str
    timezone: str
    grace_minutes: int
    least_rows: int
    enabled: bool
    terms: dict[str, Any]
    written_by: str
    recorded_at: datetime


# Keys of a big table are walked by its index, one probe for each, instead of reading the table.
_KEYS = """
    {name} AS (
        (SELECT {columns} FROM {table} ORDER BY {columns} LIMIT 1)
        UNION ALL
        SELECT {next} FROM {name} k, LATERAL (
            SELECT {columns} FROM {table} f WHERE ({f}) > ({k}) ORDER BY {columns} LIMIT 1) n
    )"""


def _keys(name: str, table: str, columns: Sequence[str]) -> str:
    joined = {letter: ", ".join(f"{letter}.{one}" for one in columns) for letter in "fkn"}
    return _KEYS.format(
        name=name, table=table, columns=", ".join(columns), next=joined["n"], f=joined["f"], k=joined["k"]
    )


_UTC_DAY = "(f.ts AT TIME ZONE 'UTC')::date"
_MEASURED = "coalesce(f.load_mw, f.wind_mw, f.solar_mw) IS NOT NULL"
_BY_DAY = "f.{day} >= :since AND f.recorded_at <= :known_at"
_ARRIVALS = f"""
WITH RECURSIVE {_keys("stations", "weather_observations", ("station", "variable"))},
{_keys("zones", "power_system", ("zone",))}
SELECT x.source, x.dataset, x.day, x.at, sum(x.rows)::bigint, bool_and(coalesce(b.kind = 'demo', x.own))
FROM (
    SELECT i.source_code AS source, 'prices' AS dataset, f.day, f.recorded_at AS at, f.batch_id,
        count(*) AS rows, false AS own
    FROM price_bars f JOIN instruments i ON i.id = f.instrument_id
    WHERE {_BY_DAY.format(day="day")} GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT i.source_code, 'auctions', f.day, f.recorded_at, f.batch_id, count(*), false
    FROM price_ticks f JOIN instruments i ON i.id = f.instrument_id
    WHERE f.ts >= :since_utc AND f.recorded_at <= :known_at GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT c.source_code, 'curves', f.day, f.at, f.batch_id, f.rows, false
    FROM curves c, LATERAL (
        SELECT f.trade_date AS day, f.recorded_at AS at, f.batch_id, count(*) AS rows FROM curve_points f
        WHERE f.curve_id = c.id AND {_BY_DAY.format(day="trade_date")} GROUP BY 1, 2, 3) f
    UNION ALL
    SELECT coalesce(b.source_code, c.source_code), 'volatilities', f.day, f.at, f.batch_id, f.rows, false
    FROM curves c, LATERAL (
        SELECT f.trade_date AS day, f.recorded_at AS at, f.batch_id, count(*) AS rows FROM vol_points f
        WHERE f.curve_id = c.id AND {_BY_DAY.format(day="trade_date")} GROUP BY 1, 2, 3) f
        LEFT JOIN import_batches b ON b.id = f.batch_id
    UNION ALL
    SELECT f.source_code, 'fx', f.day, f.recorded_at, f.batch_id, count(*), false
    FROM fx_rates f WHERE {_BY_DAY.format(day="day")} GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT b.source_code, 'rates', f.day, f.recorded_at, f.batch_id, count(*), false
    FROM rate_points f JOIN import_batches b ON b.id = f.batch_id
    WHERE {_BY_DAY.format(day="day")} GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT w.source_code, 'weather', w.day, w.at, w.batch_id, w.rows, false
    FROM stations s, LATERAL (
        SELECT f.source_code, {_UTC_DAY} AS day, f.recorded_at AS at, f.batch_id, count(*) AS rows
        FROM weather_observations f WHERE f.station = s.station AND f.variable = s.variable
        AND f.ts >= :since_utc AND f.recorded_at <= :known_at GROUP BY 1, 2, 3, 4) w
    UNION ALL
    SELECT p.source_code, p.dataset, p.day, p.at, p.batch_id, p.rows, false
    FROM zones z, LATERAL (
        SELECT f.source_code, CASE WHEN {_MEASURED} THEN 'power' ELSE 'outlook' END AS dataset, {_UTC_DAY} AS day,
            f.recorded_at AS at, f.batch_id, count(*) AS rows
        FROM power_system f WHERE f.zone = z.zone AND f.ts >= :since_utc AND f.recorded_at <= :known_at
        GROUP BY 1, 2, 3, 4, 5) p
    UNION ALL
    SELECT coalesce(b.source_code, 'portal'), 'trades', f.effective_on, f.recorded_at, f.batch_id, count(*),
        f.batch_id IS NULL AND f.recorded_at <= :demo_until
    FROM trades f LEFT JOIN import_batches b ON b.id = f.batch_id
    WHERE f.version = 1 AND {_BY_DAY.format(day="effective_on")} GROUP BY 1, 2, 3, 4, 5, b.source_code
) x LEFT JOIN import_batches b ON b.id = x.batch_id
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def arrivals(
    session: Session, *, since: date, known_at: datetime, demo_until: datetime | None
) -> list[ArrivalRow]:
    """Return what was recorded for the days from ``since`` on, by source, dataset, day and moment.

    ``known_at`` bounds the moments; trades that were entered without a file belong to the demo desk when they were
    recorded up to ``demo_until``, the moment at which it was loaded.
    """
    begin = datetime(since.year, since.month, since.day, tzinfo=known_at.tzinfo)
    asked = {
        "since": since, "since_utc": begin, "known_at": known_at,
        "demo_until": demo_until or begin - timedelta(days=36_500),
    }  # fmt: skip
    return [ArrivalRow(*row) for row in session.execute(text(_ARRIVALS), asked)]


def sources(session: Session) -> dict[str, SourceRow]:
    """Return all sources by code."""
    found = session.execute(text("SELECT code, name, simulated, sla_hours FROM data_sources"))
    return {row.code: row for row in (SourceRow(*one) for one in found)}


def by_the_hour(session: Session) -> frozenset[str]:
    """Return the codes of the instruments whose prices are those of auctions."""
    fine = Instrument.granularity.in_(("hourly", "quarter-hourly"))
    return frozenset(session.scalars(select(Instrument.code).where(fine)))


def demo_ends(session: Session) -> date | None:
    """Return the last day of the demo desk, None without one."""
    return session.scalar(select(func.max(ImportBatch.last_day)).where(ImportBatch.kind == "demo"))


def newest_trade(session: Session) -> tuple[int, int]:
    """Return the number of the newest trade and how many versions there are: it changes with every booking."""
    newest, count = session.execute(select(func.max(Trade.trade_id), func.count()).select_from(Trade)).one()
    return newest or 0, count


_COLUMNS: Sequence[Any] = tuple(getattr(FeedTerms, name) for name in TermsRow.__dataclass_fields__)


def terms(session: Session, *, known_at: datetime | None = None) -> dict[str, TermsRow]:
    """Return the newest version of each feed by code, as known at a moment."""
    newest = select(*_COLUMNS).ext(distinct_on(FeedTerms.code))
    query: Any = newest.order_by(FeedTerms.code, FeedTerms.version.desc())
    if known_at is not None:
        query = query.where(FeedTerms.recorded_at <= known_at)
    return {row.code: row for row in (TermsRow(*found) for found in session.execute(query))}


def versions(session: Session, code: str) -> list[TermsRow]:
    """Return all versions of one feed, the newest first."""
    query = select(*_COLUMNS).where(FeedTerms.code == code).order_by(FeedTerms.version.desc())
    return [TermsRow(*found) for found in session.execute(query)]
