"""Returns above and below a target, apart.

API: ``partial_moments(returns, target) -> PartialMoments``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.domain.risk.performance.base import as_returns, ratio


@dataclass(frozen=True)
class PartialMoments:
    """Moments around a minimum acceptable return, all with divisor n; decimals of one period, None where undefined.

    Attributes
    ----------
    downside_deviation, upside_risk : float
        Root mean square of the shortfalls, and of the excesses.
    downside_potential, upside_potential : float
        Mean shortfall and mean excess.
    downside_frequency, upside_frequency : float
        Shares of returns below and above the target.
    kappa2 : float or None
        Mean excess over the downside deviation.
    omega_sharpe : float or None
        Mean excess less mean shortfall, over mean shortfall.
    volatility_skewness, variability_skewness : float or None
        Upside over downside variance, and risk.
    bernardo_ledoit : float or None
        Sum of gains over sum of losses, from 0.
    d_ratio : float or None
        Count times sum of losses over count times sum of gains, from 0.
    mean_absolute_deviation : float
        From the mean.
    """

    downside_deviation: float
    upside_risk: float
    downside_potential: float
    upside_potential: float
    downside_frequency: float
    upside_frequency: float
    kappa2: float | None
    omega_sharpe: float | None
    volatility_skewness: float | None
    variability_skewness: float | None
    bernardo_ledoit: float | None
    d_ratio: float | None
    mean_absolute_deviation: float


def partial_moments(returns: ArrayLike, target: float = 0.0) -> PartialMoments:
    """Return the moments of returns above and below a target.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Simple returns of one period each, decimals.
    target : float, default 0
        Minimum acceptable return of one period.

    Returns
    -------
    PartialMoments
        All figures.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    SeriesHasNaN
        A return is missing.
    BadParameter
        A return below -1.

    References
    ----------
    Bacon (2008), Practical Portfolio Performance Measurement and Attribution, 2nd ed., chapter 4.

    Examples
    --------
    >>> partial_moments([0.01, -0.01, 0.03, 0.01]).bernardo_ledoit
    5.0
    """
    values = as_returns(returns)
    above, below = np.maximum(values - target, 0.0), np.maximum(target - values, 0.0)
    up, down = float(above.mean()), float(below.mean())
    up2, down2 = float(np.mean(above**2)), float(np.mean(below**2))
    gains, losses = float(values[values > 0.0].sum()), float(-values[values < 0.0].sum())
    return PartialMoments(
        downside_deviation=float(np.sqrt(down2)),
        upside_risk=float(np.sqrt(up2)),
        downside_potential=down,
        upside_potential=up,
        downside_frequency=float(np.mean(values < target)),
        upside_frequency=float(np.mean(values > target)),
        kappa2=ratio(float(values.mean()) - target, float(np.sqrt(down2))),
        omega_sharpe=ratio(up - down, down),
        volatility_skewness=ratio(up2, down2),
        variability_skewness=ratio(float(np.sqrt(up2)), float(np.sqrt(down2))),
        bernardo_ledoit=ratio(gains, losses),
        d_ratio=ratio(float(np.sum(values < 0.0)) * losses, float(np.sum(values > 0.0)) * gains),
        mean_absolute_deviation=float(np.mean(np.abs(values - values.mean()))),
    )
