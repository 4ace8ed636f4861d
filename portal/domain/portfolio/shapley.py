"""Shapley values: a change split over its causes without an order, and how much an order would have mattered.

API: ``shapley_values``, ``ordered_values``, ``order_band``, ``subsets_without``.

A *coalition* S is the set of causes that have already happened; it is a bit mask, bit i for cause i. ``V(S)`` is the
value with the causes of S at their new state and the others at their old one. All functions take the values of all
coalitions, shape (2^k, ...), in the order of the masks.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import factorial

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, IntArray1D
from portal.domain.market.errors import BadParameter

MOST = 12  # causes: 4,096 coalitions


def causes_of(values: FloatArray) -> int:
    """Number of causes of a table of coalition values.

    Parameters
    ----------
    values : ndarray of shape (2^k, ...)
        Value of each coalition.

    Returns
    -------
    int
        k, at least 1.

    Raises
    ------
    BadParameter
        The first axis is no power of two between 2 and 4,096.
    """
    size = values.shape[0] if values.ndim else 0
    k = size.bit_length() - 1
    if size < 2 or size != 1 << k or k > MOST:
        raise BadParameter(
            f"Coalition values need 2^k rows for k causes, 1 to {MOST} of them, not {size} rows.",
            name="values",
            value=size,
        )
    return k


@lru_cache(maxsize=64)
def _without(k: int, cause: int) -> IntArray1D:
    masks = np.arange(1 << k, dtype=np.int64)
    found: IntArray1D = masks[(masks >> cause) & 1 == 0]
    found.setflags(write=False)
    return found


def subsets_without(k: int, cause: int) -> IntArray1D:
    """Masks of the coalitions that a cause may join.

    Parameters
    ----------
    k : int
        Number of causes.
    cause : int
        Its bit.

    Returns
    -------
    ndarray of shape (2^(k-1),), int64
        Ascending; read only.
    """
    return _without(k, cause)


@lru_cache(maxsize=64)
def _weights(k: int, cause: int) -> FloatArray1D:
    """Share of the orders in which each coalition without the cause is what came before it: shape (2^(k-1),)."""
    sizes = [int(mask).bit_count() for mask in _without(k, cause)]
    weights = np.array([factorial(s) * factorial(k - 1 - s) / factorial(k) for s in sizes])
    weights.setflags(write=False)
    return weights


def shapley_values(values: FloatArray) -> FloatArray:
    """Mean marginal contribution of each cause over all orders in which the causes may happen.

    Parameters
    ----------
    values : ndarray of shape (2^k, ...)
        Value of each coalition, in any unit.

    Returns
    -------
    ndarray of shape (k, ...)
        In the same unit; they sum to ``values[-1] - values[0]``. NaN where one of the values is.

    Raises
    ------
    BadParameter
        The first axis is no power of two.

    References
    ----------
    Shapley, A value for n-person games, 1953.

    Examples
    --------
    >>> shapley_values(np.array([0.0, 1.0, 2.0, 5.0]))
    array([2., 3.])
    """
    k = causes_of(values)
    out = np.empty((k, *values.shape[1:]))
    for cause in range(k):  # from differences, so that a cause without effect gets exactly 0
        without = _without(k, cause)
        marginal = values[without | (1 << cause)] - values[without]
        out[cause] = np.tensordot(_weights(k, cause), marginal, axes=(0, 0))
    return out


def ordered_values(values: FloatArray, order: Sequence[int]) -> FloatArray:
    """Marginal contribution of each cause when they happen in one stated order.

    Parameters
    ----------
    values : ndarray of shape (2^k, ...)
        Value of each coalition.
    order : sequence of int
        The causes, first to last; each once.

    Returns
    -------
    ndarray of shape (k, ...)
        By cause (not by place in the order); they sum to ``values[-1] - values[0]``.

    Raises
    ------
    BadParameter
        The first axis is no power of two, or the order does not name each cause once.

    Examples
    --------
    >>> ordered_values(np.array([0.0, 1.0, 2.0, 5.0]), (1, 0))
    array([3., 2.])
    """
    k = causes_of(values)
    if sorted(order) != list(range(k)):
        raise BadParameter(
            f"An order of {k} causes names each of 0 to {k - 1} once, not {list(order)}.",
            name="order",
            value=str(list(order)),
        )
    out = np.empty((k, *values.shape[1:]))
    done = 0
    for cause in order:
        out[cause] = values[done | (1 << cause)] - values[done]
        done |= 1 << cause
    return out


def order_band(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least and largest marginal contribution of each cause over all k! orders.

    What has happened before a cause is a coalition without it, and each such coalition comes before it in some order;
    so the extremes over 2^(k-1) coalitions are those over all orders.

    Parameters
    ----------
    values : ndarray of shape (2^k, ...)
        Value of each coalition.

    Returns
    -------
    low, high : ndarray of shape (k, ...)
        The Shapley value lies between them; equal where the order does not matter.

    Raises
    ------
    BadParameter
        The first axis is no power of two.

    Examples
    --------
    >>> order_band(np.array([0.0, 1.0, 2.0, 5.0]))
    (array([1., 2.]), array([3., 4.]))
    """
    k = causes_of(values)
    low = np.empty((k, *values.shape[1:]))
    high = np.empty_like(low)
    for cause in range(k):
        without = _without(k, cause)
        marginal = values[without | (1 << cause)] - values[without]
        low[cause], high[cause] = marginal.min(axis=0), marginal.max(axis=0)
    return low, high
