"""The one place that knows whether TimescaleDB is there.

Both flavours offer the same relations: ``price_ticks`` (facts by interval), ``price_rollup`` (one row for each version
of each delivery day, made from the ticks) and ``price_daily`` (published bars and rolled-up ticks together).
Readers use ``price_daily``; writers call :func:`ensure_partitions` before and :func:`roll_up` after they append
ticks, and :func:`refresh` when they have committed. ``service_samples`` (health of the platform) is cut by day and
loses its old days.

On plain PostgreSQL the ticks are cut by month and the roll-up is a table filled in the writer's transaction. With the
Community edition of TimescaleDB the ticks are a hypertable with columnstore and the roll-up a continuous aggregate. The
Apache edition offers neither, so it is treated as plain PostgreSQL.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine, text

CHUNK = "7 days"
SAMPLE_CHUNK = "1 day"

_ROLLUP_COLUMNS = "instrument_id, day, recorded_at, open, high, low, settle, volume, n"

# A partitioned table cannot become a hypertable, so the one that the migration made is replaced while it is empty.
# A delivery day can lie in two UTC days, so the aggregate holds up to two parts for a day; the view puts them together.
_HYPERTABLE = f"""
DROP TABLE price_ticks;
CREATE TABLE price_ticks (
    instrument_id bigint NOT NULL, ts timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), day date NOT NULL,
    value double precision NOT NULL, volume double precision, batch_id bigint NOT NULL,
    CONSTRAINT pk_price_ticks PRIMARY KEY (instrument_id, ts, recorded_at)
);
CREATE INDEX ix_price_ticks_batch_id ON price_ticks (batch_id);
CREATE INDEX ix_price_ticks_instrument_id_day ON price_ticks (instrument_id, day);
SELECT create_hypertable('price_ticks', by_range('ts', INTERVAL '{CHUNK}'), create_default_indexes => false);
CREATE MATERIALIZED VIEW price_rollup_parts WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT instrument_id, day, recorded_at, time_bucket('1 day', ts) AS bucket,
       first(value, ts) AS open, max(value) AS high, min(value) AS low, last(value, ts) AS close,
       sum(value) AS total, sum(volume) AS volume, count(*) AS n
FROM price_ticks GROUP BY instrument_id, day, recorded_at, bucket WITH NO DATA;
CREATE VIEW price_rollup AS
SELECT instrument_id, day, recorded_at, (array_agg(open ORDER BY bucket))[1] AS open, max(high) AS high,
       min(low) AS low, sum(total) / sum(n) AS settle, sum(volume) AS volume, sum(n)::integer AS n
FROM price_rollup_parts GROUP BY instrument_id, day, recorded_at;
ALTER TABLE price_ticks SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'instrument_id',
    timescaledb.orderby = 'ts DESC, recorded_at DESC');
CALL add_columnstore_policy('price_ticks', after => INTERVAL '30 days');
"""

_SAMPLE_HYPERTABLE = f"""
DROP TABLE service_samples;
CREATE TABLE service_samples (
    service varchar(64) NOT NULL, metric text NOT NULL, labels text NOT NULL,
    at timestamptz NOT NULL, value double precision NOT NULL,
    CONSTRAINT pk_service_samples PRIMARY KEY (service, metric, labels, at)
);
CREATE INDEX ix_service_samples_at ON service_samples (at);
SELECT create_hypertable('service_samples', by_range('at', INTERVAL '{SAMPLE_CHUNK}'),
    create_default_indexes => false);
ALTER TABLE service_samples SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'service, metric, labels',
    timescaledb.orderby = 'at DESC');
CALL add_columnstore_policy('service_samples', after => INTERVAL '2 days');
"""

_TABLE = """
CREATE TABLE price_rollup (
    instrument_id bigint NOT NULL REFERENCES instruments (id), day date NOT NULL, recorded_at timestamptz NOT NULL,
    open double precision NOT NULL, high double precision NOT NULL, low double precision NOT NULL,
    settle double precision NOT NULL, volume double precision, n integer NOT NULL,
    CONSTRAINT pk_price_rollup PRIMARY KEY (instrument_id, day, recorded_at)
);
CREATE INDEX ix_price_rollup_day_instrument_id ON price_rollup (day, instrument_id);
"""

_DAILY = f"""
CREATE VIEW price_daily AS
SELECT instrument_id, day, recorded_at, open, high, low, settle, volume, 1 AS n FROM price_bars
UNION ALL SELECT {_ROLLUP_COLUMNS} FROM price_rollup
"""

_FILL = f"""
INSERT INTO price_rollup ({_ROLLUP_COLUMNS})
SELECT instrument_id, day, recorded_at, (array_agg(value ORDER BY ts))[1], max(value), min(value),
       avg(value), sum(volume), count(*)
