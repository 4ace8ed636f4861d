"""Decomposition of a series into trend, season and remainder: classical, and STL.

API: ``decompose_classically(y, period, kind)``, ``decompose_stl(y, period, ...)``, both giving a `Decomposition`.

They follow R's ``decompose`` and ``stl`` (same windows, same rounding), so that published figures are met. One default
differs where statsmodels asks for it: the low-pass window of an odd cycle is two observations longer.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter, NonPositivePrices
from portal.domain.market.series import as_vector, label, require_complete, require_length


class DecompositionKind(StrEnum):
    """How trend, season and remainder make up the series."""

    ADDITIVE = "additive"
    MULTIPLICATIVE = "multiplicative"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Decomposition:
    """A series taken apart.

    Attributes
    ----------
    kind : DecompositionKind
        Additive parts add up to the series, multiplicative ones multiply to it.
    period : int
        Observations in a cycle.
    figure : ndarray of shape (period,)
        Effect of each position in the cycle, the first belonging to the first observation.
    trend, seasonal, remainder : ndarray of shape (n,)
        Parts; NaN where a moving average does not reach (classical decomposition only).
    weights : ndarray of shape (n,)
        Robustness weights of STL in [0, 1]; ones elsewhere.
    """

    kind: DecompositionKind
    period: int
    figure: FloatArray1D
    trend: FloatArray1D
    seasonal: FloatArray1D
    remainder: FloatArray1D
    weights: FloatArray1D


def decompose_classically(
    y: FloatLike1D, period: int, kind: DecompositionKind | str = DecompositionKind.ADDITIVE
) -> Decomposition:
    """Split a series by a centred moving average and the mean of each position in the cycle.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series of at least two cycles; positive when multiplicative.
    period : int
        Observations in a cycle, at least 2.
    kind : DecompositionKind
        Additive or multiplicative.

    Returns
    -------
    Decomposition
        The figure has mean 0 (additive) or 1 (multiplicative); the trend is NaN for half a cycle at each end.

    Raises
    ------
    InsufficientHistory
        Fewer than two cycles.
    NonPositivePrices
        Multiplicative decomposition of a value at or below zero.
    BadParameter
        ``period`` below 2.
    SeriesHasNaN
        A value is missing.

    References
    ----------
    Kendall and Stuart (1983), The Advanced Theory of Statistics, vol. 3; R ``decompose``.
    """
    kind = DecompositionKind(kind)
    series = _cyclic(y, period, "A classical decomposition")
    if kind is DecompositionKind.MULTIPLICATIVE:
        _require_positive(series)
    trend = _centred_average(series, period)
    detrended = series - trend if kind is DecompositionKind.ADDITIVE else series / trend
    position = np.arange(len(series)) % period
    raw = np.array([np.nanmean(detrended[position == i]) for i in range(period)])
    figure = raw - raw.mean() if kind is DecompositionKind.ADDITIVE else raw / raw.mean()
    seasonal = figure[position]
    remainder = detrended - seasonal if kind is DecompositionKind.ADDITIVE else detrended / seasonal
    return Decomposition(kind, period, figure, trend, seasonal, remainder, np.ones_like(series))


def decompose_stl(
    y: FloatLike1D,
    period: int,
    *,
    seasonal_window: int | None = None,
    trend_window: int | None = None,
    low_pass_window: int | None = None,
    robust: bool = False,
    seasonal_degree: int = 0,
) -> Decomposition:
    """Split a series by loess (STL), with R's defaults.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series of at least two cycles.
    period : int
        Observations in a cycle, at least 2.
    seasonal_window : int, optional
        Loess window over the cycles, odd, at least 3; None is "periodic": each position has one value.
    trend_window, low_pass_window : int, optional
        Loess windows, odd; by default R's: next odd of 1.5 period / (1 - 1.5 / seasonal window), and of the period.
    robust : bool, default False
        Weigh outliers down: 1 inner and 15 outer passes instead of 2 and 0.
    seasonal_degree : int, default 0
        Degree of the seasonal loess, 0 or 1.

    Returns
    -------
    Decomposition
        Additive, without NaN.

    Raises
    ------
    InsufficientHistory
        Fewer than two cycles.
    BadParameter
        A window is even or too small, or ``period`` is below 2.
    SeriesHasNaN
        A value is missing.

    References
    ----------
    Cleveland, Cleveland, McRae and Terpenning (1990), "STL: a seasonal-trend decomposition procedure based on loess",
    Journal of Official Statistics 6(1).
    """
    from statsmodels.tsa.seasonal import STL

    series = _cyclic(y, period, "STL")
    periodic = seasonal_window is None
    season = 10 * len(series) + 1 if seasonal_window is None else seasonal_window
    trend = _next_odd(np.ceil(1.5 * period / (1.0 - 1.5 / season))) if trend_window is None else trend_window
    low = _next_odd(period) if low_pass_window is None else low_pass_window
    for name, window in (("seasonal_window", season), ("trend_window", trend), ("low_pass_window", low)):
        if window < 3 or window % 2 == 0:
            raise BadParameter(
                f"The {name} of STL must be odd and at least 3, not {window}.", name=name, value=window
            )
    fit = STL(
        series, period=period, seasonal=season, trend=trend, low_pass=max(low, period + 1 + period % 2),
        seasonal_deg=0 if periodic else seasonal_degree, trend_deg=1, low_pass_deg=1, robust=robust,
        seasonal_jump=int(np.ceil(season / 10)), trend_jump=int(np.ceil(trend / 10)),
        low_pass_jump=int(np.ceil(low / 10)),
    ).fit(inner_iter=1 if robust else 2, outer_iter=15 if robust else 0)  # fmt: skip
    position = np.arange(len(series)) % period
    seasonal = np.asarray(fit.seasonal, dtype=np.float64)
    if periodic:
        seasonal = np.array([seasonal[position == i].mean() for i in range(period)])[position]
    smooth = np.asarray(fit.trend, dtype=np.float64)
    return Decomposition(
        DecompositionKind.ADDITIVE, period, seasonal[:period].copy(), smooth, seasonal, series - smooth - seasonal,
        np.asarray(fit.weights, dtype=np.float64),
    )  # fmt: skip


def _cyclic(y: FloatLike1D, period: int, what: str) -> FloatArray1D:
    """Check a series for a decomposition."""
    if period < 2:
        raise BadParameter(f"A cycle has at least 2 observations, not {period}.", name="period", value=period)
    series = as_vector(y, "values")
    require_length(series, 2 * period, f"{what} with a cycle of {period}")
    require_complete(series, "values")
    return series


def _require_positive(series: FloatArray1D) -> None:
    bad = np.flatnonzero(series <= 0.0)
    if bad.size:
        first = int(bad[0])
        raise NonPositivePrices(
            f"A multiplicative decomposition does not exist for this series: {label(first, None)} is "
            f"{series[first]:g}, which is not positive. Use the additive one.",
            position=first, price=float(series[first]),
        )  # fmt: skip


def _centred_average(series: FloatArray1D, period: int) -> FloatArray1D:
    """Moving average over a whole cycle; an even cycle gives half weight to both ends."""
    weights = np.ones(period) if period % 2 else np.concatenate([[0.5], np.ones(period - 1), [0.5]])
    half = len(weights) // 2
    trend = np.full(len(series), np.nan)
    trend[half : len(series) - half] = np.convolve(series, weights / period, mode="valid")
    return trend


def _next_odd(value: float) -> int:
    """R's rule: round, then up to the next odd number."""
    rounded = int(np.rint(value))
    return rounded + 1 - rounded % 2
