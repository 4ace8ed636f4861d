"""Where a spread stands in its own history: rolling percentile bands, z-score, percentile rank.

API: ``rolling_percentiles``, ``rolling_zscore``, ``standing``. All look back only: the value of a day uses that day and
the ``window - 1`` before it, so that nothing of the future is in a band.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete


@dataclass(frozen=True)
class Standing:
    """The newest value against the last ``n`` values, itself among them.

    Attributes
    ----------
    latest, mean, deviation : float
        Newest value; mean and sample standard deviation (divisor n - 1) of the window.
    change : float or None
        Newest value less the one before it; None for a single value.
    zscore : float or None
        ``(latest - mean) / deviation``; None when the window does not move.
    percentile : float
        Share of the window below the newest value, those equal to it counting half; between 0 and 1.
    low, high : float
        Smallest and largest value of the window.
    n : int
        Values in the window.
    """

    latest: float
    change: float | None
    mean: float
    deviation: float
    zscore: float | None
    percentile: float
    low: float
    high: float
    n: int


def standing(values: FloatLike1D, window: int) -> Standing:
    """Place the newest value in the last ``window`` values.

    Parameters
    ----------
    values : array_like of shape (n,)
        Values in time order, without holes; at least one.
    window : int
        How many of the newest count, at most all.

    Returns
    -------
    Standing
        Where the newest stands.

    Raises
    ------
    BadParameter
        There is no value, or the window is below 2.
    SeriesHasNaN
        A value is missing.

    Examples
    --------
    >>> standing([1.0, 2.0, 3.0, 4.0], 4).percentile
    0.875
    """
    vector = as_vector(values, "spread")
    require_complete(vector, "spread")
    if window < 2 or not vector.size:
        raise BadParameter("A standing needs values and a window of at least 2.", name="window", value=window)
    kept = vector[-window:]
    latest = float(kept[-1])
    deviation = float(np.std(kept, ddof=1)) if len(kept) > 1 else 0.0
    mean = float(np.mean(kept))
    below = np.count_nonzero(kept < latest) + 0.5 * np.count_nonzero(kept == latest)
    return Standing(
        latest=latest,
        change=float(vector[-1] - vector[-2]) if vector.size > 1 else None,
        mean=mean,
        deviation=deviation,
        zscore=(latest - mean) / deviation if deviation > 0.0 else None,
        percentile=float(below / len(kept)),
        low=float(kept.min()),
        high=float(kept.max()),
        n=len(kept),
    )


def rolling_percentiles(values: FloatLike1D, window: int, levels: Sequence[float]) -> FloatArray2D:
    """Percentiles of the last ``window`` values at each point.

    Parameters
    ----------
    values : array_like of shape (n,)
        Values in time order, without holes.
    window : int
        Values that count, the point's own among them.
    levels : sequence of float, length k
        Percentiles between 0 and 100.

    Returns
    -------
    ndarray of shape (k, n)
        Percentiles, linear between order statistics; NaN before there are ``window`` values.
    """
    vector = as_vector(values, "spread")
    out = np.full((len(levels), len(vector)), np.nan)
    if window >= 1 and len(vector) >= window:
        view = np.lib.stride_tricks.sliding_window_view(vector, window)
        out[:, window - 1 :] = np.percentile(view, levels, axis=1)
    return out


def rolling_zscore(values: FloatLike1D, window: int) -> FloatArray1D:
    """Distance of each value from the mean of the last ``window`` values, in their standard deviations.

    Parameters
    ----------
    values : array_like of shape (n,)
        Values in time order, without holes.
    window : int
        Values that count, the point's own among them; at least 2.

    Returns
    -------
    ndarray of shape (n,)
        z-scores (divisor n - 1); NaN before there are ``window`` values and where these do not move.
    """
    vector = as_vector(values, "spread")
    out = np.full(len(vector), np.nan)
    if window >= 2 and len(vector) >= window:
        view = np.lib.stride_tricks.sliding_window_view(vector, window)
        deviation = view.std(axis=1, ddof=1)
        moves = deviation > 0.0
        distance = view[:, -1] - view.mean(axis=1)
        out[window - 1 :][moves] = distance[moves] / deviation[moves]
    return out
