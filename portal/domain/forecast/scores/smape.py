"""Percentage errors: sMAPE as the M4 competition defines it, and the plain MAPE for series above zero."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray2D
from portal.domain.forecast.base import MEDIAN
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score

_PERCENT = 100.0


@score("smape", "sMAPE", unit="%", order=70)
def smape(evaluation: Evaluation) -> FloatArray2D:
    """Symmetric percentage errors of the median, 0 to 200.

    It says little of series around zero, such as power prices: there it is near 200 for any small miss.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    ndarray of shape (o, h)
        In percent.

    References
    ----------
    Makridakis, Spiliotis and Assimakopoulos (2020), "The M4 competition", Int. J. Forecasting 36.
    """
    return symmetric_errors(evaluation.actual, evaluation.quantiles[..., MEDIAN])


def symmetric_errors(actual: ArrayLike, forecast: ArrayLike) -> FloatArray:
    """Symmetric percentage errors ``200 |y - f| / (|y| + |f|)``; 0 where both are zero.

    Parameters
    ----------
    actual, forecast : array_like
        What happened and what was said, of the same shape.

    Returns
    -------
    ndarray
        In percent, 0 to 200, of the same shape.
    """
    y, f = np.asarray(actual, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    size = np.abs(y) + np.abs(f)
    found: FloatArray = 2.0 * _PERCENT * np.abs(y - f) / np.where(size == 0.0, 1.0, size)
    return found


def percentage_errors(actual: ArrayLike, forecast: ArrayLike) -> FloatArray:
    """Plain percentage errors ``100 |y - f| / |y|``; NaN where nothing happened (y = 0).

    Parameters
    ----------
    actual, forecast : array_like
        What happened and what was said, of the same shape.

    Returns
    -------
    ndarray
        In percent, of the same shape.
    """
    y, f = np.asarray(actual, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    found: FloatArray = _PERCENT * np.abs(y - f) / np.where(y == 0.0, np.nan, np.abs(y))
    return found
