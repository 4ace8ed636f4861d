"""Share of what happened within central intervals; it should be near the nominal share."""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.intervals import central_interval
from portal.domain.forecast.scoring import Better, score


def inside(evaluation: Evaluation, share: float) -> FloatArray2D:
    """Whether each value lies within the central interval of a share: 1 or 0.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    share : float
        Nominal coverage, such as 0.8.

    Returns
    -------
    ndarray of shape (o, h)
        1 inside (ends included), 0 outside, NaN where it is not known.
    """
    lower, upper = central_interval(evaluation.quantiles, share)
    known = np.isfinite(evaluation.actual) & np.isfinite(lower)
    within = (evaluation.actual >= lower) & (evaluation.actual <= upper)
    found: FloatArray2D = np.where(known, within.astype(np.float64), np.nan)
    return found


@score("coverage_50", "Coverage of 50 %", unit="1", order=90, better=Better.NEAR, aim=0.5)
def coverage_50(evaluation: Evaluation) -> FloatArray2D:
    """Whether the value lies in the central half; see :func:`inside`."""
    return inside(evaluation, 0.5)


@score("coverage_80", "Coverage of 80 %", unit="1", order=91, better=Better.NEAR, aim=0.8)
def coverage_80(evaluation: Evaluation) -> FloatArray2D:
    """Whether the value lies in the central 80 %; see :func:`inside`."""
    return inside(evaluation, 0.8)


@score("coverage_95", "Coverage of 95 %", unit="1", order=92, better=Better.NEAR, aim=0.95)
def coverage_95(evaluation: Evaluation) -> FloatArray2D:
    """Whether the value lies in the central 95 %; see :func:`inside`."""
    return inside(evaluation, 0.95)
