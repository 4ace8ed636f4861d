"""The demo desk into the database: one transaction, one batch, every row recorded on the evening of its own day.

So that the second clock means something from the first minute, the rows carry the moments at which a desk would have
received them (:data:`RECORDED`), not the moment of loading; corrections carry the morning after.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data import timeseries
from data.demo.copying import Copy
from data.demo.desk import PORTFOLIOS
from data.demo.forwards import STATUS
from data.demo.instruments import (
    ARCH_EIA,
    DAILY,
    DEMO,
    ECB,
    POWER_FRONTS,
    SOURCES,
    InstrumentSpec,
    curve_infos,
)
from data.demo.instruments import ZONES as ZONE_NAMES
from data.demo.world import World
from data.demo.zones import ZONES
from data.models.access import Portfolio, Setting
from data.models.ingest import ImportBatch
from data.models.market import (
    Curve,
    CurvePoint,
    DataSource,
    FxRate,
    Instrument,
    PriceBar,
    PriceTick,
    WeatherObservation,
)
from data.models.power import PowerSystem
from portal.core.errors import Conflict

Moments = NDArray[np.datetime64]
Progress = Callable[[float, str], None]

# When a desk receives what belongs to a day: whole days after it, and minutes after midnight UTC.
RECORDED = {
    "settle": (0, 18 * 60 + 30),
    "auction": (-1, 11 * 60 + 45),
    "fx": (0, 15 * 60),
    "spot": (1, 14 * 60),
    "weather": (1, 6 * 60),
    "system": (1, 10 * 60),
    "correction": (1, 9 * 60 + 15),
}

BAR_COLUMNS = ("instrument_id", "day", "recorded_at", "open", "high", "low", "settle", "volume", "batch_id")
TICK_COLUMNS = ("instrument_id", "ts", "recorded_at", "day", "value", "volume", "batch_id")
CURVE_COLUMNS = ("curve_id", "trade_date", "delivery", "recorded_at", "tenor", "value", "status", "batch_id")
FX_COLUMNS = ("base", "quote", "day", "recorded_at", "rate", "source_code", "batch_id")
WEATHER_COLUMNS = ("station", "variable", "ts", "recorded_at", "value", "source_code", "batch_id")
SYSTEM_COLUMNS = (
    "zone",
    "ts",
    "recorded_at",
    "load_mw",
    "wind_mw",
    "solar_mw",
    "load_fc_mw",
    "wind_fc_mw",
    "solar_fc_mw",
    "source_code",
    "batch_id",
)


SOURCE_CODES = tuple(source.code for source in SOURCES)
FACT_TABLES = (
    "price_bars",
    "price_ticks",
    "curve_points",
    "fx_rates",
    "weather_observations",
    "power_system",
)
SUMMARY, LOADED_AT, LOCK = "demo_summary", "demo_loaded_at", 0x64656D6F


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: the batch and the number of rows of each table."""

    batch_id: int
    rows: dict[str, int]


