"""Independence and conditional coverage (Christoffersen): do exceptions come in clusters?

API: ``transitions(hits)``, ``independence(counts)``, ``conditional_coverage(failures, runs)``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from portal.core.arrays import BoolArray1D
from portal.domain.risk.backtests.base import LikelihoodRatio, likelihood_ratio

FEW_EXCEPTIONS = 4
"""Below this many exceptions the test of independence has no power."""


@dataclass(frozen=True)
class Transitions:
    """How days follow each other; n01 is a quiet day followed by an exception. They sum to one less than the days.

    Attributes
    ----------
    n00, n01, n10, n11 : int
        Pairs of neighbouring days.
    """

    n00: int
    n01: int
    n10: int
    n11: int


def transitions(hits: BoolArray1D) -> Transitions:
    """Count the transitions between quiet days and exceptions.

    Parameters
    ----------
    hits : ndarray of shape (n,), bool
        True on exceptions, oldest first.

    Returns
    -------
    Transitions
        The n - 1 pairs of neighbouring days.

    Examples
    --------
    >>> transitions(np.array([False, True, True, False]))
    Transitions(n00=0, n01=1, n10=1, n11=1)
    """
    before, after = np.asarray(hits[:-1], dtype=np.int64), np.asarray(hits[1:], dtype=np.int64)
    n00, n01, n10, n11 = np.bincount(2 * before + after, minlength=4).tolist()
    return Transitions(n00, n01, n10, n11)


def independence(counts: Transitions) -> LikelihoodRatio:
    """Likelihood ratio of exceptions that depend on the day before against independent ones.

    Parameters
    ----------
    counts : Transitions
        Pairs of neighbouring days.

    Returns
    -------
    LikelihoodRatio
        Chi-square with 1 degree of freedom; finite with empty cells (0 ln 0 = 0). Below four exceptions it has no
        power: say so beside it.

    References
    ----------
    Christoffersen (1998), "Evaluating interval forecasts", International Economic Review 39(4).

    Examples
    --------
    >>> round(independence(Transitions(932, 53, 53, 4)).statistic, 5)
    0.25866
    """
    quiet, hit = counts.n00 + counts.n01, counts.n10 + counts.n11
    apart = _likelihood(counts.n01, quiet) + _likelihood(counts.n11, hit)
    pooled = _likelihood(counts.n01 + counts.n11, quiet + hit)
    return likelihood_ratio(2.0 * (apart - pooled), 1)


def conditional_coverage(failures: LikelihoodRatio, runs: LikelihoodRatio) -> LikelihoodRatio:
    """The right number of exceptions, and none because of the other, in one statistic.

    Parameters
    ----------
    failures : LikelihoodRatio
        Proportion of failures over all days.
    runs : LikelihoodRatio
        Independence over the transitions.

    Returns
    -------
    LikelihoodRatio
        Their sum, chi-square with 2 degrees of freedom.

    References
    ----------
    Christoffersen (1998), "Evaluating interval forecasts", International Economic Review 39(4).
    """
    return likelihood_ratio(failures.statistic + runs.statistic, failures.degrees + runs.degrees)


def _likelihood(hits: int, n: int) -> float:
    """Largest log-likelihood of ``hits`` in ``n`` draws."""
    if not n:
        return 0.0
    return float(xlogy(hits, hits / n) + xlogy(n - hits, (n - hits) / n))
