"""Pinball (quantile) loss over the served levels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray2D
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


@score("pinball", "Pinball loss", order=50)
def pinball(evaluation: Evaluation) -> FloatArray2D:
    """Pinball losses, averaged over the served quantiles with equal weights.

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
    Gneiting (2011), "Quantiles as optimal point forecasts", Int. J. Forecasting 27.
    """
    found: FloatArray2D = pinball_losses(evaluation.actual, evaluation.quantiles, LEVELS).mean(axis=-1)
    return found


def pinball_losses(actual: ArrayLike, quantiles: ArrayLike, levels: Sequence[float]) -> FloatArray:
    """Pinball losses ``max(p (y - q), (p - 1)(y - q))``.

    Parameters
    ----------
    actual : array_like of shape (...)
        What happened.
    quantiles : array_like of shape (..., k)
        Quantile forecasts.
    levels : sequence of float
        Their k probabilities.

    Returns
    -------
    ndarray of shape (..., k)
        In the unit of the target.
    """
    miss = np.asarray(actual, dtype=np.float64)[..., None] - np.asarray(quantiles, dtype=np.float64)
    p = np.asarray(levels, dtype=np.float64)
    found: FloatArray = np.maximum(p * miss, (p - 1.0) * miss)
    return found
