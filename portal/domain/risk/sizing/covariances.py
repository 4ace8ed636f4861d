"""Checks of the covariances that sizes are made from: they must have an inverse.

API: ``as_invertible(matrix, size)``, ``portfolio_volatility(weights, covariance)``.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.errors import NotPositiveSemidefinite
from portal.domain.risk.inputs import as_covariance

_LEAST = 1e-12  # eigenvalue of the correlations


def as_invertible(matrix: ArrayLike, size: int | None = None) -> FloatArray2D:
    """Return a covariance that tells all assets apart, symmetric to the last digit.

    Parameters
    ----------
    matrix : array_like of shape (k, k)
        Covariances.
    size : int, optional
        Number of assets that it must have; its own number of rows by default.

    Returns
    -------
    ndarray of shape (k, k)
        Positive definite.

    Raises
    ------
    LengthMismatch
        The matrix is not square, or of another size.
    SeriesHasNaN
        An entry is missing.
    BadParameter
        The matrix is not symmetric, or there is no asset.
    NotPositiveSemidefinite
        It is no covariance, or some assets do not move or are copies of others, so that no size of them can be told
        from another.
    """
    given = np.asarray(matrix, dtype=np.float64)
    rows = (len(given) if given.ndim else 0) if size is None else size
    if not rows:
        raise BadParameter("There is no asset to size; choose at least one.", name="covariance")
    cov = as_covariance(given, rows)
    scale = np.sqrt(np.maximum(np.diag(cov), 0.0))
    still = np.flatnonzero(scale == 0.0)
    if still.size:
        raise NotPositiveSemidefinite(
            f"Asset {still[0] + 1} does not move at all, so that there is no size for it; leave it out.",
            eigenvalue=0.0,
        )
    least = float(np.linalg.eigvalsh(cov / np.outer(scale, scale))[0])
    if not least > _LEAST:
        raise NotPositiveSemidefinite(
            f"The covariance has no inverse (smallest eigenvalue of the correlations {least:.2g}): some assets copy "
            "others; leave them out, or shrink the covariance.",
            eigenvalue=least,
        )
    return cov


def portfolio_volatility(weights: FloatArray1D, covariance: FloatArray2D) -> float:
    """Standard deviation of a portfolio.

    Parameters
    ----------
    weights : ndarray of shape (k,)
        Weights or amounts.
    covariance : ndarray of shape (k, k)
        Of the assets' returns.

    Returns
    -------
    float
        In the unit of the weights, over the period of the covariance.
    """
    return float(np.sqrt(np.maximum(weights @ covariance @ weights, 0.0)))
