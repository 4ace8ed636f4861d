"""Instruments, prices, curves and exchange rates.

Facts carry ``recorded_at`` in their key and are appended, never updated: a correction is a newer row. The version of
a day is whole: whoever corrects one hour of a delivery day records all hours of that day again, so that the newest
``recorded_at`` of a day always holds the complete day (see ``docs/decisions``).

The big fact tables have no foreign keys: a check for each row would double the time of a load, and their only writers
take the ids from the parent tables in the same statement.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Quote, Recorded, Utc, Words


class DataSource(Base):
    """Where rows come from, its licence as shown beside charts, and the age after which it is late."""

    __tablename__ = "data_sources"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Words]
    licence: Mapped[Words]
    address: Mapped[Words]
    simulated: Mapped[bool]
    sla_hours: Mapped[float]  # business hours after the end of a delivery or trading day
    recorded_at: Mapped[Recorded]


class Instrument(Base):
    """A series of prices of one thing in one unit."""

    __tablename__ = "instruments"
    __table_args__ = (
        CheckConstraint(
            "granularity IN ('daily', 'hourly', 'quarter-hourly', 'monthly')", name="granularity"
        ),
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Words]
    commodity: Mapped[Code] = mapped_column(
        index=True
    )  # crude, products, gas, lng, coal, carbon, power, fx, index
    unit: Mapped[Code]  # such as USD/bbl
    currency: Mapped[Code]
    timezone: Mapped[Code]  # IANA name of the zone in which its days are counted
    granularity: Mapped[Code]
    zone: Mapped[Code | None]  # bidding zone of a power price
    source_code: Mapped[Code] = mapped_column(ForeignKey("data_sources.code"))
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class PriceBar(Base):
    """A price of one instrument on one day as published: settle, and open, high, low and volume where there are any."""

    __tablename__ = "price_bars"
    __table_args__ = (Index("ix_price_bars_day_instrument_id", "day", "instrument_id"),)

    instrument_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    open: Mapped[Quote | None]
    high: Mapped[Quote | None]
    low: Mapped[Quote | None]
    settle: Mapped[Quote]
    volume: Mapped[Quote | None]
    batch_id: Mapped[int] = mapped_column(BigInteger)


class PriceTick(Base):
    """A price of one instrument for the interval that starts at ``ts`` (an hour or a quarter hour, or a trade).

    ``day`` is the local delivery day, kept because its UTC bounds differ by zone and season. The table is cut by
    month, or is a hypertable: see :mod:`data.timeseries`.
    """

    __tablename__ = "price_ticks"
    __table_args__ = (
        Index("ix_price_ticks_batch_id", "batch_id"),
        Index("ix_price_ticks_instrument_id_day", "instrument_id", "day"),
        {"postgresql_partition_by": "RANGE (ts)"},
    )

    instrument_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ts: Mapped[Utc] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    day: Mapped[Day]
    value: Mapped[Quote]
    volume: Mapped[Quote | None]
    batch_id: Mapped[int] = mapped_column(BigInteger)


class Curve(Base):
    """A forward curve: one commodity at one place, quoted by delivery month."""

    __tablename__ = "curves"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Words]
    commodity: Mapped[Code]
    unit: Mapped[Code]
    currency: Mapped[Code]
    timezone: Mapped[Code]
    instrument_code: Mapped[Code | None]  # the spot or front series it belongs to
    source_code: Mapped[Code] = mapped_column(ForeignKey("data_sources.code"))
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class CurvePoint(Base):
    """The price on ``trade_date`` for delivery in the month that starts on ``delivery``."""

    __tablename__ = "curve_points"
    __table_args__ = (
        CheckConstraint("status IN ('quoted', 'interpolated', 'rolled', 'proxied')", name="status"),
    )

    curve_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    trade_date: Mapped[Day] = mapped_column(primary_key=True)
    delivery: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    tenor: Mapped[int] = mapped_column(SmallInteger)  # 1 is the next contract to expire
    value: Mapped[Quote]
    status: Mapped[Code] = mapped_column(server_default="quoted")
    batch_id: Mapped[int] = mapped_column(BigInteger)


class FxRate(Base):
    """Units of ``quote`` for one unit of ``base`` on a day."""

    __tablename__ = "fx_rates"

    base: Mapped[Code] = mapped_column(primary_key=True)
    quote: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    rate: Mapped[Quote]
    source_code: Mapped[Code] = mapped_column(ForeignKey("data_sources.code"))
    batch_id: Mapped[int] = mapped_column(BigInteger)


class WeatherObservation(Base):
    """One measured (or simulated) weather value; ``variable`` carries its unit, as in ``tavg_c``."""

    __tablename__ = "weather_observations"

    station: Mapped[Code] = mapped_column(primary_key=True)
    variable: Mapped[Code] = mapped_column(primary_key=True)
    ts: Mapped[Utc] = mapped_column(primary_key=True)  # start of the day (local) or hour it covers
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    value: Mapped[Quote]
    source_code: Mapped[Code] = mapped_column(ForeignKey("data_sources.code"))
    batch_id: Mapped[int] = mapped_column(BigInteger)
