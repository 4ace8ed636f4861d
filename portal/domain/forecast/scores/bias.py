"""Mean error: whether forecasts are too high or too low."""

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import Better, score


@score("bias", "Bias", order=80, better=Better.NEAR, aim=0.0)
def bias(evaluation: Evaluation) -> FloatArray2D:
    """Mean forecast less what happened: positive when forecasts are too high.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target.
    """
    return evaluation.mean - evaluation.actual
