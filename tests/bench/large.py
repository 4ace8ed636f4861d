"""A larger market: the demo desk grown to 200 instruments with ten years of daily bars, half a million rows."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import psycopg

INSTRUMENTS = 200
YEARS = 10


def business_days(last: date, years: int) -> list[date]:
    """Return the weekdays of the ``years`` years that end on ``last``."""
    first = last.replace(year=last.year - years)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5]


def grow(url: str) -> None:
    """Add instruments ``BENCH_001``... until there are 200; their prices are seeded random walks."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*), (SELECT max(day) FROM price_bars) FROM instruments"
        ).fetchone()
        assert row is not None
        have, last = row
        days = business_days(last, YEARS)
        ids = [_instrument(connection, number) for number in range(1, INSTRUMENTS - have + 1)]
        random = np.random.default_rng(7)
        recorded = [datetime.combine(day, time(18, 30), UTC) for day in days]
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY price_bars (instrument_id, day, recorded_at, open, high, low, settle, volume, batch_id) "
                "FROM STDIN"
            ) as copy,
        ):
            for key in ids:
                settle = 60.0 * np.exp(np.cumsum(random.normal(0.0, 0.018, len(days))))
                opens = np.roll(settle, 1)
                opens[0] = settle[0]
                high, low = np.maximum(opens, settle) * 1.005, np.minimum(opens, settle) * 0.995
                volume = np.round(random.lognormal(9.0, 0.5, len(days)))
                numbers = np.round(np.column_stack([opens, high, low, settle, volume]), 4).tolist()
                for day, at, values in zip(days, recorded, numbers, strict=True):
                    copy.write_row((key, day, at, *values, 0))


def _instrument(connection: psycopg.Connection, number: int) -> int:
    commodity = ("crude", "products", "gas", "power", "coal", "carbon")[number % 6]
    row = connection.execute(
        "INSERT INTO instruments "
        "(code, name, commodity, unit, currency, timezone, granularity, source_code, simulated) "
        "VALUES (%s, %s, %s, 'EUR/MWh', 'EUR', 'UTC', 'daily', (SELECT min(code) FROM data_sources), true) "
        "RETURNING id",
        (f"BENCH_{number:03}", f"Bench {number:03}", commodity),
    ).fetchone()
    assert row is not None
    return int(row[0])
