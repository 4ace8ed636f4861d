"""Hourly day-ahead power prices in levels: a slow level times a shape that residual load and the market draw.

The price of an hour is ``level(day) x Q(score)``. The level follows the zone's front-month forward. The score mixes
residual load, correlated market noise and the zone's usual hour and weekend shape; ``Q`` turns standard-normal scores
into multiples of the mean that include negative ones. Scarcity evenings are added on a few days a year.
"""

import numpy as np
from scipy.special import ndtri

from data.demo.calendar import Days, Hours
from data.demo.factors import Floats, autoregression
from data.demo.zones import MARKET_CORRELATION, SCORES, ZONES, Zone

FLOOR_EUR, CAP_EUR = -500.0, 4000.0  # of the coupled day-ahead auction
MARKET_KEEP = 0.955  # an hour; a third over a day
SCARCE_DAYS = 8  # a year, somewhere in Europe
SHAPE_ROUNDS = 8
SLOW_HOURS, SLOW_TAKEN = (
    45 * 24,
    0.8,
)  # the level has the season already, so most of the slow residual load is taken out
PEAK_HOURS = (8, 20)  # local hours of the peak block, Monday to Friday


def market_scores(count: int, rng: np.random.Generator) -> Floats:
    """Return what moves prices besides residual load, standard normal, shape (hours, zones)."""
    mix = np.linalg.cholesky(np.array(MARKET_CORRELATION)).T
    slow = autoregression(rng.standard_normal((count, len(ZONES))), MARKET_KEEP) @ mix
    quick = autoregression(rng.standard_normal((count, len(ZONES))), 0.6) @ mix
    scores: Floats = np.sqrt(0.85) * slow + np.sqrt(0.15) * quick
    return scores


def _unit(values: Floats) -> Floats:
    unit: Floats = (values - values.mean()) / values.std()
    return unit


def _slow(values: Floats) -> Floats:
    """Return the centred moving mean of hourly ``values`` over :data:`SLOW_HOURS`, shorter at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    first, last = np.maximum(at - SLOW_HOURS // 2, 0), np.minimum(at + SLOW_HOURS // 2, len(values))
    mean: Floats = (total[last] - total[first]) / (last - first)
    return mean


def _multiples(zone: Zone, score: Floats) -> Floats:
    """Return ``Q`` of ``score``, ranked first so that the distribution is exactly that of the zone."""
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(len(score))
    normal = ndtri((rank + 0.5) / len(score))
    value = np.interp(normal, SCORES, zone.multiples)
    relative: Floats = value / value.mean()
    return relative


def _hour_targets(zone: Zone, hours: Hours) -> Floats:
    """Return the wanted mean multiple of each of the 48 classes (24 hours of working days, then of weekends)."""
    free = hours.weekday >= 5
    share = free.mean()
    working = 1.0 / (1.0 - share + share * zone.weekend)
    shape = np.array(zone.hours) / np.mean(zone.hours)
    return np.concatenate([working * shape, working * zone.weekend * shape])


def relative_prices(zone: Zone, hours: Hours, residual: Floats, market: Floats) -> Floats:
    """Return prices of one zone as multiples of their mean, shape (hours,), with the zone's hour and weekend shape."""
    group = hours.hour + 24 * (hours.weekday >= 5)
    size = np.bincount(group, minlength=48)
    target = _hour_targets(zone, hours)
    score = (
        zone.driver * _unit(residual - SLOW_TAKEN * _slow(residual)) + np.sqrt(1.0 - zone.driver**2) * market
    )
    value = _multiples(zone, score)
    for _ in range(SHAPE_ROUNDS):
        gap = target - np.bincount(group, weights=value, minlength=48) / size
        score = score + (gap / value.std())[group]
        value = _multiples(zone, score)
    return value


def _scarcity(hours: Hours, residual: Floats, rng: np.random.Generator) -> Floats:
    """Return euros added on scarcity evenings, shape (hours, zones): tight, cold, calm days, shared by neighbours."""
    total = np.zeros((len(hours), len(ZONES)))
    day = (hours.day - hours.day[0]).astype(int)
    days = int(day[-1]) + 1
    mean = np.bincount(day, weights=residual[:, 0]) / np.bincount(day)
    odds = np.exp(2.2 * _unit(mean))
    shared = rng.choice(days, size=max(1, days * SCARCE_DAYS // 365), replace=False, p=odds / odds.sum())
    bump = np.exp(-0.5 * np.square((hours.hour - 17.8) / 1.6)) + 0.35 * np.exp(
        -0.5 * np.square((hours.hour - 8.2) / 1.2)
    )
    peak = np.minimum(160.0 + rng.pareto(1.6, len(shared)) * 140.0, 1_400.0)
    for column, zone in enumerate(ZONES):
        reached = rng.random(len(shared)) < zone.spikes / SCARCE_DAYS
        height = np.zeros(days)
        height[shared] = reached * peak * rng.uniform(0.7, 1.3, len(shared))
        total[:, column] = bump * height[day] * (0.35 if zone.code == "ES" else 1.0)
    return total


def power_prices(hours: Hours, residual: Floats, level: Floats, rng: np.random.Generator) -> Floats:
    """Return day-ahead prices in EUR/MWh, shape (hours, zones), rounded to cents.

    ``level`` is the slow mean price of each zone by hour, EUR/MWh, shape (hours, zones).
    """
    market = market_scores(len(hours), rng)
    relative = np.stack(
        [relative_prices(zone, hours, residual[:, i], market[:, i]) for i, zone in enumerate(ZONES)], axis=1
    )
    price: Floats = level * relative + _scarcity(hours, residual, rng)
    rounded: Floats = price.clip(FLOOR_EUR, CAP_EUR).round(2)
    return rounded


def daily_levels(hours: Hours, days: Days, fronts: Floats) -> Floats:
    """Return the slow level by hour, shape (hours, zones): the front-month price, mean of 20 trading days."""
    window = np.ones(20) / 20.0
    smooth = np.stack([np.convolve(column, window)[: len(column)] for column in fronts.T], axis=1)
    at = np.clip(np.searchsorted(days, hours.day, side="left") - 1, 20, len(days) - 1)
    levels: Floats = smooth[at]
    return levels


def peak_bars(hours: Hours, price: Floats) -> tuple[Days, Floats]:
    """Return the days with a peak block and (days, 4) of its open, high, low and mean price in EUR/MWh."""
    first, end = PEAK_HOURS
    peak = (hours.hour >= first) & (hours.hour < end) & (hours.weekday < 5)
    block = price[peak].reshape(-1, end - first)
    day = hours.day[peak][:: end - first]
    return day, np.stack(
        [block[:, 0], block.max(axis=1), block.min(axis=1), np.round(block.mean(axis=1), 2)], axis=1
    )
