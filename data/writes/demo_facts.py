"""The facts of the demo desk into their tables: every row recorded when a desk would have received it.

So that the second clock means something from the first minute, rows carry the moments of :data:`RECORDED`, not the
moment of loading. A day that was first published wrong is stored twice: wrong at its usual time, then right.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from data import timeseries
from data.demo.blemishes import Correction
from data.demo.copying import Copy
from data.demo.forwards import STATUS
from data.demo.instruments import DEMO, ECB
from data.demo.world import World
from data.demo.zones import ZONES
from data.writes.demo_marks import MARK_TABLES, MarkLoader

Moments = NDArray[np.datetime64]
Progress = Callable[[float, str], None]

# When a desk receives what belongs to a day: whole days after it, and minutes after midnight UTC.
RECORDED = {
    "settle": (0, 18 * 60 + 30),
    "auction": (-1, 11 * 60 + 45),
    "fx": (0, 15 * 60),
    "rates": (0, 17 * 60),
    "marks": (0, 18 * 60 + 45),
    "spot": (1, 14 * 60),
    "weather": (1, 6 * 60),
    "system": (1, 10 * 60),
    "outlook": (-1, 9 * 60),
    "correction": (1, 10 * 60 + 15),
}
EVENING = (17, 21)  # local hours that the wrong auction result concerned

BAR_COLUMNS = ("instrument_id", "day", "recorded_at", "open", "high", "low", "settle", "volume", "batch_id")
TICK_COLUMNS = ("instrument_id", "ts", "recorded_at", "day", "value", "volume", "batch_id")
CURVE_COLUMNS = ("curve_id", "trade_date", "delivery", "recorded_at", "tenor", "value", "status", "batch_id")
FX_COLUMNS = ("base", "quote", "day", "recorded_at", "rate", "source_code", "batch_id")
WEATHER_COLUMNS = ("station", "variable", "ts", "recorded_at", "value", "source_code", "batch_id")
SYSTEM_ACTUALS = ("load", "wind", "solar")
SYSTEM_FORECASTS = ("load_fc", "wind_fc", "solar_fc")
SYSTEM_VALUES = (*SYSTEM_ACTUALS, *SYSTEM_FORECASTS)
SYSTEM_COLUMNS = (
    "zone",
    "ts",
    "recorded_at",
    *(f"{name}_mw" for name in SYSTEM_VALUES),
    "source_code",
    "batch_id",
)
FACT_TABLES = (
    "price_bars",
    "price_ticks",
    "curve_points",
    "fx_rates",
    "weather_observations",
    "power_system",
    *MARK_TABLES,
)


class FactLoader:
    """Copies the facts of one :class:`World` over one connection, within its transaction; a method for each table."""

    def __init__(
        self,
        connection: Connection,
        world: World,
        *,
        batch_id: int,
        instruments: dict[str, int],
        curves: dict[str, int],
        now: np.datetime64,
    ) -> None:
        self._connection = connection
        self._world = world
        self._batch = batch_id
        self._instruments = instruments
        self._curves = curves
        self._now = now

    def run(self, progress: Progress) -> dict[str, int]:
        """Store everything and return the number of rows by table; ``progress`` hears of each part."""
        parts: tuple[tuple[float, str, Callable[[], int]], ...] = (
            (0.15, "Storing daily prices", self._price_bars),
            (0.25, "Storing hourly power prices", self._price_ticks),
            (0.35, "Storing forward curves", self._curve_points),
            (0.65, "Storing exchange rates", self._fx_rates),
            (0.75, "Storing weather", self._weather_observations),
            (0.85, "Storing load, wind and solar", self._power_system),
        )
        marks = MarkLoader(
            self._connection,
            self._world.marks,
            batch_id=self._batch,
            curves=self._curves,
            recorded=self._recorded,
        )
        parts += marks.parts()
        rows = {}
        for (share, sentence, store), table in zip(parts, FACT_TABLES, strict=True):
            progress(share, sentence)
            rows[table] = store()
        progress(0.93, "Counting rows for the query planner")
        for table in (*FACT_TABLES, "import_batches", "instruments"):
            self._connection.execute(text(f"ANALYZE {table}"))
        return rows

    def _recorded(self, days: NDArray[np.datetime64], kind: str) -> Moments:
        """Return when rows of ``days`` were recorded; nothing is recorded in the future."""
        after, minutes = RECORDED[kind]
        moments = (days.astype("datetime64[D]") + after).astype("datetime64[us]") + np.timedelta64(
            minutes, "m"
        )
        return np.minimum(moments, self._now)

    def _wrong(self, kind: str, code: str) -> list[Correction]:
        return [wrong for wrong in self._world.corrections if (wrong.kind, wrong.code) == (kind, code)]

    def _price_bars(self) -> int:
        world, batch = self._world, self._batch
        prices = ("open", "high", "low", "settle")
        with Copy(self._connection, "price_bars", BAR_COLUMNS) as copy:
            for code, bars in world.bars.items():
                key, factor = self._instruments[code], np.ones(len(bars.day))
                for wrong in self._wrong("daily", code):
                    at = bars.day == wrong.day
                    factor[at] = wrong.factor
                    right = {name: getattr(bars, name)[at] for name in (*prices, "volume")}
                    moment = self._recorded(bars.day[at], "correction")
                    copy.add(instrument_id=key, day=bars.day[at], recorded_at=moment, batch_id=batch, **right)
                first = {name: _scaled(getattr(bars, name), factor) for name in prices}
                moment = self._recorded(bars.day, "settle")
                copy.add(
                    instrument_id=key,
                    day=bars.day,
                    recorded_at=moment,
                    volume=bars.volume,
                    batch_id=batch,
                    **first,
                )
            for zone, (day, block) in world.peaks.items():
                values = {name: block[:, i] for i, name in enumerate(prices)}
                key, moment = self._instruments[f"POWER_{zone}_PEAK"], self._recorded(day, "auction")
                copy.add(
                    instrument_id=key, day=day, recorded_at=moment, volume=None, batch_id=batch, **values
                )
            spot, none = world.wti_spot, dict.fromkeys(("open", "high", "low", "volume"))
            key, moment = self._instruments["WTI_SPOT_EIA"], self._recorded(spot.day, "spot")
            copy.add(
                instrument_id=key, day=spot.day, recorded_at=moment, settle=spot.value, batch_id=batch, **none
            )
        return copy.rows

    def _price_ticks(self) -> int:
        world, hours = self._world, self._world.hours
        first, last = (hours.ts[i].astype(datetime).replace(tzinfo=UTC) for i in (0, -1))
        timeseries.ensure_partitions(self._connection, first, last)
        auction = self._recorded(hours.day, "auction")
        evening = (hours.hour >= EVENING[0]) & (hours.hour < EVENING[1])
        with Copy(self._connection, "price_ticks", TICK_COLUMNS) as copy:
            for column, zone in enumerate(ZONES):
                price, volume = world.price[:, column], world.volume[:, column]
                versions = [(np.ones(len(hours), dtype=bool), price, auction)]
                for wrong in self._wrong("hourly", zone.code):
                    day = hours.day == wrong.day
                    first_version = np.where(day & evening, np.round(price * wrong.factor, 2), price)
                    versions[0] = (versions[0][0], first_version, auction)
                    versions.append((day, price, self._recorded(hours.day, "correction")))
                for rows, value, moment in versions:
                    copy.add(
                        instrument_id=self._instruments[f"POWER_{zone.code}"],
                        ts=hours.ts[rows],
                        recorded_at=moment[rows],
                        day=hours.day[rows],
                        value=value[rows],
                        volume=volume[rows],
                        batch_id=self._batch,
                    )
        timeseries.roll_up(self._connection, self._batch)
        return copy.rows

    def _curve_points(self) -> int:
        world = self._world
        settle, corrected = (self._recorded(world.days, kind) for kind in ("settle", "correction"))
        with Copy(self._connection, "curve_points", CURVE_COLUMNS) as copy:
            for code, history in world.curves.items():
                factor = np.ones(len(world.days))
                for wrong in self._wrong("daily", code):
                    at = world.days == wrong.day
                    factor[at] = wrong.factor
                    self._copy_curve(copy, code, at, history.value, corrected)
                value = _scaled(history.value, factor[:, None])
                self._copy_curve(copy, code, history.published, value, settle)
        return copy.rows

    def _copy_curve(
        self, copy: Copy, code: str, rows: NDArray[np.bool_], value: NDArray[np.float64], recorded: Moments
    ) -> None:
        """Copy the days ``rows`` of curve ``code``, one block for each status of its nodes."""
        history, days = self._world.curves[code], self._world.days[rows]
        tenors = value.shape[1]
        flat = {
            "trade_date": np.repeat(days, tenors),
            "delivery": history.delivery[rows].astype("datetime64[D]").ravel(),
            "recorded_at": np.repeat(recorded[rows], tenors),
            "tenor": np.tile(np.arange(1, tenors + 1, dtype=np.int16), len(days)),
            "value": value[rows].ravel(),
        }
        status = history.status[rows].ravel()
        for number in np.unique(status):
            chosen = {name: column[status == number] for name, column in flat.items()}
            copy.add(curve_id=self._curves[code], status=STATUS[number], batch_id=self._batch, **chosen)

    def _fx_rates(self) -> int:
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
        return copy.rows

    def _weather_observations(self) -> int:
        daily, hours = self._world.daily, self._world.hours
        days = (daily.day.astype("datetime64[us]"), self._recorded(daily.day, "weather"))
        by_hour = (hours.ts, self._recorded(hours.day, "weather"))
        variables = (
            ("tavg_c", daily.mean, days),
            ("tmin_c", daily.low, days),
            ("tmax_c", daily.high, days),
            ("temp_c", self._world.temperature, by_hour),
            ("wind_ms", self._world.wind, by_hour),
        )
        with Copy(self._connection, "weather_observations", WEATHER_COLUMNS) as copy:
            for column, zone in enumerate(ZONES):
                for variable, values, (ts, recorded) in variables:
                    copy.add(
                        station=zone.station,
                        variable=variable,
                        ts=ts,
                        recorded_at=recorded,
                        value=np.round(values[:, column], 1),
                        source_code=DEMO,
                        batch_id=self._batch,
                    )
        return copy.rows

    def _power_system(self) -> int:
        hours = self._world.hours
        recorded, corrected = (self._recorded(hours.day, kind) for kind in ("system", "correction"))
        with Copy(self._connection, "power_system", SYSTEM_COLUMNS) as copy:
            for column, zone in enumerate(ZONES):
                values = {
                    f"{name}_mw": getattr(self._world.system, name)[:, column] for name in SYSTEM_VALUES
                }
                same: dict[str, str | int] = {"zone": zone.code, "source_code": DEMO, "batch_id": self._batch}
                for wrong in self._wrong("system", zone.code):
                    day = hours.day == wrong.day
                    right = {name: value[day] for name, value in values.items()}
                    copy.add(ts=hours.ts[day], recorded_at=corrected[day], **right, **same)
                    values["load_mw"] = _scaled(values["load_mw"], np.where(day, wrong.factor, 1.0))
                copy.add(ts=hours.ts, recorded_at=recorded, **values, **same)
                self._outlook(copy, column, same)
        return copy.rows

    def _outlook(self, copy: Copy, column: int, same: dict[str, str | int]) -> None:
        """Store the day-ahead forecasts as they came, before the gate of their day, that of the next day among them."""
        world = self._world
        for hours, system in ((world.hours, world.system), (world.hours_ahead, world.system_ahead)):
            forecasts = {f"{name}_mw": getattr(system, name)[:, column] for name in SYSTEM_FORECASTS}
            actual = dict.fromkeys(f"{name}_mw" for name in SYSTEM_ACTUALS)
            moment = self._recorded(hours.day, "outlook")
            copy.add(ts=hours.ts, recorded_at=moment, **actual, **forecasts, **same)


def _scaled(values: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``values`` times ``factor``, rounded only where the factor is not one."""
    return np.where(factor == 1.0, values, np.round(values * factor, 3))
