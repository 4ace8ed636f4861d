"""Proportion of failures (Kupiec): are there as many exceptions as the level promises?

API: ``proportion_of_failures(exceptions, n, p)``, ``accepted_counts(n, p)``, ``binomial_tails(exceptions, n, p)``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, bdtrc, chdtri, kl_div

from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.base import (
    LikelihoodRatio,
    check_count,
    check_probability,
    likelihood_ratio,
)


@dataclass(frozen=True)
class BinomialTails:
    """Exact probabilities of the number of exceptions when the model is right.

    Attributes
    ----------
    at_most : float
        Probability of that many exceptions or fewer.
    at_least : float
        Probability of that many exceptions or more.
    z : float
        Standardised count, ``(x - n p) / sqrt(n p (1 - p))``.
    """

    at_most: float
    at_least: float
    z: float


def proportion_of_failures(exceptions: int, n: int, p: float) -> LikelihoodRatio:
    """Kupiec's likelihood ratio of the observed against the promised share of exceptions.

    Parameters
    ----------
    exceptions : int
        Days on which the loss was above VaR.
    n : int
        Days of the backtest.
    p : float
        Probability of an exception that the model promises, 0.01 for a 99 % VaR.

    Returns
    -------
    LikelihoodRatio
        Chi-square with 1 degree of freedom; finite for no and for all exceptions (0 ln 0 = 0).

    Raises
    ------
    BadParameter
        The count does not fit into ``n``, or ``p`` is not inside (0, 1).

    References
    ----------
    Kupiec (1995), "Techniques for verifying the accuracy of risk measurement models", J. Derivatives 3(2).

    Examples
    --------
    >>> round(proportion_of_failures(12, 600, 0.01).statistic, 4)
    4.6963
    """
    check_count(exceptions, n)
    check_probability(p)
    # both parts are divergences from the expected counts, and their linear terms cancel
    return likelihood_ratio(2.0 * float(kl_div(exceptions, n * p) + kl_div(n - exceptions, n * (1.0 - p))), 1)


def accepted_counts(n: int, p: float, *, test_level: float = 0.05) -> tuple[int, int]:
    """Least and most exceptions that Kupiec's test accepts.

    Parameters
    ----------
    n : int
        Days of the backtest.
    p : float
        Probability of an exception that the model promises.
    test_level : float, default 0.05
        Accepted probability of rejecting a right model.

    Returns
    -------
    tuple of int
        Smallest and largest accepted number, both included.

    Raises
    ------
    BadParameter
        ``n`` below 1, a probability outside (0, 1), or no number accepted at all (a large ``test_level``).

    Examples
    --------
    >>> accepted_counts(255, 0.01)
    (1, 6)
    """
    check_count(0, n)
    check_probability(p)
    check_probability(test_level, "level of the test")
    count = np.arange(n + 1, dtype=np.float64)
    ratio = 2.0 * (kl_div(count, n * p) + kl_div(n - count, n * (1.0 - p)))
    accepted = np.flatnonzero(ratio < chdtri(1, test_level))
    if not accepted.size:
        raise BadParameter(
            f"At a test level of {test_level:g} no number of exceptions in {n} days is accepted; choose a smaller one.",
            name="test_level",
            value=test_level,
        )
    return int(accepted[0]), int(accepted[-1])


def binomial_tails(exceptions: int, n: int, p: float) -> BinomialTails:
    """Exact one-sided probabilities of the number of exceptions.

    Parameters
    ----------
    exceptions : int
        Days on which the loss was above VaR.
    n : int
        Days of the backtest.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    BinomialTails
        Probabilities of at most and of at least that many, and the standardised count.

    Raises
    ------
    BadParameter
        The count does not fit into ``n``, or ``p`` is not inside (0, 1).

    Examples
    --------
    >>> round(binomial_tails(12, 600, 0.01).at_least, 4)
    0.0195
    """
    check_count(exceptions, n)
    check_probability(p)
    return BinomialTails(
        at_most=float(bdtr(exceptions, n, p)),
        at_least=1.0 if exceptions == 0 else float(bdtrc(exceptions - 1, n, p)),
        z=float((exceptions - n * p) / np.sqrt(n * p * (1.0 - p))),
    )
