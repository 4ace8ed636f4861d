"""What all spread options share: the answer with its greeks, and the arguments as arrays with what is usable marked.

API: ``SpreadGreeks``, ``read_spread(...) -> SpreadInputs``, ``spread_greeks_of(inputs, value, ...)``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.normal import as_rows, blank, pay_time


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SpreadGreeks:
    """Value of options on ``F1 - F2`` and its derivatives, one element an option.

    Attributes
    ----------
    value : ndarray of shape (n,)
        Discounted value, in the unit of the prices.
    delta1, delta2 : ndarray of shape (n,)
        dV/dF1 and dV/dF2 of the discounted value.
    gamma1, gamma2 : ndarray of shape (n,)
        d2V/dF1^2 and d2V/dF2^2.
    cross_gamma : ndarray of shape (n,)
        d2V/dF1 dF2.
    vega1, vega2 : ndarray of shape (n,)
        Derivatives with respect to the two volatilities, per 1.00.
    theta : ndarray of shape (n,)
        Change of value per year of passing time at fixed prices.
    rho : ndarray of shape (n,)
        Derivative with respect to the interest rate, per 1.00.
    correlation_sensitivity : ndarray of shape (n,)
        Derivative with respect to the correlation, per 1.00.
    """

    value: FloatArray
    delta1: FloatArray
    delta2: FloatArray
    gamma1: FloatArray
    gamma2: FloatArray
    cross_gamma: FloatArray
    vega1: FloatArray
    vega2: FloatArray
    theta: FloatArray
    rho: FloatArray
    correlation_sensitivity: FloatArray


@dataclass(frozen=True, eq=False)
class SpreadInputs:
    """Arguments of spread options as float64 arrays of one shape; times are at least 0.

    Attributes
    ----------
    forward1, forward2, strike, years, vol1, vol2, correlation, rate : ndarray of shape (n,)
        As given.
    call : ndarray of shape (n,), bool
        Call or put.
    pay, discount : ndarray of shape (n,)
        Years to payment, and the discount factor to it.
    ok : ndarray of shape (n,), bool
        Whether the element has a meaning.
    """

    forward1: FloatArray
    forward2: FloatArray
    strike: FloatArray
    years: FloatArray
    vol1: FloatArray
    vol2: FloatArray
    correlation: FloatArray
    rate: FloatArray
    call: NDArray[np.bool_]
    pay: FloatArray
    discount: FloatArray
    ok: NDArray[np.bool_]

    @property
    def intrinsic(self) -> FloatArray:
        """Undiscounted intrinsic value."""
        gap = self.forward1 - self.forward2 - self.strike
        return np.maximum(np.where(self.call, gap, -gap), 0.0)


def read_spread(
    forward1: ArrayLike,
    forward2: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    pay_years: ArrayLike | None,
    *,
    lognormal: bool,
) -> SpreadInputs:
    """Arguments as arrays of one shape.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As the pricing functions take them.
    lognormal : bool
        Whether prices must be positive.

    Returns
    -------
    SpreadInputs
        With ``ok`` False where a value is missing, a volatility negative, the correlation outside of [-1, 1], or a
        price not positive where it must be.
    """
    pay_in = years if pay_years is None else pay_years
    f1, f2, k, t, v1, v2, c, r, call, pay_in = as_rows(
        forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_in
    )
    t, pay = np.maximum(t, 0.0), pay_time(t, pay_in)
    ok = np.isfinite(f1 + f2 + k + t + v1 + v2 + c + r + pay) & (v1 >= 0.0) & (v2 >= 0.0) & (np.abs(c) <= 1.0)
    if lognormal:
        ok &= (f1 > 0.0) & (f2 > 0.0)
    return SpreadInputs(f1, f2, k, t, v1, v2, c, r, call != 0.0, pay, np.exp(-r * pay), ok)


def spread_greeks_of(
    s: SpreadInputs,
    value: FloatArray,
    deltas: tuple[FloatArray, FloatArray],
    gammas: tuple[FloatArray, FloatArray, FloatArray],
    scales: tuple[FloatArray, FloatArray],
) -> SpreadGreeks:
    """All greeks from value, deltas and gammas: the others follow from the diffusion equation.

    The value depends on volatilities, correlation and time through the covariances of the legs only, and its
    derivative with respect to those is half the second derivative in the prices.

    Parameters
    ----------
    s : SpreadInputs
        The arguments.
    value : ndarray of shape (n,)
        Discounted value.
    deltas, gammas : tuple of ndarray
        (leg 1, leg 2) and (leg 1, leg 2, cross), of the discounted value.
    scales : tuple of ndarray
        What a volatility is multiplied with to be in price units: the prices when lognormal, 1 when normal.

    Returns
    -------
    SpreadGreeks
        NaN where an argument was not usable.
    """
    up1, up2 = scales
    gamma1, gamma2, cross = gammas
    c11, c22, c12 = gamma1 * up1 * up1, gamma2 * up2 * up2, cross * up1 * up2
    mixed = s.correlation * c12
    spent = 0.5 * (c11 * s.vol1**2 + c22 * s.vol2**2) + mixed * s.vol1 * s.vol2
    found = (
        value,
        *deltas,
        *gammas,
        s.years * (c11 * s.vol1 + mixed * s.vol2),
        s.years * (c22 * s.vol2 + mixed * s.vol1),
        s.rate * value * (s.pay > 0.0) - np.where(s.years > 0.0, spent, 0.0),
        -s.pay * value,
        s.years * c12 * s.vol1 * s.vol2,
    )
    return SpreadGreeks(*blank(s.ok, found))
