"""Days between exceptions, and the likelihood ratio of one such wait; shared by the tests of waits.

API: ``waits(positions)``, ``wait_ratio(wait, p)``.
"""

import numpy as np
from scipy.special import xlog1py

from portal.core.arrays import FloatArray1D, IntArray1D


def waits(positions: IntArray1D) -> IntArray1D:
    """Days from one exception to the next; the first counts from the day before the backtest.

    Parameters
    ----------
    positions : ndarray of shape (k,), int
        Positions of the exceptions from 0, ascending.

    Returns
    -------
    ndarray of shape (k,), int
        Waits in days, 1 or more.

    Examples
    --------
    >>> waits(np.array([4, 5, 15])).tolist()
    [5, 1, 10]
    """
    return np.diff(positions, prepend=-1)


def wait_ratio(wait: IntArray1D, p: float) -> FloatArray1D:
    """Likelihood ratio of each wait: geometric with ``p`` against geometric with the wait's own rate ``1 / wait``.

    Parameters
    ----------
    wait : ndarray of shape (k,), int
        Days up to and including an exception, 1 or more.
    p : float
        Probability of an exception on a day.

    Returns
    -------
    ndarray of shape (k,)
        Finite and never negative; ``-2 ln p`` for a wait of one day.

    Examples
    --------
    >>> wait_ratio(np.array([100]), 0.01).tolist()
    [0.0]
    """
    days = np.asarray(wait, dtype=np.float64)
    own = -np.log(days) + xlog1py(days - 1.0, -1.0 / days)
    promised = np.log(p) + (days - 1.0) * np.log1p(-p)
    return np.asarray(np.maximum(2.0 * (own - promised), 0.0), dtype=np.float64)
