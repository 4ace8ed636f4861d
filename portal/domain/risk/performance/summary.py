"""Growth, volatility and the ratios of the two.

API: ``summarise(returns, ...) -> ReturnSummary``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.risk.performance.base import PERIODS, annual_growth, as_returns, ratio, wealth


@dataclass(frozen=True)
class ReturnSummary:
    """Figures of a series of returns; decimals, ratios without unit, None where one does not exist.

    Attributes
    ----------
    n : int
        Returns.
    total_return, cagr : float
        Growth over all periods, and of a year.
    annual_volatility, downside_risk : float
        Sample deviation (divisor n - 1), and root mean square of the returns below the free rate (divisor n); both
        times the root of the periods in a year.
    sharpe, sortino : float or None
        Arithmetic mean excess return of a year over each of the two.
    omega : float or None
        Sum of gains over sum of losses, beyond the free rate.
    skewness, excess_kurtosis : float or None
        Corrected for bias; None for fewer than 3 and 4 returns, or without variation.
    tail_ratio : float or None
        Size of the 95th percentile over that of the 5th.
    stability : float or None
        Share of the variance of cumulative log returns that a straight line explains.
    hit_rate : float
        Share of positive returns.
    profit_factor : float or None
        Sum of gains over sum of losses, from 0.
    """

    n: int
    total_return: float
    cagr: float | None
    annual_volatility: float
    downside_risk: float
    sharpe: float | None
    sortino: float | None
    omega: float | None
    skewness: float | None
    excess_kurtosis: float | None
    tail_ratio: float | None
    stability: float | None
    hit_rate: float
    profit_factor: float | None


def summarise(
    returns: ArrayLike, *, periods_per_year: float = PERIODS, rf_per_period: float = 0.0
) -> ReturnSummary:
    """Return growth, volatility and ratios.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Simple returns of one period each, decimals, oldest first.
    periods_per_year : float, default 252
        Periods in a year.
    rf_per_period : float, default 0
        Free rate of one period; also the target of Sortino and omega.

    Returns
    -------
    ReturnSummary
        All figures.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    SeriesHasNaN
        A return is missing.
    BadParameter
        A return below -1, or ``periods_per_year`` not positive.

    References
    ----------
    Sharpe (1994), "The Sharpe ratio", J. Portfolio Management 21. Sortino and Price (1994), J. Investing 3.

    Examples
    --------
    >>> found = summarise([0.02, -0.01, 0.015, -0.005], periods_per_year=12)
    >>> round(found.sharpe, 6), found.hit_rate
    (1.176697, 0.5)
    """
    values = as_returns(returns, periods_per_year)
    excess, root = values - rf_per_period, float(np.sqrt(periods_per_year))
    flat = float(np.ptp(values)) == 0.0
    sd = 0.0 if flat else float(np.std(values, ddof=1))
    downside = float(np.sqrt(np.mean(np.minimum(excess, 0.0) ** 2)))
    mean = float(excess.mean())
    standard = None if flat else (values - values.mean()) / np.std(values)
    return ReturnSummary(
        n=len(values),
        total_return=float(wealth(values)[-1] - 1.0),
        cagr=annual_growth(values, periods_per_year),
        annual_volatility=sd * root,
        downside_risk=downside * root,
        sharpe=ratio(mean * root, sd),
        sortino=ratio(mean * root, downside),
        omega=_gains_over_losses(excess),
        skewness=_skewness(standard),
        excess_kurtosis=_kurtosis(standard),
        tail_ratio=ratio(abs(float(np.percentile(values, 95))), abs(float(np.percentile(values, 5)))),
        stability=_stability(values),
        hit_rate=float(np.mean(values > 0.0)),
        profit_factor=_gains_over_losses(values),
    )


def _gains_over_losses(values: FloatArray1D) -> float | None:
    return ratio(float(np.maximum(values, 0.0).sum()), float(-np.minimum(values, 0.0).sum()))


def _skewness(standard: FloatArray1D | None) -> float | None:
    if standard is None or len(standard) < 3:
        return None
    n = len(standard)
    return float(np.mean(standard**3)) * float(np.sqrt(n * (n - 1.0))) / (n - 2.0)


def _kurtosis(standard: FloatArray1D | None) -> float | None:
    if standard is None or len(standard) < 4:
        return None
    n = len(standard)
    raw = float(np.mean(standard**4)) - 3.0
    return (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * raw + 6.0)


def _stability(values: FloatArray1D) -> float | None:
    if float(values.min()) <= -1.0:
        return None
    path = np.cumsum(np.log1p(values))
    line = np.arange(len(path)) - 0.5 * (len(path) - 1)
    centred = path - path.mean()
    explained, whole = float(line @ centred) ** 2 / float(line @ line), float(centred @ centred)
    return ratio(explained, whole)
