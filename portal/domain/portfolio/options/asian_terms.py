"""What average-price options share: the fixings as arrays, and the seasoned rule.

API: ``average_state(strike, remaining, past_sum, past_count) -> AverageState``, ``read_average(...) -> AverageInputs``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.options.normal import as_rows


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class AverageState:
    """An average option that is under way as ``scale`` options on the average of what is left to fix.

    Attributes
    ----------
    effective_strike : ndarray of shape (n,)
        Strike on the remaining average; at or below 0 the call is a forward. The given strike when nothing is left.
    scale : ndarray of shape (n,)
        Share of the fixings that is left, 0 to 1.
    known_average : ndarray of shape (n,)
        Average of all fixings where none is left, else NaN.
    """

    effective_strike: FloatArray1D
    scale: FloatArray1D
    known_average: FloatArray1D


@dataclass(frozen=True, eq=False)
class AverageInputs:
    """Arguments of average options; fixings ascending, missing ones last with weight and variance 0.

    Attributes
    ----------
    forward, strike, rate, pay, discount : ndarray of shape (n,)
        Price, effective strike, rate, years to payment, discount factor.
    call, ok : ndarray of shape (n,), bool
        Call or put; whether the element has a meaning.
    vol, years, variance, weight : ndarray of shape (n, m)
        Volatility and time to each fixing, their total variance, and 1 / (fixings left).
    state : AverageState
        Seasoned rule.
    """

    forward: FloatArray1D
    strike: FloatArray1D
    rate: FloatArray1D
    pay: FloatArray1D
    discount: FloatArray1D
    call: NDArray[np.bool_]
    ok: NDArray[np.bool_]
    vol: FloatArray2D
    years: FloatArray2D
    variance: FloatArray2D
    weight: FloatArray2D
    state: AverageState

    @property
    def intrinsic(self) -> FloatArray1D:
        """Undiscounted intrinsic value of the option on the remaining average."""
        gap = self.forward - self.strike
        return np.maximum(np.where(self.call, gap, -gap), 0.0)

    @property
    def fixed(self) -> FloatArray1D:
        """Undiscounted payoff where every fixing is known, else 0."""
        gap = self.state.known_average - self.strike
        payoff = np.maximum(np.where(self.call, gap, -gap), 0.0)
        return np.where(self.state.scale > 0.0, 0.0, payoff)


def average_state(
    strike: ArrayLike, remaining: ArrayLike, past_sum: ArrayLike = 0.0, past_count: ArrayLike = 0.0
) -> AverageState:
    """Past fixings shift the strike and scale the notional.

    Parameters
    ----------
    strike : array_like
        Strike on the average of all fixings.
    remaining : array_like
        Number of fixings that are left.
    past_sum : array_like, default 0
        Sum of the fixings that are known, in price units.
    past_count : array_like, default 0
        Number of them.

    Returns
    -------
    AverageState
        Value = ``scale`` x option with ``effective_strike`` on the average of the rest. NaN without any fixing.

    Examples
    --------
    >>> state = average_state(70.0, 9, 69.5 + 70.1 + 72.3 + 71.9 + 70.8 + 69.9, 6)
    >>> round(float(state.effective_strike[0]), 10), float(state.scale[0])
    (69.5, 0.6)
    """
    k, left, done, count = as_rows(strike, remaining, past_sum, past_count)
    total = left + count
    some = left > 0.0
    every = np.where(total > 0.0, total, np.nan)
    effective = np.where(some, (every * k - done) / np.where(some, left, 1.0), k)
    known = np.where(some, np.nan, done / every)
    return AverageState(np.where(total > 0.0, effective, np.nan), left / every, known)


def read_average(
    forward: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    past_sum: ArrayLike,
    past_count: ArrayLike,
    pay_years: ArrayLike | None,
) -> AverageInputs:
    """Arguments as arrays of one length.

    Parameters
    ----------
    forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years : array_like
        As for `portal.domain.portfolio.options.asian.turnbull_wakeman`.

    Returns
    -------
    AverageInputs
        ``ok`` is False where the price is not positive, a volatility negative, or a number missing.
    """
    fixings = np.atleast_2d(np.asarray(fixing_years, dtype=np.float64))
    vols = np.asarray(vol, dtype=np.float64)
    flat = vols if vols.ndim < fixings.ndim else 0.0
    f, k, r, call, done, count, _rows, first = as_rows(
        forward, strike, rate, is_call, past_sum, past_count, np.zeros(len(fixings)), flat
    )
    n = len(f)
    fixings = np.broadcast_to(fixings, (n, fixings.shape[1]))
    grid = np.broadcast_to(first[:, np.newaxis] if vols.ndim < fixings.ndim else vols, fixings.shape)
    fixings, grid = _ascending(fixings, grid)
    there = ~np.isnan(fixings)
    left = there.sum(axis=1).astype(np.float64)
    years = np.where(there, np.maximum(fixings, 0.0), 0.0)
    used = np.where(there, grid, 0.0)
    state = average_state(k, left, done, count)
    last = np.max(years, axis=1, initial=0.0)
    pay = last if pay_years is None else np.broadcast_to(np.maximum(pay_years, 0.0), last.shape)
    finite = np.isfinite(f + state.effective_strike + r + pay) & np.isfinite(used).all(axis=1)
    ok = finite & (f > 0.0) & (used >= 0.0).all(axis=1)
    weight = there / np.maximum(left, 1.0)[:, np.newaxis]
    return AverageInputs(
        f, state.effective_strike, r, pay, np.exp(-r * pay), call != 0.0, ok, used, years, used * used * years,
        weight, state,
    )  # fmt: skip


def _ascending(fixings: FloatArray2D, vols: FloatArray2D) -> tuple[FloatArray2D, FloatArray2D]:
    """Fixings in time order with missing ones last; nothing is copied when they are already so."""
    missing = np.isnan(fixings)
    filled = np.where(missing, np.inf, fixings)
    if (filled[:, 1:] >= filled[:, :-1]).all():
        return fixings, vols
    order = np.argsort(filled, axis=1, kind="stable")
    return np.take_along_axis(fixings, order, axis=1), np.take_along_axis(vols, order, axis=1)
