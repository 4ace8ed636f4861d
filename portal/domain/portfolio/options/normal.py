"""The normal law as the option formulae use it, and how their arguments become arrays of one shape.

API: ``density(x)``, ``cumulative(x)``, ``mills_ratio(x)``, ``as_rows(*values)``, ``pay_time(years, pay_years)``,
``blank(ok, *arrays)``. Everything works elementwise and never raises: a value that has no meaning is NaN.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, ndtr

from portal.core.arrays import FloatArray

# A standard deviation below this has no time value that float64 could show; it counts as zero.
MIN_DEVIATION = 1e-12
# Beyond this many standard deviations density and tail are exactly 0; larger arguments would only overflow in products.
FAR = 1e4
_INV_SQRT_2PI = 1.0 / np.sqrt(2.0 * np.pi)
_SQRT_HALF = np.sqrt(0.5)
_SQRT_HALF_PI = np.sqrt(0.5 * np.pi)


def density(x: FloatArray) -> FloatArray:
    """Standard normal density.

    Parameters
    ----------
    x : ndarray
        Standard deviations from the mean.

    Returns
    -------
    ndarray
        Density, of the same shape.
    """
    squared = x * x
    squared *= -0.5
    np.exp(squared, out=squared)
    squared *= _INV_SQRT_2PI
    return squared


def cumulative(x: FloatArray) -> FloatArray:
    """Standard normal distribution function, accurate in the lower tail.

    Parameters
    ----------
    x : ndarray
        Standard deviations from the mean.

    Returns
    -------
    ndarray
        Probability, of the same shape.
    """
    result: FloatArray = ndtr(x)
    return result


def mills_ratio(x: FloatArray) -> FloatArray:
    """Upper tail over density, ``N(-x) / n(x)``, without underflow in the upper tail.

    Parameters
    ----------
    x : ndarray
        Standard deviations from the mean, above about -37.

    Returns
    -------
    ndarray
        Ratio, of the same shape.
    """
    result: FloatArray = _SQRT_HALF_PI * erfcx(_SQRT_HALF * x)
    return result


def as_rows(*values: ArrayLike) -> list[FloatArray]:
    """Arguments as float64 arrays of one common shape with at least one axis (views where that is possible).

    Parameters
    ----------
    *values : array_like
        Scalars or arrays that broadcast with each other.

    Returns
    -------
    list of ndarray
        One array an argument; read-only where it was broadcast.

    Raises
    ------
    ValueError
        The shapes do not go together: a fault of the calling program, not of data.
    """
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    shape = np.broadcast_shapes((1,), *(array.shape for array in arrays))
    return [np.broadcast_to(array, shape) for array in arrays]


def pay_time(years: FloatArray, pay_years: ArrayLike | None) -> FloatArray:
    """Years to payment, never below 0: that of the expiry unless another one is given.

    Parameters
    ----------
    years : ndarray
        Years to expiry.
    pay_years : array_like, optional
        Years to payment.

    Returns
    -------
    ndarray
        Years, of the shape of ``years``.
    """
    if pay_years is None:
        return np.maximum(years, 0.0)
    return np.broadcast_to(np.maximum(np.asarray(pay_years, dtype=np.float64), 0.0), years.shape)


def blank(ok: NDArray[np.bool_], arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """The arrays with NaN where the input was not usable; nothing is copied when all of it was.

    Parameters
    ----------
    ok : ndarray of bool
        Whether an element's input has a meaning.
    arrays : sequence of ndarray
        Results of the same shape.

    Returns
    -------
    list of ndarray
        The results.
    """
    if ok.all():
        return list(arrays)
    return [np.where(ok, array, np.nan) for array in arrays]
