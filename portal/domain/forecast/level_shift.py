"""A step in the level of a series that its usual wandering does not explain.

API: ``level_shift(y, stamp, per_day) -> dict | None``.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from portal.core.arrays import DateArray1D, FloatArray1D

WINDOW_DAYS = 10
THRESHOLD = 8.0  # scaled median absolute deviations of all such differences


def level_shift(y: FloatArray1D, stamp: DateArray1D, per_day: int) -> dict[str, Any] | None:
    """Find the largest step of the level, if it stands out.

    The level before and after each day is the median of ten daily means. A step stands out when it exceeds 8 times the
    scaled median absolute deviation of all such differences of the series, so that a series that wanders, as prices
    do, sets its own measure.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Complete values.
    stamp : ndarray of shape (n,), datetime64
        Their stamps.
    per_day : int
        Values a day.

    Returns
    -------
    dict or None
        ``day`` (ISO), ``before``, ``after`` (in the unit of the series) and ``score``; None without such a step.

    Examples
    --------
    >>> days = np.arange("2026-01-01", "2026-04-11", dtype="datetime64[D]")
    >>> wiggle = np.sin(np.arange(100.0))
    >>> level_shift(wiggle + 50.0 * (np.arange(100) >= 60), days, 1)["day"]
    '2026-03-02'
    """
    daily = y[: len(y) // per_day * per_day].reshape(-1, per_day).mean(axis=1)
    if len(daily) < 4 * WINDOW_DAYS:
        return None
    level = np.median(sliding_window_view(daily, WINDOW_DAYS), axis=1)
    step = level[WINDOW_DAYS:] - level[:-WINDOW_DAYS]
    scale = 1.4826 * float(np.median(np.abs(step - np.median(step))))
    at = int(np.argmax(np.abs(step)))
    score = abs(float(step[at])) / scale if scale > 0.0 else float(abs(step[at]) > 0.0) * np.inf
    if not THRESHOLD < score < np.inf:
        return None
    # Medians step within half a window of the change; the largest single move there is the day itself.
    near = np.arange(at + WINDOW_DAYS // 2, min(at + WINDOW_DAYS + WINDOW_DAYS // 2, len(daily) - 1))
    day = int(near[np.argmax(np.abs(daily[near + 1] - daily[near]))]) + 1
    return {
        "day": str(stamp[day * per_day].astype("datetime64[D]")),
        "before": round(float(level[at]), 4),
        "after": round(float(level[at + WINDOW_DAYS]), 4),
        "score": round(score, 1),
    }
