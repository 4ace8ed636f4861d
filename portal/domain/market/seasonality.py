"""Seasonality of daily series: the figure of the months, years laid over each other, and degree days.

API: ``monthly_figure(days, values, kind)``, ``year_overlay(days, values, by)``, ``degree_days(tmin, tmax)`` and
``mean_degree_days(mean)``. Decompositions into trend, season and remainder are in ``decomposition``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D, FloatLike1D, IntArray1D
from portal.domain.market.decomposition import DecompositionKind, decompose_classically
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, label, require_same_length

MONTHS = 12
DAYS_IN_LEAP_YEAR = 366


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class YearOverlay:
    """Years laid over each other.

    Attributes
    ----------
    years : ndarray of shape (n_years,), int
        Calendar years, oldest first.
    columns : ndarray of shape (n_columns,), int
        Day of the leap year 1 to 366 (29 February is 60, 1 March is 61 in every year), or month 1 to 12.
    values : ndarray of shape (n_years, n_columns)
        Last known value of the day, or mean of the month; NaN where there is none.
    """

    years: IntArray1D
    columns: IntArray1D
    values: FloatArray2D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class DegreeDays:
    """Heating and cooling demand of each day, in degrees; sums are in degree days."""

    hdd: FloatArray1D
    cdd: FloatArray1D

    @property
    def hdd_total(self) -> float:
        """Sum of the heating degree days that are known."""
        return float(np.nansum(self.hdd))

    @property
    def cdd_total(self) -> float:
        """Sum of the cooling degree days that are known."""
        return float(np.nansum(self.cdd))


def monthly_figure(
    days: DateArray1D, values: FloatLike1D, kind: DecompositionKind | str = DecompositionKind.ADDITIVE
) -> FloatArray1D:
    """Seasonal effect of each calendar month, from a daily series of monthly means.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days, any order, gaps allowed.
    values : array_like of shape (n,)
        Values; NaN where missing.
    kind : DecompositionKind
        Additive: in the unit of the values, sum 0. Multiplicative: factors, mean 1.

    Returns
    -------
    ndarray of shape (12,)
        January first.

    Raises
    ------
    InsufficientHistory
        Fewer than two years of months.
    SeriesHasNaN
        A month between the first and the last has no value.
    NonPositivePrices
        Multiplicative figure of a month at or below zero.
    """
    months, means = _monthly_means(days, values)
    first_month = int(months[0].astype(np.int64)) % MONTHS if len(months) else 0
    figure = decompose_classically(means, MONTHS, kind).figure
    return np.roll(figure, first_month)


def year_overlay(days: DateArray1D, values: FloatLike1D, by: str = "day") -> YearOverlay:
    """Lay the years of a daily series over each other.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days, any order.
    values : array_like of shape (n,)
        Values; NaN where missing.
    by : str, default day
        ``day`` (last value of each day) or ``month`` (mean of each month).

    Returns
    -------
    YearOverlay
        One row a year. Days keep their place across leap years, so that 1 March stands under 1 March.

    Raises
    ------
    BadParameter
        ``by`` is something else.
    LengthMismatch
        Days and values differ in length.
    """
    if by not in {"day", "month"}:
        raise BadParameter(f"Lay years over each other by day or month, not by {by!r}.", name="by", value=by)
    if by == "month":
        months, means = _monthly_means(days, values)
        year, column = _year_of(months), months.astype(np.int64) % MONTHS + 1
        return _table(year, column, means, MONTHS)
    vector, stamps = as_vector(values, "values"), np.asarray(days).astype("datetime64[D]")
    require_same_length(vector, stamps, "values and days")
    known = np.isfinite(vector)
    order = np.argsort(stamps[known], kind="stable")
    stamps, vector = stamps[known][order], vector[known][order]
    return _table(_year_of(stamps), _leap_day(stamps), vector, DAYS_IN_LEAP_YEAR)


def degree_days(
    tmin: FloatLike1D, tmax: FloatLike1D, *, base_hdd: float = 18.0, base_cdd: float = 18.0
) -> DegreeDays:
    """Heating and cooling degree days from daily extremes.

    Parameters
    ----------
    tmin, tmax : array_like of shape (n,)
        Lowest and highest temperature of each day, in one scale; NaN where missing.
    base_hdd, base_cdd : float, default 18.0
        Base temperatures in the same scale: 18 for Celsius; US contracts use 65 F.

    Returns
    -------
    DegreeDays
        ``max(0, base - mean)`` and ``max(0, mean - base)`` with the mean of the two extremes; NaN where one is missing.

    Raises
    ------
    LengthMismatch
        The arrays differ in length.
    BadParameter
        A day's lowest temperature is above its highest.

    Examples
    --------
    >>> degree_days([-3.0, 19.0], [5.0, 31.0]).hdd
    array([17.,  0.])
    """
    low, high = as_vector(tmin, "lowest temperatures"), as_vector(tmax, "highest temperatures")
    require_same_length(low, high, "lowest and highest temperatures")
    crossed = np.flatnonzero(low > high)
    if crossed.size:
        first = int(crossed[0])
        raise BadParameter(
            f"The lowest temperature at {label(first, None)} ({low[first]:g}) is above the highest ({high[first]:g}); "
            "the columns may be swapped.",
            name="tmin", value=float(low[first]), position=first,
        )  # fmt: skip
    return mean_degree_days((low + high) / 2.0, base_hdd=base_hdd, base_cdd=base_cdd)


def mean_degree_days(mean: FloatLike1D, *, base_hdd: float = 18.0, base_cdd: float = 18.0) -> DegreeDays:
    """Heating and cooling degree days from daily mean temperatures.

    Parameters
    ----------
    mean : array_like of shape (n,)
        Mean temperature of each day; NaN where missing.
    base_hdd, base_cdd : float, default 18.0
        Base temperatures in the same scale.

    Returns
    -------
    DegreeDays
        Never negative; NaN where the mean is missing.
    """
    vector = as_vector(mean, "mean temperatures")
    return DegreeDays(np.maximum(base_hdd - vector, 0.0), np.maximum(vector - base_cdd, 0.0))


def _monthly_means(days: DateArray1D, values: FloatLike1D) -> tuple[DateArray1D, FloatArray1D]:
    """Mean of each month from the first to the last with a value; NaN for months without."""
    vector = as_vector(values, "values")
    require_same_length(vector, days, "values and days")
    known = np.isfinite(vector)
    if not known.any():
        return np.array([], dtype="datetime64[M]"), np.array([])
    stamps = np.asarray(days)[known].astype("datetime64[M]")
    index = (stamps - stamps.min()).astype(np.int64)
    counts = np.bincount(index)
    sums = np.bincount(index, weights=vector[known])
    means = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return stamps.min() + np.arange(len(means)), means


def _year_of(stamps: DateArray1D) -> IntArray1D:
    years: IntArray1D = stamps.astype("datetime64[Y]").astype(np.int64) + 1970
    return years


def _leap_day(stamps: DateArray1D) -> IntArray1D:
    """Day of the year counted as if every year had a 29 February."""
    month = stamps.astype("datetime64[M]")
    day = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    starts = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])
    place: IntArray1D = starts[month.astype(np.int64) % MONTHS] + day + 1
    return place


def _table(year: IntArray1D, column: IntArray1D, values: FloatArray1D, width: int) -> YearOverlay:
    years = np.unique(year)
    table = np.full((len(years), width), np.nan)
    table[np.searchsorted(years, year), column - 1] = values
    return YearOverlay(years, np.arange(1, width + 1), table)