class Loader:
    """Stores one :class:`World` over one connection; each method fills one table."""

    def __init__(self, session: Session, world: World, *, now: datetime) -> None:
        self._session = session
        self._connection: Connection = session.connection()
        self._world = world
        self._now = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
        self._instruments: dict[str, int] = {}
        self._batch = 0

    def _recorded(self, days: NDArray[np.datetime64], kind: str) -> Moments:
        """Return when rows of ``days`` were recorded; nothing is recorded in the future."""
        after, minutes = RECORDED[kind]
        moments = (days.astype("datetime64[D]") + after).astype("datetime64[us]") + np.timedelta64(
            minutes, "m"
        )
        return np.minimum(moments, self._now)

    def _ids(self, table: type[Instrument | Curve]) -> dict[str, int]:
        """Return the key of each code."""
        return {row.code: row.id for row in self._session.execute(select(table.code, table.id))}

    def run(self, progress: Progress) -> Stored:
        """Store everything; ``progress`` hears of each part."""
        parts: tuple[tuple[float, str, Callable[[], dict[str, int]]], ...] = (
            (0.10, "Naming sources, instruments and curves", self._names),
            (0.15, "Storing daily prices", self._bars),
            (0.30, "Storing hourly power prices", self._ticks),
            (0.40, "Storing forward curves", self._curves),
            (0.75, "Storing exchange rates", self._fx),
            (0.82, "Storing weather", self._weather),
            (0.92, "Storing load, wind and solar", self._system),
        )
        rows: dict[str, int] = {}
        for share, sentence, store in parts:
            progress(share, sentence)
            rows |= store()
        progress(0.95, "Counting rows for the query planner")
        for table in FACT_TABLES:
            self._connection.execute(text(f"ANALYZE {table}"))
        return Stored(self._batch, rows)

    def _names(self) -> dict[str, int]:
        session, world = self._session, self._world
        for source in SOURCES:
            session.execute(upsert(DataSource).values(**asdict(source)).on_conflict_do_nothing())
        label = f"demo seed {world.seed} to {world.days[-1]}"
        batch = ImportBatch(
            kind="demo",
            source_code=DEMO,
            file_name="(generated)",
            sha256=hashlib.sha256(label.encode()).hexdigest(),
            options={"seed": world.seed, "last_day": str(world.days[-1])},
            status="stored",
            actor="system",
            recorded_at=self._now.astype(datetime).replace(tzinfo=UTC),
            rows_read=0,
            rows_accepted=0,
            rows_quarantined=0,
            rows_duplicate=0,
            first_day=world.days[0].astype(object),
            last_day=world.days[-1].astype(object),
            report={},
        )
        session.add(batch)
        session.flush()
        self._batch = batch.id
        self._refuse_own_instruments()
        self._portfolios()
        recorded = self._recorded(world.days[:1], "settle")[0].astype(datetime).replace(tzinfo=UTC)
        instruments = [row | {"recorded_at": recorded} for row in instrument_rows()]
        curves = [
            asdict(info)
            | {"instrument_code": info.code, "source_code": DEMO, "simulated": True, "recorded_at": recorded}
            for info in curve_infos()
        ]
        session.execute(upsert(Instrument).on_conflict_do_nothing(index_elements=["code"]), instruments)
        session.execute(upsert(Curve).on_conflict_do_nothing(index_elements=["code"]), curves)
        self._instruments = self._ids(Instrument)
        return {"instruments": len(instruments), "curves": len(curves)}

    def _refuse_own_instruments(self) -> None:
        codes = [row["code"] for row in instrument_rows()]
        own = self._session.scalars(
            select(Instrument.code).where(
                Instrument.code.in_(codes), Instrument.source_code.not_in(SOURCE_CODES)
            )
        ).all()
        if own:
            raise Conflict(
                f"The database has instruments of its own named {', '.join(sorted(own))}, so the demo desk cannot "
                "use these codes. Load it into an empty database.",
                instruments=sorted(own),
            )

    def _portfolios(self) -> None:
        for code, name, above in PORTFOLIOS:
            parent = select(Portfolio.id).where(Portfolio.code == above).scalar_subquery() if above else None
            self._session.execute(
                upsert(Portfolio).values(code=code, name=name, parent_id=parent).on_conflict_do_nothing()
            )

    def _bars(self) -> dict[str, int]:
        world, none = self._world, None
        with Copy(self._connection, "price_bars", BAR_COLUMNS) as copy:
            for code, bars in world.bars.items():
                copy.add(
                    instrument_id=self._instruments[code],
                    day=bars.day,
                    recorded_at=self._recorded(bars.day, "settle"),
                    open=bars.open,
                    high=bars.high,
                    low=bars.low,
                    settle=bars.settle,
                    volume=bars.volume,
                    batch_id=self._batch,
                )
            for zone, (day, block) in world.peaks.items():
                copy.add(
                    instrument_id=self._instruments[f"POWER_{zone}_PEAK"],
                    day=day,
                    recorded_at=self._recorded(day, "auction"),
                    open=block[:, 0],
                    high=block[:, 1],
                    low=block[:, 2],
                    settle=block[:, 3],
                    volume=none,
                    batch_id=self._batch,
                )
            spot = world.wti_spot
            copy.add(
                instrument_id=self._instruments["WTI_SPOT_EIA"],
                day=spot.day,
                recorded_at=self._recorded(spot.day, "spot"),
                open=none,
                high=none,
                low=none,
                settle=spot.value,
                volume=none,
                batch_id=self._batch,
            )
        return {"price_bars": copy.rows}

    def _ticks(self) -> dict[str, int]:
        world, hours = self._world, self._world.hours
        first, last = (hours.ts[i].astype(datetime).replace(tzinfo=UTC) for i in (0, -1))
        timeseries.ensure_partitions(self._connection, first, last)
        recorded = self._recorded(hours.day, "auction")
        with Copy(self._connection, "price_ticks", TICK_COLUMNS) as copy:
            for column, zone in enumerate(ZONES):
                copy.add(
                    instrument_id=self._instruments[f"POWER_{zone.code}"],
                    ts=hours.ts,
                    recorded_at=recorded,
                    day=hours.day,
                    value=world.price[:, column],
                    volume=world.volume[:, column],
                    batch_id=self._batch,
                )
        timeseries.roll_up(self._connection, self._batch)
        return {"price_ticks": copy.rows}

    def _curves(self) -> dict[str, int]:
        world = self._world
        ids = self._ids(Curve)
        with Copy(self._connection, "curve_points", CURVE_COLUMNS) as copy:
            for code, history in world.curves.items():
                count, tenors = history.value.shape
                trade = np.repeat(world.days, tenors)
                recorded = np.repeat(self._recorded(world.days, "settle"), tenors)
                delivery = history.delivery.astype("datetime64[D]").ravel()
                tenor = np.tile(np.arange(1, tenors + 1, dtype=np.int16), count)
                value, status = history.value.ravel(), history.status.ravel()
                for number in np.unique(status):
                    rows = status == number
                    copy.add(
                        curve_id=ids[code],
                        trade_date=trade[rows],
                        delivery=delivery[rows],
                        recorded_at=recorded[rows],
                        tenor=tenor[rows],
                        value=value[rows],
                        status=STATUS[number],
                        batch_id=self._batch,
                    )
        return {"curve_points": copy.rows}

    def _fx(self) -> dict[str, int]:
        world = self._world
        with Copy(self._connection, "fx_rates", FX_COLUMNS) as copy:
            for source, rates in ((ECB, world.rates), (DEMO, world.rates_ahead)):
                for currency, series in rates.items():
                    copy.add(
                        base="EUR",
                        quote=currency,
                        day=series.day,
                        recorded_at=self._recorded(series.day, "fx"),
                        rate=series.value,
                        source_code=source,
                        batch_id=self._batch,
                    )
        return {"fx_rates": copy.rows}

    def _weather(self) -> dict[str, int]:
        world, daily = self._world, self._world.daily
        by_day = {"tavg_c": daily.mean, "tmin_c": daily.low, "tmax_c": daily.high}
        by_hour = {"temp_c": world.temperature, "wind_ms": world.wind}
        days, hours = self._recorded(daily.day, "weather"), self._recorded(world.hours.day, "weather")
        with Copy(self._connection, "weather_observations", WEATHER_COLUMNS) as copy:
            for column, zone in enumerate(ZONES):
                for variables, ts, recorded in (
                    (by_day, daily.day.astype("datetime64[us]"), days),
                    (by_hour, world.hours.ts, hours),
                ):
                    for variable, values in variables.items():
                        copy.add(
                            station=zone.station,
                            variable=variable,
                            ts=ts,
                            recorded_at=recorded,
                            value=np.round(values[:, column], 1),
                            source_code=DEMO,
                            batch_id=self._batch,
                        )
        return {"weather_observations": copy.rows}

    def _system(self) -> dict[str, int]:
        system, hours = self._world.system, self._world.hours
        recorded = self._recorded(hours.day, "system")
        with Copy(self._connection, "power_system", SYSTEM_COLUMNS) as copy:
            for i, zone in enumerate(ZONES):
                copy.add(
                    zone=zone.code,
                    ts=hours.ts,
                    recorded_at=recorded,
                    load_mw=system.load[:, i],
                    wind_mw=system.wind[:, i],
                    solar_mw=system.solar[:, i],
                    load_fc_mw=system.load_fc[:, i],
                    wind_fc_mw=system.wind_fc[:, i],
                    solar_fc_mw=system.solar_fc[:, i],
                    source_code=DEMO,
                    batch_id=self._batch,
                )
        return {"power_system": copy.rows}


