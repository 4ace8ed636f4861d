"""Winkler (interval) score: the width, and a penalty for each miss; and its scaled form MSIS."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.intervals import central_interval
from portal.domain.forecast.scoring import score


@score("winkler_80", "Winkler score of 80 %", order=97)
def winkler_80(evaluation: Evaluation) -> FloatArray2D:
    """Interval score of the central 80 %; see :func:`interval_losses`."""
    return interval_losses(evaluation.actual, *central_interval(evaluation.quantiles, 0.8), alpha=0.2)


@score("winkler_95", "Winkler score of 95 %", order=98)
def winkler_95(evaluation: Evaluation) -> FloatArray2D:
    """Interval score of the central 95 %; see :func:`interval_losses`."""
    return interval_losses(evaluation.actual, *central_interval(evaluation.quantiles, 0.95), alpha=0.05)


@score("msis", "MSIS", unit="1", order=99)
def msis(evaluation: Evaluation) -> FloatArray2D:
    """Interval score of the central 95 % over the scale of MASE, as the M4 competition defines it.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        Without unit; NaN where the history repeats itself exactly.

    References
    ----------
    Makridakis, Spiliotis and Assimakopoulos (2020), "The M4 competition", Int. J. Forecasting 36.
    """
    scale = np.where(evaluation.scale > 0.0, evaluation.scale, np.nan)
    found: FloatArray2D = winkler_95(evaluation) / scale[:, None]
    return found


def interval_losses(actual: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, alpha: float) -> FloatArray:
    """Width of an interval, and ``2 / alpha`` times how far the value lies outside of it.

    Parameters
    ----------
    actual, lower, upper : array_like
        What happened and the ends of the interval, of the same shape.
    alpha : float
        Nominal share of misses, such as 0.2 for 80 %.

    Returns
    -------
    ndarray
        In the unit of the target.

    References
    ----------
    Winkler (1972), "A decision-theoretic approach to interval estimation", JASA 67.
    """
    y, low, high = (np.asarray(part, dtype=np.float64) for part in (actual, lower, upper))
    below, above = np.maximum(low - y, 0.0), np.maximum(y - high, 0.0)
    return high - low + 2.0 / alpha * (below + above)
