"""Exceedance residuals (McNeil and Frey): were the losses beyond VaR larger on average than ES said?

API: ``exceedance_residuals(pnl, var, es, scale=None)``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete, require_same_length
from portal.domain.risk.backtests.base import check_shortfalls, exceptions

_ROUNDING = 1e-9  # of the mean: a smaller spread of residuals is none, and must not make t infinite


@dataclass(frozen=True)
class ResidualTest:
    """A t test of the residuals on exceptions.

    Attributes
    ----------
    count : int
        Exceptions.
    mean : float
        Mean of P&L plus ES on exceptions, over the scale if one was given; below 0 when ES was too small.
    t : float
        t statistic; 0 with fewer than two exceptions.
    p_value : float
        One-sided, against the alternative that ES was too small; 1 with fewer than two exceptions.
    """

    count: int
    mean: float
    t: float
    p_value: float


def exceedance_residuals(
    pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D, scale: FloatLike1D | None = None
) -> ResidualTest:
    """Test whether P&L on exceptions averages minus ES.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var, es : array_like of shape (n,)
        VaR and ES forecasts made before that day, positive losses.
    scale : array_like of shape (n,), optional
        Volatility forecast of each day, above zero, that the residuals are divided by, so that calm and wild days count
        alike; 1 by default.

    Returns
    -------
    ResidualTest
        Student-t with one degree of freedom less than exceptions; always finite.

    Raises
    ------
    BadParameter
        A scale is 0 or negative on an exception.
    SeriesHasNaN
        A value is missing.
    LengthMismatch
        The lengths differ.

    References
    ----------
    McNeil and Frey (2000), "Estimation of tail-related risk measures for heteroscedastic financial time series",
    J. Empirical Finance 7.

    Examples
    --------
    >>> exceedance_residuals([-12.0, 1.0, -14.0], [10.0] * 3, [12.0] * 3).mean
    -1.0
    """
    made, forecast, shortfall = check_shortfalls(pnl, var, es)
    hits = exceptions(made, forecast)
    residuals = made[hits] + shortfall[hits]
    if scale is not None:
        residuals = residuals / _scale(scale, made, hits)
    count = len(residuals)
    mean = float(np.mean(residuals)) if count else 0.0
    if count < 2:
        return ResidualTest(count, mean, 0.0, 1.0)
    spread = max(float(np.std(residuals, ddof=1)), _ROUNDING * abs(mean))
    t = mean / (spread / np.sqrt(count)) if spread > 0.0 else 0.0
    return ResidualTest(count, mean, float(t), float(stdtr(count - 1, t)))


def _scale(scale: FloatLike1D, made: FloatArray1D, hits: np.ndarray) -> FloatArray1D:
    values = as_vector(scale, "volatility forecasts")
    require_same_length(made, values, "P&L and volatility forecasts")
    require_complete(values, "volatility forecasts")
    bad = np.flatnonzero(hits & (values <= 0.0))
    if bad.size:
        raise BadParameter(
            f"The volatility forecast of observation {bad[0] + 1} is {values[bad[0]]:g}; it must be above zero.",
            name="scale",
            value=float(values[bad[0]]),
        )
    return np.asarray(values[hits], dtype=np.float64)
