"""Ranks of VaR and of its interval in a sample, and the tail mean that goes with them.

API: ``tail_ranks(n, p) -> TailRanks``, ``sample_es(sorted_losses, n, p)``, ``weighted_tail(...)``.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from portal.core.arrays import FloatArray1D, FloatArray2D

CONFIDENCE = 0.95
"""Intervals aim at this coverage."""


@dataclass(frozen=True)
class TailRanks:
    """Ranks from the worst loss, which has rank 1.

    Attributes
    ----------
    var : int
        Rank of VaR, ``n - ceil(n c) + 1``.
    high, low : int
        Ranks of the ends of the interval around VaR; ``high`` is the larger loss.
    coverage : float
        Probability that the interval of these ranks holds the true VaR; below 0.95 where the sample is so short that
        its worst loss is still likely to be less than VaR.
    deepest : int
        Largest rank that VaR, ES or the interval needs.
    """

    var: int
    high: int
    low: int
    coverage: float
    deepest: int


def tail_ranks(n: int, p: float) -> TailRanks:
    """Ranks of the sample VaR and of its order-statistic interval.

    Parameters
    ----------
    n : int
        Losses in the sample.
    p : float
        Probability of a loss above VaR.

    Returns
    -------
    TailRanks
        Ranks by the binomial number of losses above the true VaR.

    Examples
    --------
    >>> tail_ranks(500, 0.01)
    TailRanks(var=6, high=1, low=11, coverage=0.98, deepest=11)
    """
    var = min(max(n - math.ceil(n * (1.0 - p) - 1e-9) + 1, 1), n)
    below = bdtr(np.arange(n), n, p)  # of at most 0, 1, ... losses above the true VaR
    aside = (1.0 - CONFIDENCE) / 2.0
    high = min(max(int(np.searchsorted(below, aside, side="right")), 1), var)
    low = min(max(int(np.searchsorted(below, 1.0 - aside, side="left")) + 1, var), n)
    coverage = float(below[low - 1] - below[high - 1])
    return TailRanks(var, high, low, round(coverage, 3), max(low, math.ceil(n * p)))


def sample_es(worst: FloatArray2D, n: int, p: float) -> FloatArray1D:
    """Mean of the worst ``n p`` losses of each row, with a fractional last one.

    Parameters
    ----------
    worst : ndarray of shape (m, k)
        Largest losses of m samples, largest first; k at least ``n p``.
    n : int
        Losses in a sample.
    p : float
        Mass of the tail.

    Returns
    -------
    ndarray of shape (m,)
        Expected shortfalls.

    References
    ----------
    Acerbi and Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26(7).
    """
    share = np.clip(n * p - np.arange(worst.shape[1]), 0.0, 1.0)
    return np.asarray(worst @ (share / share.sum()), dtype=np.float64)


def weighted_tail(
    losses: FloatArray2D, weights: FloatArray2D, p: float, ends: tuple[float, float]
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D, FloatArray1D]:
    """VaR, ES and the interval of weighted samples.

    Parameters
    ----------
    losses : ndarray of shape (m, k)
        Losses of m samples, largest first, whose weights reach the deeper of ``ends``.
    weights : ndarray of shape (m, k)
        Their weights.
    p : float
        Mass of the tail.
    ends : tuple of float
        Masses at which the interval's larger and smaller loss are read.

    Returns
    -------
    tuple of ndarray of shape (m,)
        VaR (where the weights first reach p), ES, and the smaller and the larger end of the interval.
    """
    reached = np.cumsum(weights, axis=1)

    def read(mass: float) -> FloatArray1D:
        at = np.minimum(np.sum(reached < mass - 1e-12, axis=1), losses.shape[1] - 1)
        return np.asarray(losses[np.arange(len(losses)), at], dtype=np.float64)

    share = np.clip(p - (reached - weights), 0.0, weights)
    es = np.sum(losses * share, axis=1) / np.sum(share, axis=1)
    return read(p), es, read(ends[1]), read(ends[0])
