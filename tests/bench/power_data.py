"""Public hourly power as prepared series, for the benchmark of forecasts: zones, what is known ahead, test windows."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from portal.domain.forecast.evaluation import Splits
from portal.domain.forecast.series import Ahead, Feature, Series
from portal.domain.forecast.targets import Target, TargetKind

HOURLY, LOCAL = "power_hourly.csv.gz", "power_hourly_local.csv.gz"
WINDOW = 24 * (1092 + 7)


@dataclass(frozen=True)
class Zone:
    """One benchmark: where its rows are, which columns are known before the auction, and the days of its test."""

    code: str
    timezone: str
    first_day: str
    test_from: str
    test_to: str
    known: tuple[str, ...] = ()
    local: bool = False
    published: tuple[tuple[str, float], ...] = ()


# The three with fundamentals and their test days are those of Lago et al. (2021).
ZONES = (
    Zone(
        "BE", "Europe/Brussels", "2011-01-09", "2015-01-04", "2016-12-31", ("gen_fc", "load_fc"), local=True
    ),
    Zone(
        "DE_AT_LU",
        "Europe/Berlin",
        "2012-01-09",
        "2016-01-04",
        "2017-12-31",
        ("load_fc", "wind_solar_fc"),
        local=True,
    ),
    Zone(
        "NP_SYS", "Europe/Oslo", "2013-01-01", "2016-12-27", "2018-12-24", ("load_fc", "wind_fc"), local=True
    ),
    Zone("FR", "Europe/Paris", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("NL", "Europe/Amsterdam", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("ES", "Europe/Madrid", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("DE_LU", "Europe/Berlin", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("DK1", "Europe/Copenhagen", "2019-01-02", "2022-12-31", "2023-12-30"),
)


def folder() -> Path | None:
    """Return the folder of the public data set, None where it is not there."""
    home = os.environ.get("ENERSCOPE_SHARED")
    place = (Path(home) if home else Path(__file__).resolve().parents[3] / "shared") / "data"
    return place if (place / HOURLY).exists() and (place / LOCAL).exists() else None


def load_zone(zone: Zone, place: Path) -> tuple[Series, Splits]:
    """Return the prices of a zone with 24 hours on every day, and one origin for each day of its test."""
    table = _local(zone, place) if zone.local else _from_utc(zone, place)
    table = table.loc[zone.first_day : f"{zone.test_to} 23:00"]
    stamp = table.index.to_numpy().astype("datetime64[s]")
    target = Target(
        TargetKind.POWER, zone.code, f"Day-ahead power {zone.code}", "EUR/MWh", zone.timezone, 24, (24, 168), 24,
        gate="12:00", window=WINDOW, feature_set="power",
    )  # fmt: skip
    series = Series(
        target,
        table["price"].to_numpy(),
        stamp,
        tuple(Feature(name, name, "MW", Ahead.SERVED) for name in zone.known),
        table[list(zone.known)].to_numpy() if zone.known else np.empty((0, 0)),
    )
    first = int(np.searchsorted(stamp, np.datetime64(zone.test_from)))
    return series, Splits(first=first, step=24, count=(len(stamp) - first) // 24, window=WINDOW)


def _local(zone: Zone, place: Path) -> pd.DataFrame:
    table = pd.read_csv(place / LOCAL, parse_dates=["ts_local"])
    return table[table["zone"] == zone.code].set_index("ts_local")


def _from_utc(zone: Zone, place: Path) -> pd.DataFrame:
    """Mean of the two autumn hours, the spring hour between its neighbours, as in the sets above."""
    table = pd.read_csv(place / HOURLY, parse_dates=["ts_utc"])
    table = table[table["zone"] == zone.code]
    utc = pd.DatetimeIndex(table["ts_utc"])
    utc = utc.tz_localize("UTC") if utc.tz is None else utc
    wall = utc.tz_convert(zone.timezone).tz_localize(None)
    price = pd.Series(table["price"].to_numpy(), index=wall).groupby(level=0).mean()
    hours = pd.date_range(zone.first_day, f"{zone.test_to} 23:00", freq="h")
    filled = price.reindex(hours).interpolate(limit=1)
    if filled.isna().any():
        raise SystemExit(f"{zone.code} has a gap at {filled.index[filled.isna()][0]}.")
    return pd.DataFrame({"price": filled})
