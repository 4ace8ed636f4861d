"""The theta method for many series at once, exact and without a loop over time.

API: ``theta(y, horizon, period) -> ThetaForecast``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D
from portal.domain.forecast.seasonal_adjustment import adjust
from portal.domain.forecast.smoothing import smooth_simply
from portal.domain.market.errors import BadParameter, InsufficientHistory

LEAST = 5


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ThetaForecast:
    """Forecasts of s series.

    Attributes
    ----------
    mean, sd : ndarray of shape (s, h)
        Means and standard deviations.
    alpha, drift : ndarray of shape (s,)
        Smoothing weight, and change a step of the adjusted series: half the slope of its linear trend.
    seasonal, multiplicative : ndarray of shape (s,), bool
        Whether a season was taken out, and whether it multiplies.
    """

    mean: FloatArray2D
    sd: FloatArray2D
    alpha: FloatArray1D
    drift: FloatArray1D
    seasonal: BoolArray1D
    multiplicative: BoolArray1D


def theta(y: FloatArray2D, horizon: int, period: int = 1, *, additive: bool = False) -> ThetaForecast:
    """Forecast by simple exponential smoothing with half the slope of the trend as drift, after seasonal adjustment.

    Parameters
    ----------
    y : ndarray of shape (s, n)
        Complete series, all of one length.
    horizon : int
        Steps.
    period : int, default 1
        Steps in a season; it is taken out where the 90 % test of its autocorrelation passes.
    additive : bool, default False
        Let the season add up also where all values are above zero.

    Returns
    -------
    ThetaForecast
        Means and standard deviations by series and step.

    Raises
    ------
    InsufficientHistory
        Fewer than 5 values.
    BadParameter
        A horizon below one.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16; Hyndman and Billah (2003),
    "Unmasking the Theta method", ibid. 19; R ``forecast::thetaf``, whose intervals do not scale with the season.
    """
    n = y.shape[1]
    if n < LEAST:
        raise InsufficientHistory(
            f"The theta method needs {LEAST} values, but there are {n}.", have=n, need=LEAST
        )
    if horizon < 1:
        raise BadParameter("A forecast needs a horizon of at least one step.", name="horizon", value=horizon)
    adjusted = adjust(y, period, additive=additive)
    fit = smooth_simply(adjusted.y)
    time = np.arange(n) - 0.5 * (n - 1)
    drift = 0.5 * (adjusted.y @ time) / float(time @ time)
    steps = np.arange(horizon)
    reached = (1.0 - (1.0 - fit.alpha) ** n) / fit.alpha
    mean = fit.level[:, None] + drift[:, None] * (steps + reached[:, None])
    mean, sd = adjusted.put_back(mean, fit.deviation(horizon))
    return ThetaForecast(mean, sd, fit.alpha, drift, adjusted.seasonal, adjusted.multiplicative)
