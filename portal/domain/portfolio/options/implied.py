"""The volatility that a European option price implies, to full accuracy of the price, also in far wings.

API: ``implied_black76(price, forward, strike, years, rate, is_call)``, ``implied_bachelier(...)`` likewise, and
``implied_black_scholes(price, spot, ...)``. Conventions of ``european.py``.

The solver works on the out-of-the-money option and on the logarithm of its price as a function of the logarithm of the
deviation. That function is increasing and concave, so that Newton's method started below the root never overshoots;
the error is relative, so that a price of 1e-30 gives its volatility as exactly as a price of 1 does.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.european import Greeks, bachelier, black76
from portal.domain.portfolio.options.normal import as_rows, pay_time

_STEPS = 100
_PRECISION = 1e-9  # of the last step: Newton squares it, so that what is left is rounding
_ROUNDING = 1e-13  # of the larger price: what an in-the-money price may lie below its intrinsic value by
_ROOT_2PI = np.sqrt(2.0 * np.pi)


def implied_black76(
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
    shift: ArrayLike = 0.0,
) -> FloatArray:
    """Black volatility of option prices.

    Parameters
    ----------
    price : array_like
        Discounted option price.
    forward, strike, years, rate, is_call, pay_years, shift : array_like
        As for `portal.domain.portfolio.options.european.black76`.

    Returns
    -------
    ndarray
        Annual volatility, decimal; 0 at the intrinsic value; NaN where no volatility gives the price (below intrinsic,
        or at or above the price of the underlying) or the option has expired.

    References
    ----------
    Jaeckel (2015), "Let's be rational", Wilmott 75, for the standard of accuracy.

    Examples
    --------
    >>> round(float(implied_black76(7.965567455405797, 100.0, 100.0, 1.0, 0.0, True)[0]), 12)
    0.2
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        pay_in = years if pay_years is None else pay_years
        p, f, k, t, r, call, pay_in, move = as_rows(
            price, forward, strike, years, rate, is_call, pay_in, shift
        )
        f, k = f + move, k + move
        outside, ok = _outside(p * np.exp(r * pay_time(t, pay_in)), f - k, call != 0.0, np.maximum(f, k))
        ok &= (f > 0.0) & (k > 0.0) & (t > 0.0) & (outside < np.minimum(f, k))
        f, k = np.where(ok, f, 1.0), np.where(ok, k, 1.0)
        scaled = outside / np.sqrt(f * k)
        distance = np.abs(np.log(f / k))
        middle = np.sqrt(2.0 * distance)  # where vega is largest
        otm = f <= k
        reached = black76(f, k, 1.0, middle, 0.0, otm).value <= outside
        wing = distance / np.sqrt(2.0 * np.maximum(-np.log(scaled), 1e-3))
        start = np.maximum(np.where(reached, middle, np.minimum(wing, middle)), _ROOT_2PI * scaled)

        def curve(deviation: FloatArray) -> Greeks:
            return black76(f, k, 1.0, deviation, 0.0, otm)

        return _finish(_solve(curve, start, outside, ok), outside, t, ok)


def implied_bachelier(
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Normal volatility of option prices.

    Parameters
    ----------
    price : array_like
        Discounted option price.
    forward, strike, years, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.european.bachelier`.

    Returns
    -------
    ndarray
        Volatility in price units per root year; 0 at the intrinsic value; NaN below it or after expiry.

    Examples
    --------
    >>> round(float(implied_bachelier(6.597672870836729, -5.0, -10.0, 0.25, 0.02, True)[0]), 9)
    18.0
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        pay_in = years if pay_years is None else pay_years
        p, f, k, t, r, call, pay_in = as_rows(price, forward, strike, years, rate, is_call, pay_in)
        size = np.maximum(np.abs(f), np.abs(k))
        outside, ok = _outside(p * np.exp(r * pay_time(t, pay_in)), f - k, call != 0.0, size)
        ok &= t > 0.0
        gap = np.where(ok, np.abs(f - k), 0.0)
        # the price is below gap exp(-d^2 / 2) where the strike is far, and below deviation / root(2 pi) everywhere
        far = -2.0 * np.log(np.minimum(outside / np.where(gap > 0.0, gap, 1.0), 0.5))
        start = np.maximum(gap / np.sqrt(far), _ROOT_2PI * outside)

        def curve(deviation: FloatArray) -> Greeks:
            return bachelier(-gap, 0.0, 1.0, deviation, 0.0, True)

        return _finish(_solve(curve, start, outside, ok), outside, t, ok)


def implied_black_scholes(
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray:
    """Volatility of prices of options on a spot with a continuous yield.

    Parameters
    ----------
    price : array_like
        Discounted option price.
    spot, strike, years, rate, is_call, dividend_yield : array_like
        As for `portal.domain.portfolio.options.european.generalised_black_scholes`.

    Returns
    -------
    ndarray
        Annual volatility, decimal; NaN as for `implied_black76`.
    """
    s, t, r, q = as_rows(spot, years, rate, dividend_yield)
    return implied_black76(price, s * np.exp((r - q) * np.maximum(t, 0.0)), strike, t, r, is_call)


def _outside(
    undiscounted: FloatArray, gap: FloatArray, call: NDArray[np.bool_], size: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Price of the out-of-the-money option on the other side, and whether it is at least 0 up to rounding."""
    intrinsic = np.maximum(np.where(call, gap, -gap), 0.0)
    outside = undiscounted - intrinsic
    ok = np.isfinite(outside) & (outside >= -_ROUNDING * size * (intrinsic > 0.0))
    return np.where(ok, np.maximum(outside, 0.0), 0.0), ok


def _solve(
    curve: Callable[[FloatArray], Greeks], start: FloatArray, target: FloatArray, ok: NDArray[np.bool_]
) -> FloatArray:
    """Deviation at which the curve has the price, by Newton in logarithms from below."""
    wanted = ok & (target > 0.0)
    deviation = np.where(wanted, start, 1.0)
    log_target = np.log(np.where(wanted, target, 1.0))
    for _ in range(_STEPS):
        g = curve(deviation)
        step = (log_target - np.log(g.value)) * g.value / (g.vega * deviation)
        # without a value the start is too low to see the option at all
        step = np.where(g.value > 0.0, step, np.log(2.0))
        step = np.where(wanted & np.isfinite(step), np.clip(step, -1.0, 2.0), 0.0)
        deviation = deviation * np.exp(step)
        if (np.abs(step) <= _PRECISION).all():
            break
    return deviation


def _finish(
    deviation: FloatArray, target: FloatArray, years: FloatArray, ok: NDArray[np.bool_]
) -> FloatArray:
    vol = np.where(target > 0.0, deviation, 0.0) / np.sqrt(np.where(ok, years, 1.0))
    return np.where(ok, vol, np.nan)
