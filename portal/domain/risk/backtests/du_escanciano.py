"""Du and Escanciano's tests of expected shortfall by cumulative violations.

API: ``tail_probability(pnl, var, es, p)``, ``cumulative_violations(probability, p)``, ``unconditional(violations, p)``,
``conditional(violations, p, lags)``.

A cumulative violation is 0 on quiet days and else says how deep in the tail of its own forecast the day was, between 0
(just beyond VaR) and 1. Its mean tests ES, its autocorrelation tests whether bad days come together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete, require_length
from portal.domain.risk.backtests.base import (
    LikelihoodRatio,
    check_probability,
    check_shortfalls,
    exceptions,
    likelihood_ratio,
)

LAGS = 5


@dataclass(frozen=True)
class MeanTest:
    """A test of a mean against the normal distribution.

    Attributes
    ----------
    statistic : float
        Standardised mean; above 0 when risk is understated.
    p_value : float
        Two-sided.
    p_understated : float
        One-sided, against the alternative that risk is understated.
    """

    statistic: float
    p_value: float
    p_understated: float


def tail_probability(pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D, p: float) -> FloatArray1D:
    """Probability that each forecast gave to a day as bad as it was, from VaR and ES alone.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var, es : array_like of shape (n,)
        VaR and ES forecasts made before that day, positive losses.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    ndarray of shape (n,)
        ``p exp(-(loss - var) / (es - var))`` on exceptions, the tail that has this VaR and this ES; 1 on other days,
        which the tests do not look at. A forecast with ES at or below VaR has no tail: 0 on its exceptions.

    Raises
    ------
    BadParameter
        ``p`` is not inside (0, 1).
    SeriesHasNaN
        A value is missing.
    LengthMismatch
        The lengths differ.

    Notes
    -----
    Models that know their whole distribution give its value at the P&L instead.
    """
    check_probability(p)
    made, forecast, shortfall = check_shortfalls(pnl, var, es)
    hits = exceptions(made, forecast)
    found = np.ones(len(made))
    excess, room = -made[hits] - forecast[hits], shortfall[hits] - forecast[hits]
    with np.errstate(over="ignore", under="ignore"):
        depth = np.divide(excess, room, out=np.full(len(room), np.inf), where=room > 0.0)
        found[hits] = p * np.exp(-depth)
    return found


def cumulative_violations(probability: FloatLike1D, p: float) -> FloatArray1D:
    """How deep in the tail of its forecast each day was.

    Parameters
    ----------
    probability : array_like of shape (n,)
        Probability that the forecast gave to a P&L at or below the one that came.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    ndarray of shape (n,)
        ``(p - u) / p`` where u is at most p, else 0; between 0 and 1.

    Raises
    ------
    BadParameter
        ``p`` is not inside (0, 1), or a probability is outside [0, 1].
    SeriesHasNaN
        A probability is missing.

    Examples
    --------
    >>> cumulative_violations([0.5, 0.005, 0.0], 0.01).tolist()
    [0.0, 0.5, 1.0]
    """
    check_probability(p)
    chance = as_vector(probability, "probabilities")
    require_complete(chance, "probabilities")
    bad = np.flatnonzero((chance < 0.0) | (chance > 1.0))
    if bad.size:
        raise BadParameter(
            f"The probability of observation {bad[0] + 1} is {chance[bad[0]]:g}; it must lie between 0 and 1.",
            name="probability",
            value=float(chance[bad[0]]),
        )
    return np.maximum(p - chance, 0.0) / p


def unconditional(violations: FloatArray1D, p: float) -> MeanTest:
    """Whether the mean cumulative violation is p / 2, as a right ES has it.

    Parameters
    ----------
    violations : ndarray of shape (n,)
        Cumulative violations.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    MeanTest
        Asymptotically standard normal.

    Raises
    ------
    InsufficientHistory
        There is no day.
    BadParameter
        ``p`` is not inside (0, 1).

    References
    ----------
    Du and Escanciano (2017), "Backtesting expected shortfall: accounting for tail risk", Management Science 63(4).
    """
    check_probability(p)
    require_length(violations, 1, "A backtest")
    deviation = np.sqrt(p * (1.0 / 3.0 - p / 4.0) / len(violations))
    statistic = float((np.mean(violations) - p / 2.0) / deviation)
    return MeanTest(statistic, float(2.0 * ndtr(-abs(statistic))), float(ndtr(-statistic)))


def conditional(violations: FloatArray1D, p: float, lags: int = LAGS) -> LikelihoodRatio:
    """Whether cumulative violations follow each other (Box-Pierce).

    Parameters
    ----------
    violations : ndarray of shape (n,)
        Cumulative violations, oldest first.
    p : float
        Probability of an exception that the model promises.
    lags : int, default 5
        Days back; never more than n - 1.

    Returns
    -------
    LikelihoodRatio
        ``n sum(rho_j^2)`` against chi-square with ``lags`` degrees of freedom. Without a violation there is nothing to
        follow: 0 with p value 1.

    Raises
    ------
    BadParameter
        ``p`` is not inside (0, 1), or ``lags`` is below 1.
    InsufficientHistory
        There is no day.

    References
    ----------
    Du and Escanciano (2017), "Backtesting expected shortfall: accounting for tail risk", Management Science 63(4).
    """
    check_probability(p)
    require_length(violations, 1, "A backtest")
    if lags < 1:
        raise BadParameter(
            f"The test of dependence needs at least 1 lag, not {lags}.", name="lags", value=lags
        )
    n = len(violations)
    used = min(lags, n - 1)
    centred = violations - p / 2.0
    base = float(np.mean(centred**2))
    if not used or not np.any(violations) or base == 0.0:
        return likelihood_ratio(0.0, used)
    rho = [float(np.mean(centred[j:] * centred[:-j])) / base for j in range(1, used + 1)]
    return likelihood_ratio(n * float(np.sum(np.square(rho))), used)
