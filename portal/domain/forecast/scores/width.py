"""Mean width of a central interval: among forecasts that cover as they should, the narrow one is the sharp one."""

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.intervals import central_interval
from portal.domain.forecast.scoring import score


def width(evaluation: Evaluation, share: float) -> FloatArray2D:
    """Width of the central interval of a share.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    share : float
        Nominal coverage.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target.
    """
    lower, upper = central_interval(evaluation.quantiles, share)
    return upper - lower


@score("width_50", "Width of 50 %", order=94)
def width_50(evaluation: Evaluation) -> FloatArray2D:
    """Width of the central half; see :func:`width`."""
    return width(evaluation, 0.5)


@score("width_80", "Width of 80 %", order=95)
def width_80(evaluation: Evaluation) -> FloatArray2D:
    """Width of the central 80 %; see :func:`width`."""
    return width(evaluation, 0.8)


@score("width_95", "Width of 95 %", order=96)
def width_95(evaluation: Evaluation) -> FloatArray2D:
    """Width of the central 95 %; see :func:`width`."""
    return width(evaluation, 0.95)
