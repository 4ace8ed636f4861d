"""Staged observations become facts: only what is new or differs from the latest known version is appended.

Each :class:`FactTable` says how one kind of fact is keyed. Intervals are special: a version of a delivery day is
whole, so
one changed interval records the day's other intervals again under the same ``recorded_at``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from data import timeseries


@dataclass(frozen=True, slots=True)
class FactTable:
    """How a kind of fact is staged and stored.

    ``owner`` are the key columns that come from the series, ``moment`` is the key column in time, ``node`` a
    further one.
    ``values`` are nullable numbers, of which the first ``required`` may not be missing; ``sourced`` tables name
    their source
    in each row.
    """

    name: str
    owner: tuple[str, ...]
    moment: str
    moment_type: str
    values: tuple[str, ...]
    node: str | None = None
    sourced: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """The staged columns that make the key of a row within its series."""
        return (self.moment, self.node) if self.node else (self.moment,)


BARS = FactTable("price_bars", ("instrument_id",), "day", "date", ("settle", "open", "high", "low", "volume"))
TICKS = FactTable("price_ticks", ("instrument_id",), "ts", "timestamptz", ("value", "volume"))
CURVES = FactTable("curve_points", ("curve_id",), "trade_date", "date", ("value",), node="delivery")
FX = FactTable("fx_rates", ("base", "quote"), "day", "date", ("rate",), sourced=True)
WEATHER = FactTable(
    "weather_observations", ("station", "variable"), "ts", "timestamptz", ("value",), sourced=True
)
POWER = FactTable(
    "power_system", ("zone",), "ts", "timestamptz",
    ("load_mw", "wind_mw", "solar_mw", "load_fc_mw", "wind_fc_mw", "solar_fc_mw"), sourced=True,
)  # fmt: skip

_OWNER_TYPES = {"instrument_id": "bigint", "curve_id": "bigint"}


def map_series(
    session: Session, table: FactTable, owners: Mapping[int, tuple[Any, ...]], sources: Sequence[str]
) -> None:
    """Tell the database what is staged: ``owners[i]`` is the key of series i; ``sources`` likewise by number."""
    columns = ", ".join(f"{name} {_OWNER_TYPES.get(name, 'varchar(64)')}" for name in table.owner)
    session.execute(
        text(f"CREATE TEMPORARY TABLE staged_series (series integer PRIMARY KEY, {columns}) ON COMMIT DROP")
    )
    session.execute(
        text("CREATE TEMPORARY TABLE staged_sources (number integer, source_code varchar(64)) ON COMMIT DROP")
    )
    names = ", ".join(f":{name}" for name in table.owner)
    rows = [{"series": i, **dict(zip(table.owner, owner, strict=True))} for i, owner in owners.items()]
    if rows:
        session.execute(text(f"INSERT INTO staged_series VALUES (:series, {names})"), rows)
    session.execute(
        text("INSERT INTO staged_sources VALUES (:number, :code)"),
        [{"number": i, "code": code} for i, code in enumerate(sources)],
    )
    session.execute(text("ANALYZE staged_series"))


def span(session: Session, table: FactTable) -> tuple[Any, Any]:
    """Return the first and the last moment staged; both None when nothing is."""
    row = session.execute(text(f"SELECT min({table.moment}), max({table.moment}) FROM staged")).one()
    return row[0], row[1]


def lock(session: Session, kind: str) -> None:
    """Wait until no other import of this kind compares and writes; held to the end of the transaction."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"enerscope import {kind}"}
    )


def append(
    session: Session, table: FactTable, staged: Sequence[str], batch_id: int, recorded_at: datetime
) -> int:
    """Append what is new or changed among the staged rows; return the number of rows written.

    ``staged`` names the value columns that the file has; the others are carried over from the known version.
    """
    values = {"batch_id": batch_id, "recorded_at": recorded_at}
    if table is TICKS:
        return _append_ticks(session, staged, values)
    known = _count(session, _known_sql(table), {})
    if known:
        session.execute(text("ANALYZE known"))
    return _count(session, _append_sql(table, staged, known=bool(known)), values)


def _number(column: str) -> str:
    return f"nullif(s.{column}, 'NaN'::double precision)"


