"""Daily bars around a series of settles: open, high, low and volume that obey the laws of a bar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from data.demo.calendar import Days, weekdays
from data.demo.factors import Floats, autoregression

WEEKDAY_VOLUME = np.array([0.93, 1.03, 1.07, 1.05, 0.92, 0.5, 0.5])


@dataclass(slots=True)
class Bars:
    """Daily bars, all arrays of shape (days,); ``low <= open, settle <= high``."""

    day: Days
    open: Floats
    high: Floats
    low: Floats
    settle: Floats
    volume: Floats


def _round(values: Floats, tick: float) -> Floats:
    """Return ``values`` on the grid of ``tick``, never below one tick, as clean decimals."""
    digits = max(0, int(np.ceil(-np.log10(tick))) + (2 if tick in (0.25, 0.05, 0.005, 0.025) else 0))
    rounded: Floats = np.round(np.maximum(np.round(values / tick), 1.0) * tick, digits)
    return rounded


def round_to(values: Floats, tick: float) -> Floats:
    """Return ``values`` rounded to the price step ``tick``."""
    return _round(values, tick)


def build_bars(day: Days, settle: Floats, *, tick: float, lots: float, rng: np.random.Generator) -> Bars:
    """Return bars whose settles are ``settle`` rounded to ``tick``.

    The overnight gap is about a third of the day's move, and the range that of a random walk. Volume is log-normal and
    persistent, higher on days that move, lower on Mondays and Fridays and around Christmas.
    """
    count = len(day)
    moves = np.diff(np.log(settle), prepend=np.log(settle[0]))
    usual = np.sqrt(weighted_mean(np.square(moves), 0.94)) + 1e-4
    before = np.concatenate([settle[:1], settle[:-1]])
    opening = before * np.exp(0.35 * moves + 0.25 * usual * rng.standard_normal(count))
    reach = usual[:, None] * rng.exponential(0.42, (count, 2))
    body = np.stack([opening, settle])
    high = body.max(axis=0) * np.exp(reach[:, 0])
    low = body.min(axis=0) * np.exp(-reach[:, 1])
    opening, settle, high, low = (_round(part, tick) for part in (opening, settle, high, low))
    high, low = np.maximum.reduce([opening, settle, high]), np.minimum.reduce([opening, settle, low])
    activity = 0.25 * autoregression(rng.standard_normal(count), 0.9) + 0.15 * rng.standard_normal(count)
    surprise = np.clip(np.abs(moves) / usual, 0.0, 4.0)
    season = WEEKDAY_VOLUME[weekdays(day)] * np.where(_holiday_weeks(day), 0.45, 1.0)
    volume = np.maximum(np.round(lots * season * np.exp(activity + 0.18 * (surprise - 0.8))), 1.0)
    return Bars(day, opening, high, low, settle, volume)


def weighted_mean(values: Floats, keep: float) -> Floats:
    """Return the exponentially weighted mean of ``values`` along time, started at their overall mean."""
    smoothed: Floats = lfilter([1.0 - keep], [1.0, -keep], values, zi=[keep * values.mean()])[0]
    return smoothed


def _holiday_weeks(day: Days) -> NDArray[np.bool_]:
    """Tell which days lie between 22 December and 2 January."""
    in_year = (day - day.astype("datetime64[Y]")).astype(int)
    quiet: NDArray[np.bool_] = (in_year >= 355) | (in_year <= 1)
    return quiet
