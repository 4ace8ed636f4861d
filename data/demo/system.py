"""Load, wind and solar of six zones by hour, with day-ahead forecasts that miss by as much as real ones do."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from data.demo import shipped
from data.demo.calendar import Hours, holidays, year_fraction
from data.demo.factors import Floats, autoregression
from data.demo.zones import LOAD_MONTHS, ZONES

SATURDAY, SUNDAY = 5, 6
LOAD_NOISE = 0.035  # of the mean, lasting days
# Standard deviation of the forecast miss over the mean (Germany: wind 1,912, load 2,482 MW; solar from its MAE).
LOAD_MISS, WIND_MISS, SOLAR_MISS = 0.046, 0.130, 0.085


@dataclass(frozen=True, slots=True)
class System:
    """Hourly volumes in MW, arrays of shape (hours, zones), and the day-ahead forecasts of each."""

    load: Floats
    wind: Floats
    solar: Floats
    load_fc: Floats
    wind_fc: Floats
    solar_fc: Floats

    @property
    def residual(self) -> Floats:
        """Load less wind and solar, MW."""
        return self.load - self.wind - self.solar


def _column(name: str) -> Floats:
    return np.array([getattr(zone, name) for zone in ZONES], dtype=np.float64)


def load_mw(hours: Hours, temperature: Floats, rng: np.random.Generator) -> Floats:
    """Return demand: standard load profiles, the season, heating below 15 C, and noise that lasts days."""
    free = (hours.weekday == SUNDAY) | np.isin(hours.day, np.array(holidays(), dtype="datetime64[D]"))
    kind = np.where(free, 1, np.where(hours.weekday == SATURDAY, 0, 2))
    shape = shipped.load_profile()[hours.hour, hours.month - 1, kind]
    middle = np.arange(-1, 13) * 30.4375 + 15.2
    months = np.interp(year_fraction(hours.day), middle, [LOAD_MONTHS[-1], *LOAD_MONTHS, LOAD_MONTHS[0]])
    noise = autoregression(rng.standard_normal((len(hours), len(ZONES))), 0.985)
    load = (shape * months)[:, None] + LOAD_NOISE * noise
    cold = np.maximum(15.0 - temperature, 0.0)
    demand: Floats = _column("load_mw") * load / load.mean(axis=0) + _column("heating_mw") * (
        cold - cold.mean(axis=0)
    )
    return demand


def wind_mw(speed: Floats) -> Floats:
    """Return wind output from the wind at hub height, through the power curve of a fleet."""
    output = np.interp(speed, *shipped.fleet_curve())
    scaled: Floats = output / output.mean(axis=0) * _column("wind_mw")
    return scaled


def _elevation(hours: Hours) -> Floats:
    """Return the sine of the sun's height at the middle of each hour, shape (hours, zones)."""
    day = year_fraction(hours.day)
    tilt = np.deg2rad(23.44) * np.sin(2.0 * np.pi * (day - 80.0) / 365.25)
    clock = (hours.ts - hours.ts.astype("datetime64[D]")).astype("timedelta64[s]").astype(
        float
    ) / 3600.0 + 0.5
    angle = np.deg2rad(15.0 * (clock[:, None] - 12.0) + _column("longitude"))
    latitude = np.deg2rad(_column("latitude"))
    sine: Floats = np.sin(latitude) * np.sin(tilt)[:, None] + np.cos(latitude) * np.cos(tilt)[
        :, None
    ] * np.cos(angle)
    return sine


def solar_mw(hours: Hours, rng: np.random.Generator) -> Floats:
    """Return solar output: the sun's height times a cloudiness that lasts about a day."""
    height = np.maximum(_elevation(hours), 0.0)
    scores = autoregression(rng.standard_normal((len(hours), len(ZONES))), 0.965)
    clear = 0.35 + 0.65 * ndtr(0.2 + 1.1 * scores)
    output = height**1.05 * clear
    scaled: Floats = output / output.mean(axis=0) * _column("solar_mw")
    return scaled


def build_system(hours: Hours, temperature: Floats, speed: Floats, rng: np.random.Generator) -> System:
    """Return the hourly system of all zones; forecasts are the outcome plus an error that lasts some hours."""
    load, wind, solar = load_mw(hours, temperature, rng), wind_mw(speed), solar_mw(hours, rng)

    def miss(size: float, keep: float) -> Floats:
        return size * autoregression(rng.standard_normal(load.shape), keep)

    load_fc = load + _column("load_mw") * miss(LOAD_MISS, 0.9)
    wind_fc = np.maximum(
        wind + _column("wind_mw") * miss(WIND_MISS, 0.93) * np.sqrt(wind / wind.mean(axis=0)), 0.0
    )
    solar_fc = np.maximum(solar * (1.0 + miss(SOLAR_MISS, 0.93)), 0.0)
    return System(*(np.round(part, 1) for part in (load, wind, solar, load_fc, wind_fc, solar_fc)))