def _known_sql(table: FactTable) -> str:
    """Return the statement that puts the newest versions of the staged series into a table of their own."""
    owner = ", ".join(table.owner)
    key = ", ".join([*table.owner, *table.key])
    moment = table.moment
    more = ", tenor" if table is CURVES else ""
    return f"""
        CREATE TEMPORARY TABLE known ON COMMIT DROP AS
        SELECT DISTINCT ON ({key}) {key}, {", ".join(table.values)}{more} FROM {table.name}
        WHERE ({owner}) IN (SELECT {owner} FROM staged_series)
          AND {moment} BETWEEN (SELECT min({moment}) FROM staged) AND (SELECT max({moment}) FROM staged)
        ORDER BY {key}, recorded_at DESC"""


def _append_sql(table: FactTable, staged: Sequence[str], *, known: bool) -> str:
    """Return the statement that appends facts whose rows stand on their own; ``known``: some are stored already."""
    rows = f"({_PLACED})" if table is CURVES else "staged"
    source = f"FROM {rows} s JOIN staged_series m USING (series)"
    more_names, more = "", ""
    if table.sourced:
        source += " JOIN staged_sources q ON q.number = s.source"
        more_names, more = ", source_code", ", q.source_code"
    if table is CURVES:
        more_names = ", tenor"
        more = (
            ", coalesce(nullif(s.tenor, 0), k.tenor, s.place)"
            if known
            else ", coalesce(nullif(s.tenor, 0), s.place)"
        )
    values = [_fresh(name, staged, known=known) for name in table.values]
    if known:
        match = [
            *(f"k.{name} = m.{name}" for name in table.owner),
            *(f"k.{name} = s.{name}" for name in table.key),
        ]
        differs = [
            f"({_number(name)} IS NOT NULL AND {_number(name)} IS DISTINCT FROM k.{name})"
            for name in table.values
            if name in staged
        ]
        source += f" LEFT JOIN known k ON {' AND '.join(match)}"
        source += f" WHERE k.{table.moment} IS NULL OR {' OR '.join(differs)}"
    owner = ", ".join(f"m.{name}" for name in table.owner)
    names = ", ".join([*table.owner, *table.key, *table.values])
    return f"""
        INSERT INTO {table.name} ({names}, recorded_at, batch_id{more_names})
        SELECT {owner}, {", ".join(f"s.{name}" for name in table.key)}, {", ".join(values)},
               CAST(:recorded_at AS timestamptz), CAST(:batch_id AS bigint){more} {source}"""


def _fresh(name: str, staged: Sequence[str], *, known: bool) -> str:
    """Return the expression of a value: the staged one, else the known one."""
    if not known:
        return _number(name) if name in staged else "NULL::double precision"
    return f"coalesce({_number(name)}, k.{name})" if name in staged else f"k.{name}"


# Where the file gives no tenor, a node's place among the day's nodes, known ones included, is its tenor.
_PLACED = """
    SELECT line, series, trade_date, delivery, value, tenor,
           CASE WHEN tenor = 0 THEN dense_rank() OVER (PARTITION BY series, trade_date ORDER BY delivery) ELSE
           tenor END AS place
    FROM staged"""


_KNOWN_DAYS = """
CREATE TEMPORARY TABLE known_days ON COMMIT DROP AS
SELECT instrument_id, day, max(recorded_at) AS recorded_at FROM price_ticks
WHERE instrument_id IN (SELECT instrument_id FROM staged_series)
  AND day BETWEEN (SELECT min(day) FROM staged) AND (SELECT max(day) FROM staged)
GROUP BY instrument_id, day"""

_KNOWN_TICKS = """
CREATE TEMPORARY TABLE known_ticks ON COMMIT DROP AS
SELECT p.instrument_id, p.day, p.ts, p.value, p.volume
FROM price_ticks p JOIN known_days d USING (instrument_id, day, recorded_at)"""

# A day whose file has whole hours only, over known quarter hours, is the day again in hours: it replaces the day.
_CHANGED_DAYS = """
CREATE TEMPORARY TABLE changed_days ON COMMIT DROP AS
SELECT m.instrument_id, s.day,
       bool_and(extract(minute FROM s.ts) = 0) AND count(*) * 60 >= max(d.quarters) * 15 AND max(d.quarters) > 0 AS
       replaces
FROM staged s JOIN staged_series m USING (series)
JOIN (SELECT instrument_id, day, CASE WHEN bool_or(extract(minute FROM ts) <> 0) THEN count(*) ELSE 0 END AS quarters
      FROM known_ticks GROUP BY instrument_id, day) d ON d.instrument_id = m.instrument_id AND d.day = s.day
LEFT JOIN known_ticks k ON k.instrument_id = m.instrument_id AND k.ts = s.ts
GROUP BY m.instrument_id, s.day
HAVING bool_or(k.ts IS NULL OR k.value IS DISTINCT FROM s.value {volume})"""


