"""Temperature and wind at six stations: seasonal means with AR(1) residuals, correlated between stations."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter
from scipy.special import ndtr

from data.demo.calendar import Days, Hours, year_fraction
from data.demo.factors import Floats, autoregression
from data.demo.zones import TEMPERATURE_CORRELATION, WIND_CORRELATION, ZONES

WARMEST_DAY = 204.0
TREND_C_PER_YEAR = 0.06
DAILY_KEEP = 0.80
RESIDUAL_C = 3.2  # winter 3.9, summer 2.7
WIND_ROOTS = (0.970, 0.700)  # of the hourly AR(2): autocorrelation about .99 at one hour and .53 at 24
WIND_SEASON = 0.50  # amplitude in standard deviations, strongest in January
WEIBULL_SHAPE = 2.4
WEIBULL_MEAN = 0.8865  # of the distribution with scale one
STATION_SHARE = 0.72  # of the wind at hub height, at the ten metres of a station


@dataclass(frozen=True, slots=True)
class DailyWeather:
    """Daily weather of all stations, arrays of shape (days, stations): mean, lowest and highest temperature in C."""

    day: Days
    mean: Floats
    low: Floats
    high: Floats


def _seasonal(day: Days) -> Floats:
    """Return the cosine of the season, 1 on the warmest day and -1 half a year away, shape (days,)."""
    wave: Floats = np.cos(2.0 * np.pi * (year_fraction(day) - WARMEST_DAY) / 365.25)
    return wave


def daily_weather(day: Days, rng: np.random.Generator) -> DailyWeather:
    """Return ten years of daily temperatures; the spread of the residual is larger in winter."""
    wave = _seasonal(day)[:, None]
    noise = (
        rng.standard_normal((len(day), len(ZONES))) @ np.linalg.cholesky(np.array(TEMPERATURE_CORRELATION)).T
    )
    residual = RESIDUAL_C * autoregression(noise, DAILY_KEEP) * (1.02 - 0.18 * wave)
    years = (day - day[-1]).astype(float)[:, None] / 365.25
    base = np.array([zone.temperature_c for zone in ZONES]) + TREND_C_PER_YEAR * (years + 10.0)
    mean = base + np.array([zone.amplitude_c for zone in ZONES]) * wave + residual
    span = (4.2 + 1.3 * wave) * (1.0 + 0.25 * np.tanh(rng.standard_normal(mean.shape)))
    return DailyWeather(day, mean, mean - span, mean + span)


def wind_scores(hours: Hours, rng: np.random.Generator) -> Floats:
    """Return standard-normal scores of the wind, shape (hours, zones), windier in winter."""
    noise = (
        rng.standard_normal((len(hours) + 200, len(ZONES))) @ np.linalg.cholesky(np.array(WIND_CORRELATION)).T
    )
    slow, fast = WIND_ROOTS
    path = lfilter([1.0], [1.0, -(slow + fast), slow * fast], noise, axis=0)[200:]
    path /= path.std(axis=0)
    season = np.cos(2.0 * np.pi * (year_fraction(hours.day) - 20.0) / 365.25)[:, None]
    scores: Floats = np.sqrt(1.0 - WIND_SEASON**2 / 2.0) * path + WIND_SEASON * season
    return scores


def hub_wind(scores: Floats) -> Floats:
    """Return the wind at hub height in m/s, Weibull with each zone's mean; shape of ``scores``."""
    mean = np.array([zone.wind_speed_ms for zone in ZONES])
    quantile = (-np.log1p(-ndtr(np.clip(scores, -5.0, 5.0)))) ** (1.0 / WEIBULL_SHAPE)
    speed: Floats = mean / WEIBULL_MEAN * quantile
    return speed


def hourly_temperature(hours: Hours, daily: DailyWeather) -> Floats:
    """Return hourly temperature in C, shape (hours, stations): the daily means joined, coldest at 4, warmest at 15."""
    position = (hours.ts - daily.day[0].astype("datetime64[us]")).astype("timedelta64[s]").astype(
        float
    ) / 86_400.0
    at_noon = np.arange(len(daily.day)) + 0.5
    wave = np.cos(2.0 * np.pi * (hours.hour - 15.0) / 24.0)
    columns = [
        np.interp(position, at_noon, daily.mean[:, i])
        + wave * np.interp(position, at_noon, 0.5 * (daily.high[:, i] - daily.low[:, i]))
        for i in range(len(ZONES))
    ]
    return np.stack(columns, axis=1)
