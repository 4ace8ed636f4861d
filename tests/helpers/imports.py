"""Imports for tests: a batch with its file, corrections that belong to it, and hourly prices."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import text

from data import timeseries
from data.session import UnitOfWork


def add_batch(recorded_at: datetime, *, file_name: str = "prices.csv", source: str = "test") -> int:
    """Add an import that stored something; return its id."""
    with UnitOfWork(write=True) as work:
        key = work.session.scalar(
            text(
                "INSERT INTO import_batches (kind, source_code, file_name, sha256, options, status, actor, "
                "recorded_at, rows_read, rows_accepted, rows_quarantined, rows_duplicate, report) "
                "VALUES ('prices', :source, :file, '', '{}', 'stored', 'test', :at, 0, 0, 0, 0, '{}') RETURNING id"
            ),
            {"source": source, "file": file_name, "at": recorded_at},
        )
    return int(key or 0)


def add_prices(instrument: int, prices: Mapping[date, float], recorded_at: datetime, batch: int) -> None:
    """Append daily prices of one import."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO price_bars (instrument_id, day, recorded_at, settle, batch_id) "
                "VALUES (:id, :day, :at, :settle, :batch)"
            ),
            [
                {"id": instrument, "day": d, "at": recorded_at, "settle": p, "batch": batch}
                for d, p in prices.items()
            ],
        )


def add_hours(instrument: int, day: date, values: Sequence[float], recorded_at: datetime, batch: int) -> None:
    """Append the hours of one UTC day and roll them up."""
    start = datetime.combine(day, time(), UTC)
    rows = [
        {
            "id": instrument,
            "ts": start + timedelta(hours=n),
            "at": recorded_at,
            "day": day,
            "v": v,
            "batch": batch,
        }
        for n, v in enumerate(values)
    ]
    with UnitOfWork(write=True) as work:
        connection = work.session.connection()
        timeseries.ensure_partitions(connection, rows[0]["ts"], rows[-1]["ts"])
        connection.execute(
            text(
                "INSERT INTO price_ticks (instrument_id, ts, recorded_at, day, value, batch_id) "
                "VALUES (:id, :ts, :at, :day, :v, :batch)"
            ),
            rows,
        )
        timeseries.roll_up(connection, batch)
