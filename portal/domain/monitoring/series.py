"""Samples of one measured thing as two arrays, read at moments: what is missing stays missing."""

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D

NEVER = -1


def last_before(times: FloatArray1D, moments: FloatArray1D) -> IntArray1D:
    """Return the position of the newest sample at or before each moment.

    Parameters
    ----------
    times : ndarray of shape (n,), seconds since 1970 UTC
        When the samples were taken, rising.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When somebody looks; in any order.

    Returns
    -------
    ndarray of shape (m,)
        Positions in ``times``; -1 where there is no sample yet.
    """
    found: IntArray1D = np.searchsorted(times, moments, side="right").astype(np.int64) - 1
    return found


def at_moments(
    times: FloatArray1D, values: FloatArray1D, moments: FloatArray1D, stale_seconds: float
) -> FloatArray1D:
    """Return what was known at each moment: the newest sample, unless it is too old.

    Parameters
    ----------
    times, values : ndarray of shape (n,)
        Samples, ``times`` rising, in seconds since 1970 UTC; a value that is NaN says that nothing was measured.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When somebody looks.
    stale_seconds : float, seconds
        A sample older than this says nothing about the moment.

    Returns
    -------
    ndarray of shape (m,)
        Values; NaN where nothing is known. A gap is never bridged by interpolation.

    Examples
    --------
    >>> at_moments(np.array([0.0, 10.0]), np.array([5.0, 7.0]), np.array([-1.0, 4.0, 10.0, 99.0]), 30.0)
    array([nan,  5.,  7., nan])
    """
    if not len(times):
        return np.full(len(moments), np.nan)
    at = last_before(times, moments)
    known = (at != NEVER) & (moments - times[at] <= stale_seconds)
    return np.where(known, values[at], np.nan)


def age_at(times: FloatArray1D, moments: FloatArray1D) -> FloatArray1D:
    """Return how old the newest sample was at each moment.

    Parameters
    ----------
    times : ndarray of shape (n,), seconds since 1970 UTC
        When the samples were taken, rising.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When somebody looks.

    Returns
    -------
    ndarray of shape (m,), seconds
        Ages; NaN before the first sample, where nothing can be said to be late.
    """
    if not len(times):
        return np.full(len(moments), np.nan)
    at = last_before(times, moments)
    return np.where(at == NEVER, np.nan, moments - times[at])


def steps(begin: float, end: float, step: float) -> FloatArray1D:
    """Return the moments at which a rule looks: whole multiples of ``step``, as a clock on the wall ticks.

    Parameters
    ----------
    begin, end : float, seconds since 1970 UTC
        The span, both ends included.
    step : float, seconds
        The distance of two looks, above 0.

    Returns
    -------
    ndarray of shape (m,)
        Moments, rising; the same whatever span asks for them.
    """
    first, last = np.ceil(begin / step), np.floor(end / step)
    return np.arange(first, last + 1) * step


def mean_over(
    times: FloatArray1D, values: FloatArray1D, moments: FloatArray1D, window_seconds: float
) -> FloatArray1D:
    """Return the mean of the samples in the window that ends at each moment.

    Parameters
    ----------
    times, values : ndarray of shape (n,)
        Samples, ``times`` rising, in seconds since 1970 UTC; no NaN.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        Ends of windows, which belong to them.
    window_seconds : float, seconds
        Length of a window, above 0.

    Returns
    -------
    ndarray of shape (m,)
        Means; NaN where the window holds no sample.

    Examples
    --------
    >>> mean_over(np.array([0.0, 60.0]), np.array([1.0, 3.0]), np.array([60.0, 70.0, 999.0]), 65.0)
    array([2., 3., nan])
    """
    total = np.concatenate([[0.0], np.cumsum(values)])
    end = np.searchsorted(times, moments, side="right")
    begin = np.searchsorted(times, moments - window_seconds, side="right")
    count = end - begin
    return np.where(count > 0, (total[end] - total[begin]) / np.maximum(count, 1), np.nan)
