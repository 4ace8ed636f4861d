"""Continuous ranked probability score: from quantiles, of a normal forecast, and of an ensemble."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import score


@score("crps", "CRPS", order=60)
def crps(evaluation: Evaluation) -> FloatArray2D:
    """CRPS from the served quantiles: twice the integral of the pinball loss over their probabilities.

    Served levels lie closer in the tails, so each is weighted by the stretch of probability that is nearest to it. The
    absolute error of a forecast without a spread has the same value.

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
    Gneiting and Ranjan (2011), "Comparing density forecasts using threshold- and quantile-weighted scoring rules",
    J. Business and Economic Statistics 29.
    """
    return crps_from_quantiles(evaluation.actual, evaluation.quantiles, LEVELS, nearest_stretch(LEVELS))


def nearest_stretch(levels: Sequence[float]) -> FloatArray1D:
    """Return how much of the probabilities from 0 to 1 is nearest to each level.

    Parameters
    ----------
    levels : sequence of float
        Rising probabilities.

    Returns
    -------
    ndarray of shape (k,)
        Weights that sum to 1.
    """
    p = np.asarray(levels, dtype=np.float64)
    edges = np.concatenate([[0.0], 0.5 * (p[1:] + p[:-1]), [1.0]])
    return np.diff(edges)


def crps_from_quantiles(
    actual: ArrayLike, quantiles: ArrayLike, levels: Sequence[float], weights: ArrayLike | None = None
) -> FloatArray:
    """Twice the weighted mean of the pinball losses.

    Parameters
    ----------
    actual : array_like of shape (...)
        What happened.
    quantiles : array_like of shape (..., k)
        Quantile forecasts.
    levels : sequence of float
        Their k probabilities.
    weights : array_like of shape (k,), optional
        Weights that sum to 1; equal ones by default.

    Returns
    -------
    ndarray of shape (...)
        In the unit of the target.
    """
    p = np.asarray(levels, dtype=np.float64)
    share = np.full(len(p), 1.0 / len(p)) if weights is None else np.asarray(weights, dtype=np.float64)
    miss = np.asarray(actual, dtype=np.float64)[..., None] - np.asarray(quantiles, dtype=np.float64)
    found: FloatArray = 2.0 * np.maximum(p * miss, (p - 1.0) * miss) @ share
    return found


def crps_normal(actual: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> FloatArray:
    """CRPS of normal forecasts; the absolute error where the standard deviation is zero.

    Parameters
    ----------
    actual, mean, sd : array_like
        What happened, mean and standard deviation, in the unit of the target; broadcast together.

    Returns
    -------
    ndarray
        In the unit of the target.

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", JASA 102.
    """
    y, m, s = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (actual, mean, sd)))
    z = (y - m) / np.where(s == 0.0, 1.0, s)
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    spread = s * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    found: FloatArray = np.where(s == 0.0, np.abs(y - m), spread)
    return found


def crps_ensemble(actual: float, members: ArrayLike, *, fair: bool = True) -> float:
    """CRPS of an ensemble.

    Parameters
    ----------
    actual : float
        What happened.
    members : array_like of shape (n,)
        Equally likely forecasts.
    fair : bool
        Divide the spread by ``2 n (n - 1)``, as if the ensemble were endless, instead of ``2 n^2``.

    Returns
    -------
    float
        In the unit of the target; the absolute error of a single member.

    References
    ----------
    Ferro (2014), "Fair scores for ensemble forecasts", Q. J. Royal Meteorological Society 140.
    """
    x = np.sort(np.asarray(members, dtype=np.float64))
    n = len(x)
    distance = float(np.mean(np.abs(x - actual)))
    if n == 1:
        return distance
    pairs = 2.0 * float(
        np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * x)
    )  # sum of |xi - xj| over all i and j
    return distance - pairs / (2.0 * n * ((n - 1) if fair else n))
