"""The seasonal profile of a price: what each month is worth against the year around it, and how firm that is.

API: ``monthly_series(days, values)``, ``season_profile(days, values, kind, method) -> SeasonProfile``,
``seasonal_strength(decomposition)``.

Each month's mean is set against the trend around it, so that a dear year and a cheap one can be compared: as a ratio
where prices are positive, else as a difference.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D, FloatLike1D, IntArray1D
from portal.domain.market.decomposition import (
    Decomposition,
    DecompositionKind,
    decompose_classically,
    decompose_stl,
)
from portal.domain.market.seasonality import MONTHS, year_overlay
from portal.domain.market.series import require_length


class Method(StrEnum):
    """How trend and season are told apart."""

    CLASSICAL = "classical"  # centred average of twelve months
    STL = "stl"  # loess, robust against single wild months


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SeasonProfile:
    """The season of a price; effects are factors (1 is the trend) when multiplicative, else in the price's unit.

    Attributes
    ----------
    kind : DecompositionKind
        Multiplicative for positive prices, additive otherwise.
    method : Method
        How the trend was found.
    months : ndarray of shape (n,), datetime64[M]
        Neighbouring months that were used.
    means : ndarray of shape (n,)
        Mean price of each of them, in the unit of the price.
    parts : Decomposition
        Trend, season and remainder of the means.
    effects : ndarray of shape (n_years, 12)
        Month against trend, January first, a row a year; NaN where there is no trend.
    years : ndarray of shape (n_years,), int
        Calendar years of the rows.
    figure : ndarray of shape (12,)
        Seasonal effect of each month, January first.
    low, high : ndarray of shape (12,)
        Smallest and largest effect of each month.
    count : ndarray of shape (12,), int
        Number of years behind each month.
    strength : float
        Seasonal strength, 0 (none) to 1 (all).
    """

    kind: DecompositionKind
    method: Method
    months: DateArray1D
    means: FloatArray1D
    parts: Decomposition
    effects: FloatArray2D
    years: IntArray1D
    figure: FloatArray1D
    low: FloatArray1D
    high: FloatArray1D
    count: IntArray1D
    strength: float


def monthly_series(days: DateArray1D, values: FloatLike1D) -> tuple[DateArray1D, FloatArray1D]:
    """Monthly means of a daily series: the newest stretch of months without a hole.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days, any order.
    values : array_like of shape (n,)
        Values; NaN where missing.

    Returns
    -------
    tuple of ndarray
        Months of shape (m,), datetime64[M], and their means in the unit of the values; both empty without a value.
    """
    table = year_overlay(days, values, by="month")
    flat = table.values.ravel()
    known = np.flatnonzero(np.isfinite(flat))
    if not known.size:
        return np.array([], dtype="datetime64[M]"), np.array([])
    holes = np.flatnonzero(np.diff(known) > 1)
    start = known[holes[-1] + 1] if holes.size else known[0]
    first = np.datetime64(f"{table.years[0]:04d}-01", "M")
    return first + np.arange(start, known[-1] + 1), flat[start : known[-1] + 1]


def season_profile(
    days: DateArray1D,
    values: FloatLike1D,
    kind: DecompositionKind | str,
    method: Method | str = Method.CLASSICAL,
) -> SeasonProfile:
    """Take the season out of a daily price.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days, any order.
    values : array_like of shape (n,)
        Prices, in one unit; positive when multiplicative.
    kind : DecompositionKind
        Additive or multiplicative.
    method : Method, default classical
        Centred twelve-month average, or robust STL (of the logarithm when multiplicative).

    Returns
    -------
    SeasonProfile
        Profile, parts and strength.

    Raises
    ------
    InsufficientHistory
        Fewer than 24 neighbouring months.
    NonPositivePrices
        Multiplicative season of a month at or below zero.

    References
    ----------
    Hyndman and Athanasopoulos, Forecasting: Principles and Practice, chapters on decomposition and its features.
    """
    kind, method = DecompositionKind(kind), Method(method)
    months, means = monthly_series(days, values)
    require_length(means, 2 * MONTHS, "A season, which is taken from neighbouring months,")
    parts = _decompose(means, kind, method)
    against = means - parts.trend if kind is DecompositionKind.ADDITIVE else means / parts.trend
    position = months.astype(np.int64) % MONTHS
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    years = np.unique(year)
    effects = np.full((len(years), MONTHS), np.nan)
    effects[np.searchsorted(years, year), position] = against
    figure = np.roll(parts.figure, int(position[0]))
    known = np.isfinite(effects)
    return SeasonProfile(
        kind, method, months, means, parts, effects, years, figure,
        np.nanmin(effects, axis=0), np.nanmax(effects, axis=0), known.sum(axis=0).astype(np.int64),
        seasonal_strength(parts),
    )  # fmt: skip


def seasonal_strength(parts: Decomposition) -> float:
    """Share of the movement around the trend that the season explains.

    Parameters
    ----------
    parts : Decomposition
        Multiplicative parts are compared as logarithms.

    Returns
    -------
    float
        ``max(0, 1 - var(remainder) / var(season + remainder))``; 0 when nothing moves around the trend.

    References
    ----------
    Wang, Smith and Hyndman (2006), "Characteristic-based clustering for time series data", DMKD 13(3).
    """
    season, rest = parts.seasonal, parts.remainder
    if parts.kind is DecompositionKind.MULTIPLICATIVE:
        season, rest = np.log(season), np.log(rest)
    known = np.isfinite(rest)
    together = float(np.var(season[known] + rest[known]))
    if together <= 0.0:
        return 0.0
    return max(0.0, 1.0 - float(np.var(rest[known])) / together)


def _decompose(means: FloatArray1D, kind: DecompositionKind, method: Method) -> Decomposition:
    if method is Method.CLASSICAL:
        return decompose_classically(means, MONTHS, kind)
    if kind is DecompositionKind.ADDITIVE:
        return decompose_stl(means, MONTHS, robust=True)
    log = decompose_stl(_logarithm(means), MONTHS, robust=True)
    return Decomposition(
        kind,
        MONTHS,
        np.exp(log.figure),
        np.exp(log.trend),
        np.exp(log.seasonal),
        np.exp(log.remainder),
        log.weights,
    )


def _logarithm(means: FloatArray1D) -> FloatArray1D:
    if not np.all(means > 0.0):
        decompose_classically(means, MONTHS, DecompositionKind.MULTIPLICATIVE)  # refuses, naming the month
    logs: FloatArray1D = np.log(means)
    return logs
