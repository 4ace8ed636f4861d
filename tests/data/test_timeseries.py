"""Ticks, their roll-up and the daily relation; the same tests hold on both flavours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from data import timeseries
from data.engine import engine
from data.queries.clocked import PRICE_DAILY, latest
from data.session import UnitOfWork
from portal.core.clock import Clocks
from tests.helpers.market import add_instrument

# The night to 2025-03-30 is an hour shorter in Berlin: its delivery day has 23 hours and starts at 23:00 UTC.
SHORT_DAY = date(2025, 3, 30)
START = datetime(2025, 3, 29, 23, tzinfo=UTC)
RECORDED = datetime(2025, 3, 29, 11, 45, tzinfo=UTC)


def append(instrument: int, values: list[float], *, recorded_at: datetime, batch: int) -> None:
    last = START + timedelta(hours=len(values))
    with UnitOfWork(write=True) as work:
        connection = work.session.connection()
        timeseries.ensure_partitions(connection, START, last)
        connection.execute(
            text(
                "INSERT INTO price_ticks (instrument_id, ts, recorded_at, day, value, volume, batch_id) "
                "VALUES (:id, :ts, :recorded_at, :day, :value, 2.0, :batch)"
            ),
            [
                {
                    "id": instrument,
                    "ts": START + timedelta(hours=i),
                    "recorded_at": recorded_at,
                    "day": SHORT_DAY,
                    "value": value,
                    "batch": batch,
                }
                for i, value in enumerate(values)
            ],
        )
        timeseries.roll_up(connection, batch)
    timeseries.refresh(engine(), SHORT_DAY, SHORT_DAY)


@pytest.fixture
def power(database: str) -> int:
    instrument = add_instrument("POWER", [], unit="EUR/MWh", commodity="power")
    append(instrument, [float(i) for i in range(-3, 20)], recorded_at=RECORDED, batch=1)
    return instrument


def day_of(instrument: int, known_at: datetime) -> tuple[float, ...]:
    with UnitOfWork() as work:
        clocks = Clocks(SHORT_DAY, known_at, live=False)
        query = latest(
            PRICE_DAILY,
            clocks,
            key=("instrument_id", "day"),
            day="day",
            where=[PRICE_DAILY.c.instrument_id == instrument],
        )
        (row,) = work.session.execute(query).all()
        return (row.open, row.high, row.low, row.settle, row.volume, row.n)


def test_short_day_is_one_row_with_the_mean_of_its_23_hours(power):
    assert day_of(power, RECORDED) == (-3.0, 19.0, -3.0, 8.0, 46.0, 23)


def test_corrected_day_is_a_second_whole_version(power):
    later = RECORDED + timedelta(hours=6)
    append(power, [-500.0, *range(-2, 20)], recorded_at=later, batch=2)
    assert day_of(power, later - timedelta(seconds=1))[3] == 8.0
    assert day_of(power, later)[2:4] == (-500.0, pytest.approx((184 + 3 - 500) / 23))


def test_partitions_are_made_once_for_each_month(power):
    with UnitOfWork(write=True) as work:
        connection = work.session.connection()
        if timeseries.flavour(connection) is timeseries.Flavour.TIMESCALE:
            pytest.skip("a hypertable makes its own chunks")
        for _ in range(2):
            timeseries.ensure_partitions(
                connection, datetime(2025, 2, 27, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
            )
        names = connection.scalars(
            text(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'price_ticks'::regclass ORDER BY 1"
            )
        ).all()
    assert names == ["price_ticks_2025_02", "price_ticks_2025_03", "price_ticks_2025_04"]


def test_published_bars_and_rolled_up_ticks_are_one_relation(power):
    add_instrument("BRENT", [(SHORT_DAY, 75.0)])
    with UnitOfWork() as work:
        assert work.session.scalar(select(PRICE_DAILY.c.n).where(PRICE_DAILY.c.settle == 75.0)) == 1
        assert len(work.session.execute(select(PRICE_DAILY)).all()) == 2


def test_server_without_the_extension_counts_as_plain(database):
    with engine().connect() as connection:
        licence = connection.scalar(text("SELECT current_setting('timescaledb.license', true)"))
        expected = timeseries.Flavour.TIMESCALE if licence == "timescale" else timeseries.Flavour.PLAIN
        assert timeseries.flavour(connection) is expected