def _daily_row(spec: InstrumentSpec) -> dict[str, Any]:
    return {
        "code": spec.code,
        "name": spec.name,
        "commodity": spec.commodity,
        "unit": spec.unit,
        "currency": spec.currency,
        "timezone": spec.timezone,
        "granularity": "daily",
        "zone": spec.zone,
        "source_code": spec.source,
        "simulated": True,
    }


def instrument_rows() -> list[dict[str, Any]]:
    """Return the rows of ``instruments`` that the demo needs, without their time of recording."""
    rows = [_daily_row(spec) for spec in (*DAILY, *POWER_FRONTS)]
    for zone, (name, timezone) in ZONE_NAMES.items():
        power = {
            "commodity": "power",
            "unit": "EUR/MWh",
            "currency": "EUR",
            "timezone": timezone,
            "zone": zone,
            "source_code": DEMO,
            "simulated": True,
        }
        rows.append(
            power | {"code": f"POWER_{zone}", "name": f"Power {name}, day ahead", "granularity": "hourly"}
        )
        rows.append(
            power
            | {"code": f"POWER_{zone}_PEAK", "name": f"Power {name}, day-ahead peak", "granularity": "daily"}
        )
    rows.append(
        {
            "code": "WTI_SPOT_EIA",
            "name": "WTI crude spot at Cushing (EIA)",
            "commodity": "crude",
            "unit": "USD/bbl",
            "currency": "USD",
            "timezone": "America/New_York",
            "granularity": "daily",
            "zone": None,
            "source_code": ARCH_EIA,
            "simulated": False,
        }
    )
    return rows


