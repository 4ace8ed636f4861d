"""What follows from given GARCH parameters in closed form: updates, long-run level, half-life, term structure.

API: ``update_garch_variance``, ``long_run_variance``, ``half_life``, ``mean_reverting_variance``,
``variance_term_structure(...) -> VarianceTermStructure``.

The asymmetric term ``gamma`` counts half of its weight, as for any distribution that is symmetric around zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class VarianceTermStructure:
    """Variance by horizon; variances are in the squared unit of the returns.

    Attributes
    ----------
    horizons : tuple of int
        Days ahead, from 1.
    variance_at_h : ndarray of shape (k,)
        Expected variance of day h alone.
    cumulative_variance : ndarray of shape (k,)
        Expected variance of the whole return from now to day h.
    sqrt_time_ratio : ndarray of shape (k,)
        Volatility of the h-day return against the square-root-of-time scaling of tomorrow's; 1 when both agree.
    half_life_days : float or None
        Days until half of the distance to the long-run variance is gone; None if it never is.
    long_run_variance : float or None
        Level that the forecasts go to; None if there is none.
    """

    horizons: tuple[int, ...]
    variance_at_h: FloatArray1D
    cumulative_variance: FloatArray1D
    sqrt_time_ratio: FloatArray1D
    half_life_days: float | None
    long_run_variance: float | None


def persistence(alpha: float, beta: float, gamma: float = 0.0) -> float:
    """Share of a variance shock that is left after one day.

    Parameters
    ----------
    alpha, beta, gamma : float
        Weights of the last squared return, of the last variance, and of the last squared negative return.

    Returns
    -------
    float
        ``alpha + gamma / 2 + beta``.
    """
    return alpha + 0.5 * gamma + beta


def long_run_variance(omega: float, kept: float) -> float | None:
    """Level that the variance returns to.

    Parameters
    ----------
    omega : float
        Constant of the recursion.
    kept : float
        Persistence.

    Returns
    -------
    float or None
        ``omega / (1 - kept)``; None when a shock never dies out (``kept >= 1``).
    """
    return omega / (1.0 - kept) if kept < 1.0 else None


def half_life(kept: float) -> float | None:
    """Days until half of a variance shock is gone.

    Parameters
    ----------
    kept : float
        Persistence.

    Returns
    -------
    float or None
        ``ln 0.5 / ln kept``; None outside of (0, 1).
    """
    return float(np.log(0.5) / np.log(kept)) if 0.0 < kept < 1.0 else None


def update_garch_variance(
    variance: float, ret: float, *, omega: float, alpha: float, beta: float, gamma: float = 0.0
) -> float:
    """Tomorrow's variance after one more return.

    Parameters
    ----------
    variance : float
        Variance that was forecast for the day of the return.
    ret : float
        The return (less its mean).
    omega, alpha, beta, gamma : float
        Parameters of the recursion.

    Returns
    -------
    float
        ``omega + (alpha + gamma [ret < 0]) ret^2 + beta variance``.
    """
    return omega + (alpha + gamma * (ret < 0.0)) * ret * ret + beta * variance


def mean_reverting_variance(
    current: float, *, long_run: float, kept: float, days: FloatLike1D
) -> FloatArray1D:
    """Expected variance some days after today's.

    Parameters
    ----------
    current : float
        Variance of day 0.
    long_run : float
        Long-run variance.
    kept : float
        Persistence.
    days : array_like of shape (k,)
        Days ahead.

    Returns
    -------
    ndarray of shape (k,)
        ``long_run + kept^t (current - long_run)``.

    References
    ----------
    Hull, Options, Futures, and Other Derivatives, chapter on estimating volatilities and correlations.
    """
    return long_run + kept ** as_vector(days, "days") * (current - long_run)


def variance_term_structure(
    next_variance: float,
    horizons: Sequence[int],
    *,
    omega: float,
    alpha: float,
    beta: float,
    gamma: float = 0.0,
) -> VarianceTermStructure:
    """Forecast the variance of each horizon from tomorrow's variance and the parameters.

    Parameters
    ----------
    next_variance : float
        Variance of day 1, positive.
    horizons : sequence of int
        Days ahead, at least 1 each.
    omega, alpha, beta, gamma : float
        Parameters of GARCH(1,1), or of GJR-GARCH with ``gamma``.

    Returns
    -------
    VarianceTermStructure
        Closed form; also for a persistence of 1 or more, where no long-run level exists.

    Raises
    ------
    BadParameter
        A horizon below 1 or a variance that is not positive.

    Examples
    --------
    >>> variance_term_structure(2.0, [1, 2], omega=0.1, alpha=0.1, beta=0.8).cumulative_variance
    array([2. , 3.9])
    """
    days = [int(h) for h in horizons]
    if min(days, default=1) < 1:
        raise BadParameter(
            f"A forecast horizon is 1 day or more, not {min(days)}.", name="horizons", value=min(days)
        )
    if not next_variance > 0.0:
        raise BadParameter(
            f"The next variance must be positive, not {next_variance:g}.",
            name="next_variance",
            value=next_variance,
        )
    kept = persistence(alpha, beta, gamma)
    path = np.empty(max(days, default=1))
    variance = float(next_variance)
    for h in range(len(path)):
        path[h] = variance
        variance = omega + kept * variance
    return term_structure_of(path, days, half_life(kept), long_run_variance(omega, kept))


def term_structure_of(
    path: FloatArray1D, horizons: Sequence[int], half_life_days: float | None, long_run: float | None
) -> VarianceTermStructure:
    """Read the horizons off a path of daily variances.

    Parameters
    ----------
    path : ndarray of shape (n,)
        Expected variance of day 1 to day n.
    horizons : sequence of int
        Days ahead, 1 to n.
    half_life_days, long_run : float or None
        Carried over into the result.

    Returns
    -------
    VarianceTermStructure
        Values at the horizons.
    """
    at = np.asarray(horizons, dtype=np.int64) - 1
    cumulative = np.cumsum(path)[at]
    ratio = np.sqrt(cumulative / ((at + 1) * path[0]))
    return VarianceTermStructure(
        tuple(int(h) for h in horizons), path[at], cumulative, ratio, half_life_days, long_run
    )
