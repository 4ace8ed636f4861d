"""Time between failures (Haas's mixed Kupiec test): do the waits between exceptions have the promised length?

API: ``time_between_failures(positions, n, p)``.
"""

from dataclasses import dataclass

from portal.core.arrays import IntArray1D
from portal.domain.risk.backtests.base import (
    LikelihoodRatio,
    check_count,
    check_probability,
    likelihood_ratio,
)
from portal.domain.risk.backtests.durations import wait_ratio, waits
from portal.domain.risk.backtests.pof import proportion_of_failures


@dataclass(frozen=True)
class TimeBetweenFailures:
    """Both forms of the test of waits.

    Attributes
    ----------
    independence : LikelihoodRatio
        Sum over the waits, chi-square with as many degrees of freedom as exceptions.
    mixed : LikelihoodRatio
        Plus the proportion of failures, one degree more.
    """

    independence: LikelihoodRatio
    mixed: LikelihoodRatio


def time_between_failures(positions: IntArray1D, n: int, p: float) -> TimeBetweenFailures:
    """Likelihood ratio of every wait up to an exception, alone and with the proportion of failures.

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
    TimeBetweenFailures
        Both statistics. Without an exception there is no wait: independence is 0 with p value 1.

    Raises
    ------
    BadParameter
        More exceptions than days, or ``p`` not inside (0, 1).

    References
    ----------
    Haas (2001), "New methods in backtesting", Financial Engineering, Research Center Caesar, Bonn.
    """
    check_count(len(positions), n)
    check_probability(p)
    total, count = float(wait_ratio(waits(positions), p).sum()), len(positions)
    failures = proportion_of_failures(count, n, p)
    return TimeBetweenFailures(
        independence=likelihood_ratio(total, count),
        mixed=likelihood_ratio(total + failures.statistic, count + 1),
    )
