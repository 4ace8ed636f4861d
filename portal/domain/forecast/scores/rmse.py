"""Root mean squared error of the mean."""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


@score("rmse", "RMSE", order=20, root=True)
def rmse(evaluation: Evaluation) -> FloatArray2D:
    """Squared errors of the mean, which is the forecast that makes them least.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target, squared.
    """
    found: FloatArray2D = np.square(evaluation.actual - evaluation.mean)
    return found