FROM price_ticks WHERE batch_id = :batch_id GROUP BY instrument_id, day, recorded_at
"""

_UNFILL = """
DELETE FROM price_rollup r USING (
    SELECT DISTINCT instrument_id, day, recorded_at FROM price_ticks WHERE batch_id = ANY(:ids)
) t WHERE (r.instrument_id, r.day, r.recorded_at) = (t.instrument_id, t.day, t.recorded_at)
"""


class Flavour(StrEnum):
    """What the database can do for time series."""

    PLAIN = "PostgreSQL"
    TIMESCALE = "TimescaleDB"


def flavour(connection: Connection) -> Flavour:
    """Tell which flavour the connected database is; only the Community edition counts as TimescaleDB.

    The Apache edition has the procedures too, as bodies that raise, so the licence setting is what tells.
    """
    licence = connection.scalar(text("SELECT current_setting('timescaledb.license', true)"))
    return Flavour.TIMESCALE if licence == "timescale" else Flavour.PLAIN


def create_extension(connection: Connection) -> None:
    """Switch TimescaleDB on where the server offers it; call before the tables are made."""
    offered = connection.scalar(
        text("SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'")
    )
    preloaded = connection.scalar(text("SELECT current_setting('shared_preload_libraries')")) or ""
    if offered and "timescaledb" in preloaded:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS timescaledb"))


def create_relations(connection: Connection) -> None:
    """Make the roll-up and the daily relation over ``price_ticks`` and ``price_bars``, which exist already."""
    _execute(connection, _HYPERTABLE if flavour(connection) is Flavour.TIMESCALE else _TABLE)
    connection.execute(text(_DAILY))


def _execute(connection: Connection, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(text(statement))


def drop_relations(connection: Connection) -> None:
    """Undo :func:`create_relations`."""
    connection.execute(text("DROP VIEW IF EXISTS price_daily"))
    if flavour(connection) is Flavour.TIMESCALE:
        connection.execute(text("DROP VIEW IF EXISTS price_rollup"))
        connection.execute(text("DROP MATERIALIZED VIEW IF EXISTS price_rollup_parts"))
    else:
        connection.execute(text("DROP TABLE IF EXISTS price_rollup"))


def ensure_partitions(connection: Connection, first: datetime, last: datetime) -> None:
    """Make the monthly partitions of ``price_ticks`` from ``first`` to ``last``; TimescaleDB makes its own."""
    if flavour(connection) is Flavour.TIMESCALE:
        return
    month = first.astimezone(UTC).date().replace(day=1)
    while month <= last.astimezone(UTC).date():
        following = (month + timedelta(days=32)).replace(day=1)
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS price_ticks_{month:%Y_%m} PARTITION OF price_ticks "
                f"FOR VALUES FROM ('{month:%Y-%m-%d}T00:00:00Z') TO ('{following:%Y-%m-%d}T00:00:00Z')"
            )
        )
        month = following


def roll_up(connection: Connection, batch_id: int) -> None:
    """Add the daily rows of the ticks that batch ``batch_id`` appended, in the same transaction."""
    if flavour(connection) is Flavour.PLAIN:
        connection.execute(text(_FILL), {"batch_id": batch_id})


def refresh(engine: Engine, first: date, last: date) -> None:
    """Bring the daily relation up to date after a commit; on plain PostgreSQL it is already."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if flavour(connection) is Flavour.TIMESCALE:
            connection.execute(
                text(
                    "CALL refresh_continuous_aggregate("
                    "'price_rollup_parts', CAST(:a AS timestamptz), CAST(:b AS timestamptz))"
                ),
                {"a": first - timedelta(days=2), "b": last + timedelta(days=2)},
            )


def forget(connection: Connection, batch_ids: Sequence[int]) -> None:
    """Take out the ticks of some batches and the daily rows made from them, as when the demo desk is removed.

    On TimescaleDB the daily rows go with the next :func:`refresh` over their days.
    """
    ids = {"ids": list(batch_ids)}
    if flavour(connection) is Flavour.PLAIN:
        connection.execute(text(_UNFILL), ids)
    connection.execute(text("DELETE FROM price_ticks WHERE batch_id = ANY(:ids)"), ids)


def prepare_samples(connection: Connection) -> None:
    """Make ``service_samples``, which is empty, a hypertable where that is possible; call once, in the migration."""
    if flavour(connection) is Flavour.TIMESCALE:
        _execute(connection, _SAMPLE_HYPERTABLE)


def ensure_sample_days(connection: Connection, first: date, last: date) -> None:
    """Make the daily partitions of ``service_samples`` from ``first`` to ``last``; TimescaleDB makes its own."""
    if flavour(connection) is Flavour.TIMESCALE:
        return
    day = first
    while day <= last:
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS service_samples_{day:%Y_%m_%d} PARTITION OF service_samples "
                f"FOR VALUES FROM ('{day}T00:00:00Z') TO ('{day + timedelta(days=1)}T00:00:00Z')"
            )
        )
        day += timedelta(days=1)


def drop_samples(connection: Connection, before: date) -> int:
    """Remove the samples of whole days before ``before``; return how many partitions or chunks went."""
    if flavour(connection) is Flavour.TIMESCALE:
        gone = connection.execute(
            text("SELECT drop_chunks('service_samples', older_than => CAST(:before AS timestamptz))"),
            {"before": datetime(before.year, before.month, before.day, tzinfo=UTC)},
        )
        return len(gone.all())
    names = connection.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'service_samples'::regclass")
    )
    old = [name for name in names if name[-10:] < f"{before:%Y_%m_%d}"]
    for name in old:
        connection.execute(text(f"DROP TABLE {name}"))
    return len(old)