def _append_ticks(session: Session, staged: Sequence[str], values: dict[str, Any]) -> int:
    """Append intervals: days not known yet as they are, changed days as a whole."""
    volume = _number("volume") if "volume" in staged else "NULL::double precision"
    session.execute(text(_KNOWN_DAYS))
    known = session.scalar(text("SELECT count(*) FROM known_days"))
    insert = "INSERT INTO price_ticks (instrument_id, ts, recorded_at, day, value, volume, batch_id)"
    moment, batch = "CAST(:recorded_at AS timestamptz)", "CAST(:batch_id AS bigint)"
    rows = f"SELECT m.instrument_id, s.ts, {moment}, s.day, s.value, {volume}, {batch}"
    source = "FROM staged s JOIN staged_series m USING (series)"
    if not known:
        return _count(session, f"{insert} {rows} {source}", values)
    differs = "OR (s.volume <> 'NaN' AND k.volume IS DISTINCT FROM s.volume)" if "volume" in staged else ""
    for statement in (
        _KNOWN_TICKS,
        "ANALYZE known_ticks",
        "ANALYZE known_days",
        _CHANGED_DAYS.format(volume=differs),
    ):
        session.execute(text(statement))
    fresh = f"""{insert} {rows} {source} LEFT JOIN known_days d ON d.instrument_id = m.instrument_id AND d.day = s.day
        WHERE d.day IS NULL"""
    carried = f"coalesce({volume}, k.volume)" if "volume" in staged else "k.volume"
    changed = f"""{insert}
        SELECT c.instrument_id, coalesce(s.ts, k.ts), CAST(:recorded_at AS timestamptz), c.day, coalesce(s.value,
        k.value),
               {carried}, CAST(:batch_id AS bigint)
        FROM (SELECT m.instrument_id, s.* FROM staged s JOIN staged_series m USING (series)
              JOIN changed_days c ON c.instrument_id = m.instrument_id AND c.day = s.day) s
        FULL JOIN (SELECT k.* FROM known_ticks k JOIN changed_days c USING (instrument_id, day) WHERE NOT c.replaces) k
          ON k.instrument_id = s.instrument_id AND k.ts = s.ts
        JOIN changed_days c ON c.instrument_id = coalesce(s.instrument_id, k.instrument_id)
                           AND c.day = coalesce(s.day, k.day)"""
    return _count(session, fresh, values) + _count(session, changed, values)


def _count(session: Session, statement: str, values: dict[str, Any]) -> int:
    return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]


def ensure_months(session: Session) -> None:
    """Make the partitions for the staged moments, and none for the months between them."""
    months = session.scalars(
        text("SELECT DISTINCT date_trunc('month', ts AT TIME ZONE 'UTC') FROM staged")
    ).all()
    for month in months:
        start = month.replace(tzinfo=UTC)
        timeseries.ensure_partitions(session.connection(), start, start)


def roll_up(session: Session, batch_id: int) -> None:
    """Bring the daily relation up to date with the intervals of ``batch_id``, in the same transaction."""
    timeseries.roll_up(session.connection(), batch_id)


def note_granularity(session: Session) -> None:
    """Record the finest step that the staged intervals show for their instruments."""
    session.execute(
        text(
            "UPDATE instruments i SET granularity = 'quarter-hourly' WHERE granularity = 'hourly' AND id IN ("
            "SELECT m.instrument_id FROM staged s JOIN staged_series m USING (series) WHERE extract(minute FROM "
            "s.ts) IN (15, 30, 45))"
        )
    )


def monthly_series(session: Session) -> set[int]:
    """Return the staged series of days that have at least three days, all of them the first of a month."""
    query = "SELECT series FROM staged GROUP BY series HAVING count(*) >= 3 AND bool_and(extract(day FROM day) = 1)"
    return set(session.scalars(text(query)))


def day_bounds(first: Any, last: Any) -> tuple[date, date]:
    """Return two moments or days as days, UTC."""

    def day(value: Any) -> date:
        return value.astimezone(UTC).date() if isinstance(value, datetime) else value

    return day(first), day(last)


def a_day_around(first: date, last: date) -> tuple[date, date]:
    """Return the days before and after, so that delivery days in any zone are inside."""
    return first - timedelta(days=1), last + timedelta(days=1)
