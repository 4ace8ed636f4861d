"""Load, wind and solar of six zones by hour, with day-ahead forecasts that miss by as much as real ones do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data.demo import shipped
from data.demo.calendar import Days, Hours, holidays, weekdays, year_fraction
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


def next_day(hours: Hours, ahead: Hours, system: System) -> System:
    """Return the forecasts of the day after the last one, as the last days let expect them; its outcome is not known.

    Load: the newest day of the same kind (working day, Saturday, Sunday or holiday) at least a week back, moved by how
    the last week differs from the one before. Wind: the last six hours, fading towards the mean within a day. Solar:
    the mean of the same hour on the last three days.
    """
    steps = np.arange(1, len(ahead) + 1)[:, None]
    same = _same_hours(hours, ahead, _day_like(ahead))
    week = system.load[-168:].mean(axis=0) / system.load[-336:-168].mean(axis=0)
    mean, recent = system.wind.mean(axis=0), system.wind[-6:].mean(axis=0)
    sunny = [_same_hours(hours, ahead, ahead.day[0] - back) for back in (1, 2, 3)]
    load = np.round(system.load[same] * week, 1)
    wind = np.round(mean + (recent - mean) * np.exp(-steps / 18.0), 1)
    solar: Floats = np.round(np.stack([system.solar[at] for at in sunny]).mean(axis=0), 1)
    nothing = np.full(load.shape, np.nan)
    return System(nothing, nothing, nothing, load, wind, solar)


def _kind(days: Days) -> NDArray[np.int64]:
    """Return 0 for working days, 1 for Saturdays, 2 for Sundays and holidays."""
    weekday = weekdays(days)
    free = (weekday == SUNDAY) | np.isin(days, np.array(holidays(), dtype="datetime64[D]"))
    kind: NDArray[np.int64] = np.where(free, 2, np.where(weekday == SATURDAY, 1, 0))
    return kind


def _day_like(ahead: Hours) -> np.datetime64:
    back = ahead.day[0] - np.arange(7, 36)
    alike = back[_kind(back) == _kind(ahead.day[:1])]
    found: np.datetime64 = alike[0] if len(alike) else back[0]
    return found


def _same_hours(hours: Hours, ahead: Hours, day: np.datetime64) -> NDArray[np.int64]:
    """Return the rows of ``day`` at the local hours of ``ahead``; of a missing hour the next one."""
    rows = np.flatnonzero(hours.day == day)
    found: NDArray[np.int64] = rows[np.minimum(np.searchsorted(hours.hour[rows], ahead.hour), len(rows) - 1)]
    return found


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
