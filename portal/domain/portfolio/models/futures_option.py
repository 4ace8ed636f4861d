"""European options on futures in the Schwartz-Smith model: Black-76 with the model's own volatility.

API: ``futures_option(state, params, ...) -> FuturesOption``. The model's volatility falls with the time from the
option's expiry to delivery, so options of one expiry on near and far months get their own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.portfolio.models.schwartz_smith import SchwartzSmith, futures_curve, terminal_deviation
from portal.domain.portfolio.options.european import Greeks, black76


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FuturesOption:
    """Options valued in the model.

    Attributes
    ----------
    futures : ndarray of shape (n,)
        Futures price of the model.
    deviation : ndarray of shape (n,)
        Standard deviation of the log price at expiry, not annual.
    vol : ndarray of shape (n,)
        The same as an annual Black-76 volatility; 0 at expiry.
    greeks : Greeks
        Value and derivatives with respect to the futures price.
    """

    futures: FloatArray
    deviation: FloatArray
    vol: FloatArray
    greeks: Greeks


def futures_option(
    state: ArrayLike,
    params: SchwartzSmith,
    *,
    maturity: ArrayLike,
    expiry: ArrayLike,
    strike: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
) -> FuturesOption:
    """Value European options on futures.

    Parameters
    ----------
    state : array_like of shape (2,)
        xi and chi.
    params : SchwartzSmith
        Parameters.
    maturity, expiry : array_like of shape (n,)
        Years to delivery of the futures and to expiry of the option.
    strike : array_like of shape (n,)
        Strike.
    rate : array_like of shape (n,)
        Continuous.
    is_call : array_like of shape (n,)
        Call or put.

    Returns
    -------
    FuturesOption
        Futures prices, volatilities, values and greeks.

    References
    ----------
    Schwartz and Smith (2000), Management Science 46, equations (16) to (18).
    """
    delivery, years = np.broadcast_arrays(
        np.atleast_1d(np.asarray(maturity, np.float64)), np.atleast_1d(np.asarray(expiry, np.float64))
    )
    futures = futures_curve(state, delivery, params)
    deviation = terminal_deviation(years, delivery, params)
    live = years > 0.0
    vol = np.where(live, deviation / np.sqrt(np.where(live, years, 1.0)), 0.0)
    return FuturesOption(futures, deviation, vol, black76(futures, strike, years, vol, rate, is_call))
