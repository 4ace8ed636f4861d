"""Counters: what they counted in a span of time, though they begin again at zero when their process does.

A counter only rises. A value below the one before therefore means that the counter began again at zero in between,
and all of the new value was counted since: the rule of ``increase`` in Prometheus. What was counted between the last
look and the restart is lost to everybody.

Two things differ from Prometheus on purpose. Nothing is extrapolated to the ends of the window: what is counted from
the last sample before the window to the last one in it is reported as counted, so that counts of good and of all
belong together. And a series that appears while others of its metric are known already (the first error of a program)
is counted from zero, where Prometheus would miss its first value.

References
----------
Prometheus documentation, "Query functions", ``increase`` and ``resets``.
"""

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.monitoring.series import NEVER, last_before

FOR_EVER = float("inf")


def rises(
    times: FloatArray1D, values: FloatArray1D, *, from_zero: bool = False, gap_seconds: float = FOR_EVER
) -> FloatArray1D:
    """Return what a counter counted between each sample and the one before.

    Parameters
    ----------
    times, values : ndarray of shape (n,)
        Samples of a counter, ``times`` rising, in seconds since 1970 UTC; no NaN.
    from_zero : bool, default False
        The first sample was counted from zero: the series was not there before.
    gap_seconds : float, seconds, default infinite
        What was counted over a longer gap is left out, because nobody knows when in the gap it happened.

    Returns
    -------
    ndarray of shape (n,)
        Counts, never negative; the first is 0 unless ``from_zero``.

    Examples
    --------
    >>> rises(np.arange(4.0), np.array([10.0, 12.0, 3.0, 4.0]))
    array([0., 2., 3., 1.])
    """
    if not len(values):
        return np.zeros(0)
    moved = np.diff(values)
    counted = np.where(moved < 0, values[1:], moved)  # it began again at zero
    counted = np.where(np.diff(times) <= gap_seconds, counted, 0.0)
    return np.concatenate([[values[0] if from_zero else 0.0], counted])


def increase(
    times: FloatArray1D, values: FloatArray1D, moments: FloatArray1D, window_seconds: float, *,
    from_zero: bool = False, gap_seconds: float = FOR_EVER,
) -> FloatArray1D:  # fmt: skip
    """Return what a counter counted in the window that ends at each moment.

    Parameters
    ----------
    times, values : ndarray of shape (n,)
        Samples of a counter, ``times`` rising, in seconds since 1970 UTC; no NaN.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        Ends of windows, which belong to them.
    window_seconds : float, seconds
        Length of a window, above 0.
    from_zero : bool, default False
        The first sample was counted from zero: the series was not there before.
    gap_seconds : float, seconds, default infinite
        What was counted over a longer gap is left out.

    Returns
    -------
    ndarray of shape (m,)
        Counts; NaN where the window holds no sample, because then nobody knows. What was counted over a gap is found
        in the window that holds the first sample after it.

    Examples
    --------
    >>> increase(np.array([0.0, 60.0, 120.0]), np.array([5.0, 9.0, 2.0]), np.array([120.0, 500.0]), 90.0)
    array([ 6., nan])
    """
    if not len(times):
        return np.full(len(moments), np.nan)
    counted = np.cumsum(rises(times, values, from_zero=from_zero, gap_seconds=gap_seconds))
    end, begin = last_before(times, moments), last_before(times, moments - window_seconds)
    before = np.where(begin == NEVER, 0.0, counted[begin])
    return np.where(end > begin, counted[end] - before, np.nan)


def add_up(parts: list[FloatArray1D], size: int) -> FloatArray1D:
    """Return the sum of counts of several series; what one of them does not know counts as nothing.

    Parameters
    ----------
    parts : list of ndarray of shape (m,)
        Counts of each series; NaN where it had no sample.
    size : int
        The number of moments, for where there is no series.

    Returns
    -------
    ndarray of shape (m,)
        Sums; NaN where none of the series had a sample.
    """
    if not parts:
        return np.full(size, np.nan)
    table = np.vstack(parts)
    unknown = np.isnan(table).all(axis=0)
    return np.where(unknown, np.nan, np.nansum(table, axis=0))
