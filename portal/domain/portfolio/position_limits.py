"""Positions held against limits.

API: ``limit_use(net, limit)``, ``headroom(use)``.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray

AMBER_FROM, OVER_FROM = 0.6, 1.0
"""Shares of a limit from which a position is near it, and above which it has broken it."""


class Headroom(IntEnum):
    """How near a position is to its limit, worst last."""

    NO_LIMIT = 0
    CALM = 1
    AMBER = 2
    OVER = 3


def limit_use(net: FloatArray, limit: FloatArray) -> FloatArray:
    """Share of its limit that a net position takes up, either way.

    Parameters
    ----------
    net, limit : ndarray
        Volumes in one unit, broadcast against each other; NaN for no position or no limit.

    Returns
    -------
    ndarray
        |net| / limit; NaN without a limit or position, infinite for a position where the limit is 0.

    Examples
    --------
    >>> limit_use(np.array([-30.0, 5.0]), np.array([40.0, np.nan]))
    array([0.75,  nan])
    """
    size, bound = np.broadcast_arrays(np.abs(net), limit)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # 0 / 0 is a position of nothing under a limit of nothing
        use = size / bound
    return np.where((size == 0.0) & (bound == 0.0), 0.0, use)


def headroom(use: FloatArray) -> NDArray[np.int8]:
    """How near each position is to its limit.

    Parameters
    ----------
    use : ndarray
        Share of the limit; NaN where there is none.

    Returns
    -------
    ndarray of int8
        Members of :class:`Headroom`: calm below 60 %, over above 100 %, amber between.
    """
    found = np.select(
        [np.isnan(use), use < AMBER_FROM, use <= OVER_FROM],
        [Headroom.NO_LIMIT, Headroom.CALM, Headroom.AMBER],
        Headroom.OVER,
    )
    return found.astype(np.int8)
