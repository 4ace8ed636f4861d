"""European options on the mean-reverting spot in closed form: what a swing with a right for every period is worth."""

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.flexible.ou import ou_variance
from portal.domain.portfolio.flexible.terms import Prices


def option_strip(
    prices: Prices, *, strike: float, is_call: bool = True, kappa: float, sigma: float
) -> FloatArray1D:
    """Values of one option on each period's spot.

    Their sum bounds every swing of that strike from above, and is its value when there is a right for every period.

    Parameters
    ----------
    prices : Prices
        Forward, time and discount factor of each period.
    strike : float
        Price per unit.
    is_call : bool, default True
        Call or put.
    kappa, sigma : float
        Speed of mean reversion per year and annual volatility of the log spot.

    Returns
    -------
    ndarray of shape (m,)
        Discounted money per unit of volume.

    References
    ----------
    Black (1976), The pricing of commodity contracts, with the variance of Schwartz (1997), model 1.
    """
    from scipy.special import ndtr

    sign = 1.0 if is_call else -1.0
    sd = np.sqrt(ou_variance(prices.times_years, kappa, sigma))
    intrinsic = np.maximum(sign * (prices.forward - strike), 0.0)
    if strike <= 0.0:  # the spot is positive: a call is always used, a put never
        return np.asarray(prices.discount * intrinsic, dtype=np.float64)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # a known price has no distance; its option is intrinsic
        distance = np.log(prices.forward / strike) / sd + 0.5 * sd
        paid = sign * (prices.forward * ndtr(sign * distance) - strike * ndtr(sign * (distance - sd)))
    return np.asarray(prices.discount * np.where(sd > 0.0, paid, intrinsic), dtype=np.float64)
