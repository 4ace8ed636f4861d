"""Correlated shocks with changing volatility, fat tails and jumps, summed into mean-reverting factor paths."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from data.demo.calendar import Days
from data.demo.catalogue import CORRELATIONS, FACTORS

Floats = NDArray[np.float64]

TRADING_DAYS = 252.0
DEGREES = 6.0  # of the Student distribution of the shocks
VOLATILITY_HALF_LIFE = 25.0  # trading days
VOLATILITY_SPREAD = 0.32  # standard deviation of the log volatility

# When a market was far more nervous than usual: group, first day, last day, multiple of the usual volatility.
NERVOUS = (
    ("oil", date(2020, 3, 5), date(2020, 5, 20), 3.6),
    ("oil", date(2022, 2, 24), date(2022, 4, 30), 1.9),
    ("gas-eu", date(2021, 9, 15), date(2022, 12, 31), 1.9),
    ("gas-us", date(2021, 9, 15), date(2023, 2, 15), 1.5),
    ("coal", date(2021, 9, 15), date(2022, 10, 31), 2.2),
    ("carbon", date(2022, 2, 24), date(2022, 4, 15), 1.8),
)


@dataclass(frozen=True, slots=True)
class Paths:
    """Factor values of shape (days, factors), in logs; ``index`` finds the column of a factor."""

    values: Floats
    index: dict[str, int]

    def column(self, code: str) -> Floats:
        """Return the path of factor ``code``, shape (days,)."""
        path: Floats = self.values[:, self.index[code]]
        return path


def autoregression(noise: Floats, keep: float) -> Floats:
    """Return the stationary AR(1) ``x[t] = keep x[t-1] + sqrt(1 - keep^2) noise[t]`` along the first axis."""
    driven = noise * np.sqrt(1.0 - keep * keep)
    driven[0] = noise[0]
    filtered: Floats = lfilter([1.0], [1.0, -keep], driven, axis=0)
    return filtered


def correlation_matrix() -> Floats:
    """Return the correlation of all factor shocks, made positive definite by lifting small eigenvalues."""
    codes = [factor.code for factor in FACTORS]
    matrix = np.eye(len(codes))
    for (left, right), value in CORRELATIONS.items():
        i, j = codes.index(left), codes.index(right)
        matrix[i, j] = matrix[j, i] = value
    roots, vectors = np.linalg.eigh(matrix)
    lifted = (vectors * np.maximum(roots, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    result: Floats = lifted / np.outer(scale, scale)
    return result


def volatility(days: Days, group: str, rng: np.random.Generator) -> Floats:
    """Return the volatility multiple of ``group`` on each day; its mean square is one."""
    keep = 0.5 ** (1.0 / VOLATILITY_HALF_LIFE)
    level = np.exp(VOLATILITY_SPREAD * autoregression(rng.standard_normal(len(days)), keep))
    for name, first, last, multiple in NERVOUS:
        if name == group:
            level[(days >= np.datetime64(first)) & (days <= np.datetime64(last))] *= multiple
    scaled: Floats = level / np.sqrt(np.mean(np.square(level)))
    return scaled


def _jumps(days: int, per_year: float, rng: np.random.Generator) -> Floats:
    """Return jumps of unit variance per day on average: rare, two-sided, with exponential sizes."""
    happens = rng.random(days) < per_year / TRADING_DAYS
    size = rng.exponential(1.0, days) * rng.choice((-1.0, 1.0), days)
    unit: Floats = happens * size * np.sqrt(TRADING_DAYS / per_year / 2.0)
    return unit


def shocks(days: Days, rng: np.random.Generator) -> Floats:
    """Return daily shocks of shape (days, factors), each column with mean zero and unit variance in the sample."""
    count = len(days)
    normal = rng.standard_normal((count, len(FACTORS)))
    normal -= normal.mean(axis=0)
    whitened = np.linalg.solve(np.linalg.cholesky(np.cov(normal, rowvar=False)), normal.T).T
    mixed = whitened @ np.linalg.cholesky(correlation_matrix()).T
    groups = {name: volatility(days, name, rng) for name in sorted({factor.group for factor in FACTORS})}
    tails = {name: np.sqrt((DEGREES - 2.0) / rng.chisquare(DEGREES, count)) for name in groups}
    for column, factor in enumerate(FACTORS):
        mixed[:, column] *= groups[factor.group] * tails[factor.group]
        if factor.jumps:
            jumps = _jumps(count, factor.jumps, rng) * np.sqrt(groups[factor.group])
            share = factor.jump_share
            mixed[:, column] = np.sqrt(1.0 - share) * mixed[:, column] + np.sqrt(share) * jumps
    mixed -= mixed.mean(axis=0)
    unit: Floats = mixed / mixed.std(axis=0)
    return unit


def simulate(days: Days, rng: np.random.Generator) -> Paths:
    """Return the paths of all factors over ``days``, started from their stationary spread where they have one."""
    moves = shocks(days, rng)
    values = np.empty_like(moves)
    for column, factor in enumerate(FACTORS):
        step = factor.sigma / np.sqrt(TRADING_DAYS)
        keep = np.exp(-factor.kappa / TRADING_DAYS)
        start = rng.standard_normal() * (
            factor.sigma / np.sqrt(2.0 * factor.kappa) if factor.kappa >= 1.0 else 0.0
        )
        driven = step * moves[:, column]
        driven[0] += start
        values[:, column] = lfilter([1.0], [1.0, -keep], driven)
    return Paths(values, {factor.code: column for column, factor in enumerate(FACTORS)})
