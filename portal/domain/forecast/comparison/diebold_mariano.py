"""Diebold-Mariano: is the mean difference of losses more than chance.

API: ``DieboldMariano``, ``diebold_mariano``, ``difference_variance``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN

LEAST = 4  # origins; fewer say nothing


@dataclass(frozen=True)
class DieboldMariano:
    """Outcome of the test.

    Attributes
    ----------
    statistic : float
        Positive when the second forecast is better.
    p_value : float
        Of equal accuracy, against either being better.
    p_better : float
        Of equal accuracy, against the second being better.
    mean_gain : float
        Mean loss of the first less that of the second, in the unit of the losses.
    n : int
        Pairs of losses.
    lags : int
        Autocovariances in the variance.
    bartlett : bool
        Whether falling weights were taken, because the plain sum of autocovariances was not positive.
    """

    statistic: float
    p_value: float
    p_better: float
    mean_gain: float
    n: int
    lags: int
    bartlett: bool


def diebold_mariano(first: ArrayLike, second: ArrayLike, *, horizon: int = 1) -> DieboldMariano:
    """Compare two series of losses with the small-sample factor of Harvey, Leybourne and Newbold and t(n - 1).

    Parameters
    ----------
    first, second : array_like of shape (n,)
        Losses of both forecasts of the same values, oldest first, such as squared or absolute errors.
    horizon : int
        Steps ahead in units of the spacing of the losses: ``horizon - 1`` autocovariances enter the variance, since
        forecasts that overlap share their errors.

    Returns
    -------
    DieboldMariano
        Statistic and p-values; 0 and 1 when both forecasts are the same.

    Raises
    ------
    LengthMismatch
        The losses differ in number.
    InsufficientHistory
        Fewer than ``LEAST`` pairs, or not more than the horizon.
    SeriesHasNaN
        A loss is missing.
    BadParameter
        The horizon is below 1.

    References
    ----------
    Diebold and Mariano (1995), J. Business and Economic Statistics 13; Harvey, Leybourne and Newbold (1997), Int. J.
    Forecasting 13.
    """
    gain = paired_difference(first, second)
    n = len(gain)
    if horizon < 1:
        raise BadParameter("A forecast is at least one step ahead.", name="horizon", value=horizon)
    need = max(LEAST, horizon + 1)
    if n < need:
        raise InsufficientHistory(
            f"The Diebold-Mariano test needs at least {need} origins for this horizon, not {n}; evaluate more.",
            have=n,
            need=need,
        )
    mean = float(gain.mean())
    variance, bartlett = difference_variance(gain, horizon - 1)
    if variance <= 0.0:  # all differences are equal
        certain = 0.0 if mean > 0.0 else 1.0
        statistic = float(np.copysign(np.inf, mean)) if mean else 0.0
        return DieboldMariano(statistic, 0.0 if mean else 1.0, certain, mean, n, horizon - 1, bartlett)
    factor = (n + 1.0 - 2.0 * horizon + horizon * (horizon - 1.0) / n) / n
    statistic = mean / np.sqrt(variance / n) * np.sqrt(factor)
    return DieboldMariano(
        statistic=float(statistic),
        p_value=float(2.0 * stdtr(n - 1, -abs(statistic))),
        p_better=float(stdtr(n - 1, -statistic)),
        mean_gain=mean,
        n=n,
        lags=horizon - 1,
        bartlett=bartlett,
    )


def paired_difference(first: ArrayLike, second: ArrayLike) -> FloatArray1D:
    """Return first less second, checked.

    Parameters
    ----------
    first, second : array_like of shape (n,)
        Losses.

    Returns
    -------
    ndarray of shape (n,)
        Differences.

    Raises
    ------
    LengthMismatch
        The losses differ in number.
    SeriesHasNaN
        A loss is missing.
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != two.shape or one.ndim != 1:
        raise LengthMismatch(
            f"Losses are compared in pairs, but there are {one.size} and {two.size}.",
            first=one.size,
            second=two.size,
        )
    missing = ~(np.isfinite(one) & np.isfinite(two))
    if missing.any():
        raise SeriesHasNaN(
            "A loss is missing; compare the origins that both forecasts have.",
            position=int(missing.argmax()),
        )
    return one - two


def difference_variance(gain: FloatArray1D, lags: int) -> tuple[float, bool]:
    """Long-run variance of differences of losses.

    Parameters
    ----------
    gain : ndarray of shape (n,)
        Differences.
    lags : int
        Autocovariances on either side.

    Returns
    -------
    tuple of float and bool
        The variance with equal weights; when that is not positive, with the falling weights of Bartlett, and True.
    """
    apart = gain - gain.mean()
    n = len(gain)
    covariances = np.array([apart[lag:] @ apart[: n - lag] / n for lag in range(lags + 1)])
    plain = float(covariances[0] + 2.0 * covariances[1:].sum())
    tiny = 1e-14 * float(np.max(np.abs(gain), initial=0.0)) ** 2
    if plain > tiny or lags == 0:
        return (plain if plain > tiny else 0.0), False
    weights = 1.0 - np.arange(1, lags + 1) / (lags + 1.0)
    falling = float(covariances[0] + 2.0 * weights @ covariances[1:])
    return (falling if falling > tiny else 0.0), True
