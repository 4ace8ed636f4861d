"""Quantiles at the served levels from what models know of their errors.

API: ``normal_quantiles``, ``residual_quantiles``, ``sorted_quantiles``.
"""

import numpy as np
from scipy.special import ndtri

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS


def normal_quantiles(mean: FloatArray1D, sd: FloatArray1D) -> FloatArray2D:
    """Quantiles of normal forecasts.

    Parameters
    ----------
    mean, sd : ndarray of shape (h,)
        Mean and standard deviation of each step, in the unit of the target.

    Returns
    -------
    ndarray of shape (h, len(LEVELS))
        Quantiles at ``LEVELS``.
    """
    found: FloatArray2D = mean[:, None] + sd[:, None] * ndtri(np.array(LEVELS))
    return found


def residual_quantiles(mean: FloatArray1D, errors: FloatArray2D) -> FloatArray2D:
    """Quantiles from past errors of each step: the forecast plus the quantiles of actual less forecast.

    Parameters
    ----------
    mean : ndarray of shape (h,)
        Point forecasts.
    errors : ndarray of shape (n, h)
        Actual less forecast of n past origins at each step.

    Returns
    -------
    ndarray of shape (h, len(LEVELS))
        Quantiles at ``LEVELS``; those of the errors by linear interpolation at ranks ``p (n + 1)``, Hyndman and Fan
        (1996), type 6.
    """
    spread: FloatArray2D = np.quantile(errors, LEVELS, axis=0, method="weibull")
    return mean[:, None] + spread.T


def sorted_quantiles(quantiles: FloatArray2D) -> FloatArray2D:
    """Quantiles of each step in rising order: the rearrangement of Chernozhukov, Fernandez-Val and Galichon (2010).

    Parameters
    ----------
    quantiles : ndarray of shape (h, q)
        Quantiles that may cross.

    Returns
    -------
    ndarray of shape (h, q)
        The same values, sorted in each row.
    """
    return np.sort(quantiles, axis=1)
