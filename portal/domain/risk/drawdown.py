"""Drawdowns: how far a running result stands below its peak. Shared by the risk measure and by performance.

API: ``running(pnl)``, ``falls(levels)``, ``worst_fall(levels)``, ``worst_stretch(path) -> Stretch``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D


@dataclass(frozen=True)
class Stretch:
    """The worst drawdown of a path; positions count from 0, the start.

    Attributes
    ----------
    depth : float
        Fall from peak to trough, not negative, in the unit of the path.
    peak, trough : int
        Positions of the last peak before it and of its lowest point.
    recovery : int or None
        First position back at the peak; None if it never came back.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def running(pnl: FloatArray) -> FloatArray:
    """Return the running sum of P&L with a start of 0 before the first day.

    Parameters
    ----------
    pnl : ndarray of shape (n,) or (n, k)
        P&L of successive days, in EUR.

    Returns
    -------
    ndarray of shape (n + 1,) or (n + 1, k)
        EUR.
    """
    path = np.zeros((len(pnl) + 1, *pnl.shape[1:]))
    np.cumsum(pnl, axis=0, out=path[1:])
    return path


def falls(levels: FloatArray) -> FloatArray:
    """Return how far each level stands below the highest so far.

    Parameters
    ----------
    levels : ndarray of shape (n,) or (n, k)
        Running sums in EUR (falls in EUR), or logarithms of wealth.

    Returns
    -------
    ndarray of shape (n,) or (n, k)
        Not negative, in the unit of the levels.
    """
    below: FloatArray = np.maximum.accumulate(levels, axis=0) - levels
    return below


def worst_fall(levels: FloatArray) -> FloatArray:
    """Return the deepest fall of each path.

    Parameters
    ----------
    levels : ndarray of shape (n,) or (n, k)
        Running sums.

    Returns
    -------
    ndarray of shape () or (k,)
        In the unit of the levels.
    """
    deepest: FloatArray = falls(levels).max(axis=0)
    return deepest


def relative_falls(wealth: FloatArray) -> FloatArray:
    """Return the drawdown path of wealth: its ratio to the highest so far, less 1.

    Parameters
    ----------
    wealth : ndarray of shape (n,) or (n, k)
        Positive levels, the starting capital first.

    Returns
    -------
    ndarray of shape (n,) or (n, k)
        Decimals at or below 0.
    """
    path: FloatArray = wealth / np.maximum.accumulate(wealth, axis=0) - 1.0
    return path


def worst_stretch(below: FloatArray1D) -> Stretch:
    """Return where the worst drawdown began, bottomed and ended.

    Parameters
    ----------
    below : ndarray of shape (n,)
        Falls as `falls` gives them, or the negative of `relative_falls`; 0 at a peak.

    Returns
    -------
    Stretch
        The first of equally deep ones.
    """
    trough = int(np.argmax(below))
    peak = int(np.flatnonzero(below[: trough + 1] <= 0.0)[-1])
    back = np.flatnonzero(below[trough:] <= 0.0)
    recovery = trough + int(back[0]) if back.size and below[trough] > 0.0 else None
    return Stretch(float(below[trough]), peak, trough, recovery)
