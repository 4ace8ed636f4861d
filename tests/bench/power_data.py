"""Public hourly power as prepared series, for the benchmark of forecasts: zones, what is known ahead, test days."""

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
SYSTEM_KNOWN = ("load_fc", "wind_fc", "solar_fc")
SYSTEM_FROM, SYSTEM_TEST_FROM, SYSTEM_TEST_TO = "2024-06-02", "2025-04-02", "2025-09-30"


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
    published_mae: float | None = None  # of the LEAR ensemble of Lago et al. (2021), quoted from memory


# The three with fundamentals and their test days are those of Lago et al. (2021).
ZONES = (
    Zone("BE", "Europe/Brussels", "2011-01-09", "2015-01-04", "2016-12-31", ("gen_fc", "load_fc"), True, 6.14),
    Zone(
        "DE_AT_LU", "Europe/Berlin", "2012-01-09", "2016-01-04", "2017-12-31", ("load_fc", "wind_solar_fc"), True, 3.61
    ),
    Zone("NP_SYS", "Europe/Oslo", "2013-01-01", "2016-12-27", "2018-12-24", ("load_fc", "wind_fc"), True, 1.74),
    Zone("FR", "Europe/Paris", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("NL", "Europe/Amsterdam", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("ES", "Europe/Madrid", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("DE_LU", "Europe/Berlin", "2019-01-02", "2020-01-02", "2020-12-30"),
    Zone("DK1", "Europe/Copenhagen", "2019-01-02", "2022-12-31", "2023-12-30"),
)  # fmt: skip


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


def load_system(kind: TargetKind, place: Path) -> tuple[Series, Splits, np.ndarray]:
    """Return load, wind or solar of DE_LU, an origin for each day of half a year, and the operators' own forecast."""
    table = _wall_clock(place, "DE_LU", "Europe/Berlin", ["load", "wind", "solar", *SYSTEM_KNOWN])
    table["solar_fc"] = table["solar_fc"].fillna(0.0)  # the source leaves nights empty
    table = table.loc[SYSTEM_FROM : f"{SYSTEM_TEST_TO} 23:00"].interpolate(limit=2)
    stamp = table.index.to_numpy().astype("datetime64[s]")
    target = Target(
        kind, "DE_LU", f"{kind.label} DE_LU", "MW", "Europe/Berlin", 24, (24, 168), 48, lead=24, positive=True,
        gate="12:00", window=WINDOW, feature_set="system",
    )  # fmt: skip
    known = tuple(Feature(name, name, "MW", Ahead.SERVED) for name in SYSTEM_KNOWN)
    series = Series(target, table[kind.value].to_numpy(), stamp, known, table[list(SYSTEM_KNOWN)].to_numpy())
    first = int(np.searchsorted(stamp, np.datetime64(SYSTEM_TEST_FROM))) - target.lead
    splits = Splits(first=first, step=24, count=(len(stamp) - first) // 24 - 1, window=WINDOW)
    steps = np.array(splits.origins)[:, None] + np.arange(target.horizon)
    return series, splits, table[f"{kind}_fc"].to_numpy()[steps]


def _local(zone: Zone, place: Path) -> pd.DataFrame:
    table = pd.read_csv(place / LOCAL, parse_dates=["ts_local"])
    return table[table["zone"] == zone.code].set_index("ts_local")


def _from_utc(zone: Zone, place: Path) -> pd.DataFrame:
    table = _wall_clock(place, zone.code, zone.timezone, ["price"])
    hours = table.loc[zone.first_day : f"{zone.test_to} 23:00"].interpolate(limit=1)
    if hours["price"].isna().any():
        raise SystemExit(f"{zone.code} has a gap at {hours.index[hours['price'].isna()][0]}.")
    return hours


def _wall_clock(place: Path, zone: str, timezone: str, columns: list[str]) -> pd.DataFrame:
    """Mean of the two autumn hours, an empty row for the spring hour and other gaps, as in the sets above."""
    table = pd.read_csv(place / HOURLY, parse_dates=["ts_utc"])
    table = table[table["zone"] == zone]
    utc = pd.DatetimeIndex(table["ts_utc"])
    utc = utc.tz_localize("UTC") if utc.tz is None else utc
    found = table[columns].set_index(utc.tz_convert(timezone).tz_localize(None)).groupby(level=0).mean()
    return found.reindex(pd.date_range(found.index[0].normalize(), found.index[-1], freq="h"))
