"""Relative mean absolute error: against the seasonal naive on the same cells."""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.base import MEDIAN
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


def baseline_errors(evaluation: Evaluation) -> FloatArray2D:
    """Absolute errors of the seasonal naive.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target.
    """
    found: FloatArray2D = np.abs(evaluation.actual - evaluation.baseline)
    return found


@score("rmae", "rMAE", unit="1", order=30, over=baseline_errors)
def rmae(evaluation: Evaluation) -> FloatArray2D:
    """Absolute errors of the median; their mean over that of the seasonal naive: below 1 is better than it.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target.

    References
    ----------
    Lago, Marcjasz, De Schutter and Weron (2021), "Forecasting day-ahead electricity prices", Applied Energy 293.
    """
    found: FloatArray2D = np.abs(evaluation.actual - evaluation.quantiles[..., MEDIAN])
    return found
