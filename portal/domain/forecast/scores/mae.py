"""Mean absolute error of the median."""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.base import MEDIAN
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


@score("mae", "MAE", order=10)
def mae(evaluation: Evaluation) -> FloatArray2D:
    """Absolute errors of the median, which is the forecast that makes them least.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target.
    """
    found: FloatArray2D = np.abs(evaluation.actual - evaluation.quantiles[..., MEDIAN])
    return found
