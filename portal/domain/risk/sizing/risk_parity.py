"""Inverse-volatility weights: every asset with the same risk by itself, correlations left out.

API: ``inverse_volatility(volatilities, cap=None)``, ``risk_shares(weights, covariance)``.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete
from portal.domain.risk.sizing.caps import cap_weights
from portal.domain.risk.sizing.covariances import as_invertible


def inverse_volatility(volatilities: ArrayLike, *, cap: float | ArrayLike | None = None) -> FloatArray1D:
    """Weights in proportion to one over volatility.

    Parameters
    ----------
    volatilities : array_like of shape (k,)
        Above 0, over one period.
    cap : float or array_like of shape (k,), optional
        Largest weight; what it cuts off is shared by the others.

    Returns
    -------
    ndarray of shape (k,)
        Weights that sum to 1.

    Raises
    ------
    BadParameter
        A volatility is not above 0, or the caps leave less than 1.
    SeriesHasNaN
        A volatility is missing.

    Examples
    --------
    >>> inverse_volatility([0.2, 0.15, 0.3]).round(4).tolist()
    [0.3333, 0.4444, 0.2222]
    """
    vols = as_vector(np.asarray(volatilities, dtype=np.float64), "volatilities")
    require_complete(vols, "volatilities")
    bad = np.flatnonzero(vols <= 0.0)
    if not vols.size or bad.size:
        which = f"of asset {bad[0] + 1} is {vols[bad[0]]:g}; it" if bad.size else "is needed, and it"
        raise BadParameter(f"The volatility {which} must be above 0.", name="volatilities")
    weights = 1.0 / vols
    weights = weights / weights.sum()
    return weights if cap is None else cap_weights(weights, cap)


def risk_shares(weights: ArrayLike, covariance: ArrayLike) -> FloatArray1D:
    """Share of the portfolio's variance that each asset brings.

    Parameters
    ----------
    weights : array_like of shape (k,)
        Weights, not all 0.
    covariance : array_like of shape (k, k)
        Of returns.

    Returns
    -------
    ndarray of shape (k,)
        Shares that sum to 1; negative for an asset that hedges the others.

    Raises
    ------
    BadParameter
        The weights have no risk to share.
    LengthMismatch
        Weights and covariance differ in size.
    NotPositiveSemidefinite
        The covariance is none.
    """
    vector = as_vector(np.asarray(weights, dtype=np.float64), "weights")
    cov = as_invertible(covariance, len(vector))
    parts = vector * (cov @ vector)
    total = float(parts.sum())
    if not total > 0.0:
        raise BadParameter("The weights have no risk to share; choose some other than 0.", name="weights")
    return np.asarray(parts / total, dtype=np.float64)
