"""The terms of Black's and Bachelier's formulae that price and greeks share, kept free of cancellation.

API: ``lognormal_state(...) -> State``, ``normal_state(...) -> State``. Arguments as in ``european.py``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.normal import (
    FAR,
    MIN_DEVIATION,
    as_rows,
    cumulative,
    density,
    mills_ratio,
    pay_time,
)

# Share of the difference of two terms in either of them below which the difference is taken of Mills ratios instead.
_LOSSY = 1e-3


@dataclass(frozen=True, eq=False)
class State:
    """What price and greeks share, each an array of one shape.

    Attributes
    ----------
    forward, strike, years, vol, rate : ndarray
        Arguments; price and strike with the shift, time at least 0.
    pay : ndarray
        Years to payment.
    call, ok, live : ndarray of bool
        Call or put; whether the input has a meaning; whether there is time value.
    deviation : ndarray
        Volatility times root of time.
    d1, d2 : ndarray
        Moneyness in deviations, at most 1e4 in size; equal in the normal model.
    side : ndarray
        +1 where the call is out of the money, else -1.
    p1, p2 : ndarray
        ``N(side d1)``, ``N(side d2)``.
    discount, value : ndarray
        Discount factor and discounted value.
    """

    forward: FloatArray
    strike: FloatArray
    years: FloatArray
    vol: FloatArray
    rate: FloatArray
    pay: FloatArray
    call: NDArray[np.bool_]
    ok: NDArray[np.bool_]
    live: NDArray[np.bool_]
    deviation: FloatArray
    d1: FloatArray
    d2: FloatArray
    side: FloatArray
    p1: FloatArray
    p2: FloatArray
    discount: FloatArray
    value: FloatArray


def lognormal_state(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    pay_years: ArrayLike | None,
    shift: ArrayLike,
) -> State:
    """Black's d1 and d2, the two tail probabilities of the out-of-the-money side, and the value.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call, pay_years, shift : array_like
        As for `portal.domain.portfolio.options.european.black76`.

    Returns
    -------
    State
        Elements whose ``ok`` is False have arbitrary values.
    """
    pay_in = years if pay_years is None else pay_years
    f, k, t, v, r, call, pay_in, move = as_rows(forward, strike, years, vol, rate, is_call, pay_in, shift)
    f, k, t, pay = f + move, k + move, np.maximum(t, 0.0), pay_time(t, pay_in)
    ok = (f > 0.0) & (v >= 0.0) & np.isfinite(f + k + t + v + r + pay)
    deviation = v * np.sqrt(t)
    live = (deviation > MIN_DEVIATION) & (k > 0.0)
    safe = np.where(live, deviation, 1.0)
    d1 = np.where(live, np.log(f / np.where(live, k, f)) / safe + 0.5 * safe, np.sign(f - k) * FAR)
    d2 = np.where(live, d1 - safe, d1)
    d1, d2 = np.clip(d1, -FAR, FAR), np.clip(d2, -FAR, FAR)
    side = np.where(f <= k, 1.0, -1.0)
    p1, p2 = cumulative(side * d1), cumulative(side * d2)
    first = f * p1
    outside = side * (first - k * p2)
    lossy = live & (outside < _LOSSY * first) & (p1 > 0.0)
    if lossy.any():
        x1, x2 = -side[lossy] * d1[lossy], -side[lossy] * d2[lossy]
        ratios = side[lossy] * (mills_ratio(x1) - mills_ratio(x2))
        outside[lossy] = f[lossy] * density(x1) * ratios
    discount = np.exp(-r * pay)
    value = discount * (_intrinsic(f, k, call != 0.0) + np.maximum(outside, 0.0))
    return State(f, k, t, v, r, pay, call != 0.0, ok, live, deviation, d1, d2, side, p1, p2, discount, value)


def normal_state(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    pay_years: ArrayLike | None,
) -> State:
    """The same for a normal price; d1 and d2 are one.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.european.bachelier`.

    Returns
    -------
    State
        Elements whose ``ok`` is False have arbitrary values.
    """
    pay_in = years if pay_years is None else pay_years
    f, k, t, v, r, call, pay_in = as_rows(forward, strike, years, vol, rate, is_call, pay_in)
    t, pay = np.maximum(t, 0.0), pay_time(t, pay_in)
    ok = (v >= 0.0) & np.isfinite(f + k + t + v + r + pay)
    deviation = v * np.sqrt(t)
    live = deviation > MIN_DEVIATION
    distance = f - k
    d = np.where(live, distance / np.where(live, deviation, 1.0), np.sign(distance) * FAR)
    d = np.clip(d, -FAR, FAR)
    side = np.where(distance <= 0.0, 1.0, -1.0)
    p = cumulative(side * d)
    outside = np.where(live, deviation * density(d) - np.abs(distance) * p, 0.0)
    discount = np.exp(-r * pay)
    value = discount * (_intrinsic(f, k, call != 0.0) + np.maximum(outside, 0.0))
    return State(f, k, t, v, r, pay, call != 0.0, ok, live, deviation, d, d, side, p, p, discount, value)


def _intrinsic(forward: FloatArray, strike: FloatArray, call: NDArray[np.bool_]) -> FloatArray:
    gap = forward - strike
    return np.maximum(np.where(call, gap, -gap), 0.0)
