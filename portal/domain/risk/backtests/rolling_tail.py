"""The worst losses of every rolling window, without looking at whole windows.

API: ``worst_losses(losses, window, worst, windows)``, ``worst_positions``, ``rolling_deviation``, ``rolling_extremes``.

Neighbouring windows share nearly all of their values. For groups of neighbouring windows the worst of what all of them
share is found once by partition, and each window then looks only at these and at the few values that it does not share.
Sums and extremes of windows are put together from running ones within blocks, so that nothing is ever subtracted and a
wild early year cannot spoil the digits of a calm late one.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D, IntArray2D

_GROUP = 24


def worst_losses(losses: FloatArray1D, window: int, worst: int, windows: int) -> FloatArray2D:
    """Largest losses in each of the first windows.

    Parameters
    ----------
    losses : ndarray of shape (n,)
        Losses, oldest first, finite.
    window : int
        Length of a window.
    worst : int
        How many losses are wanted, at most ``window``.
    windows : int
        How many windows are wanted; window j covers positions j to j + window - 1.

    Returns
    -------
    ndarray of shape (windows, worst)
        Largest loss first.
    """
    padded, group, starts = _groups(losses, window, worst, windows)
    shared = sliding_window_view(padded, window - group + 1)[starts + group - 1]
    last = shared.shape[1] - worst
    if last > 0:
        shared = np.partition(shared, last, axis=1)[:, last:]
    candidates = np.repeat(shared, group, axis=0)
    if group > 1:
        candidates = np.hstack([candidates, padded[_own(starts, window, group)]])
    candidates = candidates[:windows]
    last = candidates.shape[1] - worst
    if last > worst:
        candidates = np.partition(candidates, last, axis=1)[:, last:]
    candidates.sort(axis=1)
    return candidates[:, : -worst - 1 : -1]


def worst_positions(losses: FloatArray1D, window: int, worst: int, windows: int) -> IntArray2D:
    """Positions of the largest losses in each of the first windows, for losses that carry weights.

    Parameters
    ----------
    losses : ndarray of shape (n,)
        Losses, oldest first, finite.
    window : int
        Length of a window.
    worst : int
        How many losses are wanted, at most ``window``.
    windows : int
        How many windows are wanted.

    Returns
    -------
    ndarray of shape (windows, worst), int
        Positions into ``losses``, largest loss first.
    """
    padded, group, starts = _groups(losses, window, worst, windows)
    shared = sliding_window_view(padded, window - group + 1)[starts + group - 1]
    last = shared.shape[1] - worst
    kept = np.argpartition(shared, last, axis=1)[:, last:] if last > 0 else np.arange(worst)
    candidates = np.repeat(kept + (starts + group - 1)[:, None], group, axis=0)
    if group > 1:
        candidates = np.hstack([candidates, _own(starts, window, group)])
    candidates = candidates[:windows]
    order = np.argsort(-padded[candidates], axis=1)[:, :worst]
    return np.take_along_axis(candidates, order, axis=1)


def _groups(
    losses: FloatArray1D, window: int, worst: int, windows: int
) -> tuple[FloatArray1D, int, IntArray1D]:
    """Losses filled up to whole groups, windows in a group, and the first window of each."""
    group = max(1, min(_GROUP, window - worst + 1, windows))
    groups = -(-windows // group)
    padded = np.full(groups * group + window - 1, -np.inf)
    used = min(len(losses), len(padded))
    padded[:used] = losses[:used]
    return padded, group, np.arange(groups) * group


def _own(starts: IntArray1D, window: int, group: int) -> IntArray2D:
    """Positions that single windows have beside what their group shares: one end goes as the other one comes."""
    left = starts[:, None] + np.arange(group - 1)
    both = sliding_window_view(np.hstack([left, left + window]), group - 1, axis=1)
    return np.asarray(both.reshape(-1, group - 1), dtype=np.int64)


def _blocks(values: FloatArray1D, window: int, fill: float) -> FloatArray2D:
    """Rows of one window's length, the last one filled up."""
    rows = -(-len(values) // window) + 1
    padded = np.full(rows * window, fill)
    padded[: len(values)] = values
    return padded.reshape(rows, window)


def rolling_extremes(values: FloatArray1D, window: int, windows: int) -> tuple[FloatArray1D, FloatArray1D]:
    """Least and largest value of each of the first windows.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values, finite.
    window : int
        Length of a window.
    windows : int
        How many windows are wanted.

    Returns
    -------
    tuple of ndarray of shape (windows,)
        Minima and maxima.
    """
    found = []
    for extreme, fill in ((np.minimum, np.inf), (np.maximum, -np.inf)):
        rows = _blocks(values, window, fill)
        ahead = extreme.accumulate(rows, axis=1).ravel()
        back = extreme.accumulate(rows[:, ::-1], axis=1)[:, ::-1].ravel()
        found.append(extreme(back[:windows], ahead[window - 1 : window - 1 + windows]))
    return found[0], found[1]


def rolling_deviation(values: FloatArray1D, window: int, windows: int) -> FloatArray1D:
    """Sample standard deviation (divisor n - 1) of each of the first windows.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values, finite.
    window : int
        Length of a window, at least 2.
    windows : int
        How many windows are wanted.

    Returns
    -------
    ndarray of shape (windows,)
        In the unit of the values, with an error of 1e-8 of the largest value of two windows' length at most.
    """
    rows = _blocks(values, window, 0.0)
    centres = np.median(
        rows, axis=1, keepdims=True
    )  # keeps the digits of what varies, whatever one wild day was
    off = rows - centres
    ahead, ahead_squares = np.cumsum(off, axis=1), np.cumsum(off * off, axis=1)
    back, back_squares = (np.cumsum(part[:, ::-1], axis=1)[:, ::-1] for part in (off, off * off))
    start = np.arange(windows)
    place = start % window
    block, after = start // window, place > 0  # windows that begin a block lie in it alone
    n_first, n_second = window - place, place
    last = np.maximum(place - 1, 0)
    first = _moments(back[block, place], back_squares[block, place], n_first)
    second = _moments(ahead[block + 1, last], ahead_squares[block + 1, last], np.maximum(n_second, 1))
    apart = (centres[block, 0] + first[0]) - (centres[block + 1, 0] + second[0])
    squares = first[1] + np.where(after, second[1] + apart * apart * n_first * n_second / window, 0.0)
    return np.sqrt(np.maximum(squares, 0.0) / (window - 1))


def _moments(total: FloatArray1D, squares: FloatArray1D, n: np.ndarray) -> tuple[FloatArray1D, FloatArray1D]:
    """Mean and sum of squares about it."""
    mean = total / n
    return mean, np.maximum(squares - total * mean, 0.0)
