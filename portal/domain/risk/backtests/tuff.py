"""Time until first failure (Kupiec): did the first exception come too early or too late?

API: ``time_until_first_failure(positions, n, p)``.
"""

import numpy as np

from portal.core.arrays import IntArray1D
from portal.domain.risk.backtests.base import (
    LikelihoodRatio,
    check_count,
    check_probability,
    likelihood_ratio,
)
from portal.domain.risk.backtests.durations import wait_ratio, waits


def time_until_first_failure(positions: IntArray1D, n: int, p: float) -> LikelihoodRatio:
    """Kupiec's likelihood ratio of the day of the first exception.

    Parameters
    ----------
    positions : ndarray of shape (k,), int
        Positions of the exceptions from 0, ascending.
    n : int
        Days of the backtest.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    LikelihoodRatio
        Chi-square with 1 degree of freedom. Without an exception the wait is cut off at ``n`` quiet days, whose
        likelihood is ``(1 - p)^n`` against 1. The test is weak: it looks at one day.

    Raises
    ------
    BadParameter
        More exceptions than days, or ``p`` not inside (0, 1).

    References
    ----------
    Kupiec (1995), "Techniques for verifying the accuracy of risk measurement models", J. Derivatives 3(2).

    Examples
    --------
    >>> round(time_until_first_failure(np.array([0]), 250, 0.01).statistic, 6)
    9.21034
    """
    check_count(len(positions), n)
    check_probability(p)
    if not len(positions):
        return likelihood_ratio(-2.0 * n * float(np.log1p(-p)), 1)
    return likelihood_ratio(float(wait_ratio(waits(positions)[:1], p)[0]), 1)
