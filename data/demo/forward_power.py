"""Power forwards of six zones: what gas and coal plants cost, seen through each zone's season and its own noise."""

from dataclasses import dataclass

import numpy as np

from data.demo.calendar import Days, listed
from data.demo.factors import Floats, Paths
from data.demo.forwards import KAPPA, TENORS, CurveHistory, interpolate_far, months_of, price_at, quoted_curve

GAS_EFFICIENCY, GAS_TCO2 = 0.50, 0.202  # per MWh of gas burnt
COAL_EFFICIENCY, COAL_TCO2, COAL_MWH_PER_T = 0.38, 0.340, 6.978
GAS_WEIGHT, COAL_WEIGHT, FIXED_EUR = 0.55, 0.30, 3.0


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """One zone: ``ratio`` to the plant cost by year, ``season`` by month (mean one), ``quoted`` tenors."""

    zone: str
    season: tuple[float, ...]
    ratio: tuple[tuple[int, float], ...]
    quoted: int = 18


POWER_CURVES = (
    PowerCurve(
        "DE_LU",
        (1.19, 1.13, 0.97, 0.86, 0.83, 0.87, 0.90, 0.93, 1.00, 1.03, 1.15, 1.14),
        ((2016, 0.97), (2020, 1.02), (2022, 1.18), (2024, 1.00), (2026, 0.98)),
        24,
    ),
    PowerCurve(
        "FR",
        (1.37, 1.24, 1.01, 0.76, 0.71, 0.76, 0.83, 0.82, 0.93, 1.07, 1.25, 1.25),
        ((2016, 1.12), (2020, 1.06), (2022, 1.50), (2024, 0.80), (2026, 0.72)),
        24,
    ),
    PowerCurve(
        "NL",
        (1.18, 1.12, 0.98, 0.88, 0.84, 0.88, 0.91, 0.93, 1.00, 1.02, 1.13, 1.13),
        ((2016, 1.08), (2020, 1.05), (2022, 1.15), (2024, 1.00), (2026, 0.97)),
    ),
    PowerCurve(
        "BE",
        (1.22, 1.14, 0.98, 0.84, 0.80, 0.83, 0.88, 0.91, 0.98, 1.06, 1.18, 1.18),
        ((2016, 1.12), (2020, 1.04), (2022, 1.20), (2024, 0.92), (2026, 0.93)),
    ),
    PowerCurve(
        "ES",
        (1.20, 1.06, 0.92, 0.79, 0.78, 0.91, 1.02, 1.03, 1.06, 1.05, 1.09, 1.09),
        ((2016, 1.15), (2020, 1.06), (2022, 0.85), (2024, 0.74), (2026, 0.68)),
        12,
    ),
    PowerCurve(
        "DK1",
        (1.20, 1.12, 0.96, 0.86, 0.83, 0.87, 0.89, 0.93, 1.01, 1.04, 1.15, 1.14),
        ((2016, 0.80), (2020, 0.85), (2022, 1.05), (2024, 0.90), (2026, 0.90)),
    ),
)


def plant_cost(contracts_paths: tuple[Floats, Floats, Floats], usd_per_eur: Floats) -> Floats:
    """Return the blend of gas and coal cost, EUR/MWh of power, from gas EUR/MWh, coal USD/t and carbon EUR/t."""
    gas, coal, carbon = contracts_paths
    burnt_gas = (gas + GAS_TCO2 * carbon) / GAS_EFFICIENCY
    burnt_coal = (coal / usd_per_eur[:, None] / COAL_MWH_PER_T + COAL_TCO2 * carbon) / COAL_EFFICIENCY
    return FIXED_EUR + GAS_WEIGHT * burnt_gas + COAL_WEIGHT * burnt_coal


def build_power_curves(days: Days, paths: Paths, usd_per_eur: Floats) -> dict[str, CurveHistory]:
    """Return the monthly base-load curve of each zone, keyed by curve code such as ``POWER_DE_LU``."""
    contracts = listed("month-end", days, TENORS)
    cost = plant_cost(tuple(price_at(code, contracts, paths) for code in ("TTF", "API2", "EUA")), usd_per_eur)  # type: ignore[arg-type]  # three curves
    month = months_of(contracts.delivery)
    years = days.astype("datetime64[D]").astype(np.float64) / 365.25 + 1970.0
    market = np.exp(-KAPPA["POWER"] * contracts.years) * paths.column("POWER")[:, None]
    curves = {}
    for zone in POWER_CURVES:
        own = np.exp(-KAPPA[f"P_{zone.zone}"] * contracts.years) * paths.column(f"P_{zone.zone}")[:, None]
        season = np.array(zone.season) / np.mean(zone.season)
        ratio = np.interp(years, [year for year, _ in zone.ratio], [value for _, value in zone.ratio])
        # Levels, not logs: the cost is a sum, and the zone's noise is euros around it.
        value = cost * ratio[:, None] * season[month - 1] * np.maximum(1.0 + np.sinh(market + own), 0.25)
        history = quoted_curve(f"POWER_{zone.zone}", contracts, value)
        interpolate_far(history, tuple(np.log(season)), zone.quoted)
        curves[history.code] = history
    return curves