def lock(session: Session) -> None:
    """Let one process at a time load or remove the demo desk, until its transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def summary(session: Session) -> dict[str, Any] | None:
    """Return what :func:`remember` kept, or None when the demo desk is not loaded."""
    value = session.scalar(select(Setting.value).where(Setting.key == SUMMARY))
    return None if value is None else dict(json.loads(value))


def remember(session: Session, known: dict[str, Any], *, now: datetime) -> None:
    """Keep the summary of the load, and the moment of it for the banner."""
    session.add(Setting(key=SUMMARY, value=json.dumps(known), recorded_at=now))
    session.add(
        Setting(key=LOADED_AT, value=now.astimezone(UTC).isoformat(timespec="seconds"), recorded_at=now)
    )


def remove(session: Session) -> None:
    """Take out every row that a demo load stored; the portfolio tree and what users imported stay."""
    batches = list(session.scalars(select(ImportBatch.id).where(ImportBatch.kind == "demo")))
    timeseries.forget(session.connection(), batches)
    for table in (PriceBar, CurvePoint, FxRate, WeatherObservation, PowerSystem):
        session.execute(delete(table).where(table.batch_id.in_(batches)))
    priced = or_(
        exists().where(PriceBar.instrument_id == Instrument.id),
        exists().where(PriceTick.instrument_id == Instrument.id),
    )
    session.execute(delete(Instrument).where(Instrument.source_code.in_(SOURCE_CODES), ~priced))
    quoted = exists().where(CurvePoint.curve_id == Curve.id)
    session.execute(delete(Curve).where(Curve.source_code == DEMO, ~quoted))
    session.execute(delete(ImportBatch).where(ImportBatch.id.in_(batches)))
    session.execute(delete(Setting).where(Setting.key.in_((SUMMARY, LOADED_AT))))
