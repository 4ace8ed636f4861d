"""Mean absolute scaled error."""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.base import MEDIAN
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


@score("mase", "MASE", unit="1", order=40)
def mase(evaluation: Evaluation) -> FloatArray2D:
    """Absolute errors of the median over the mean seasonal difference of the same origin's own history.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        Below 1: better than the seasonal naive one season ahead in the history. NaN where the history repeats itself
        exactly.

    References
    ----------
    Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", Int. J. Forecasting 22.
    """
    errors = np.abs(evaluation.actual - evaluation.quantiles[..., MEDIAN])
    scale = np.where(evaluation.scale > 0.0, evaluation.scale, np.nan)
    found: FloatArray2D = errors / scale[:, None]
    return found
