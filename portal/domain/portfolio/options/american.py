"""American options on a futures price: exact to about 1e-6 of the strike, and the Barone-Adesi-Whaley approximation.

API: ``american(forward, strike, years, vol, rate, is_call) -> Greeks``, ``american_price(...)`` (value only),
``barone_adesi_whaley(...)``. Conventions of ``european.py``; exercise pays at once, so that there is no payment date.

The value is the European one plus what early exercise earns, an integral along the exercise boundary. Without a
positive rate nothing is earned and the option is European. With cost of carry zero a call is a put with price and
strike exchanged: all work is done on puts.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray, FloatArray1D
from portal.domain.portfolio.options.american_boundary import (
    NODES,
    baw_boundary,
    baw_exponent,
    boundary_matrix,
    put_boundary,
    time_points,
)
from portal.domain.portfolio.options.european import Greeks, black76
from portal.domain.portfolio.options.normal import as_rows, blank, cumulative, density

_POINTS = 48  # of the premium integral
_LEAST_DEVIATION = 1e-6  # a smaller one is worth less than what the boundary is known to
_LEAST_INTEREST = 1e-10  # on the strike to expiry; exercise cannot earn more than that
_BLOCK = 256  # options at a time, so that the arrays of the boundary stay in the cache
_VOL_STEP = 1e-3  # for the greeks in the volatility, which moves the boundary
_RATE_STEP = 1e-4


def american(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
) -> Greeks:
    """American options on a futures price, with greeks.

    Delta and gamma are differentiated under the integral and theta follows from them by Black's equation; those in
    volatility and rate, which move the boundary, are differences of full revaluations.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call : array_like of shape (n,)
        As for `portal.domain.portfolio.options.european.black76`; strikes positive.

    Returns
    -------
    Greeks
        Where exercise is best now, those of the exercised option: delta 1 or -1 and no others.

    References
    ----------
    Kim (1990), "The analytic valuation of American options", Review of Financial Studies 3; Andersen, Lake and
    Offengenden (2016), "High performance American option pricing", Journal of Computational Finance 20(1).

    Examples
    --------
    >>> round(float(american(100, 100, 0.5, 0.25, 0.1, True).value[0]), 4)
    6.7753
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        f, k, t, v, r, call = as_rows(forward, strike, years, vol, rate, is_call)
        value, delta, gamma = _all(f, k, t, v, r, call)
        step = np.minimum(_VOL_STEP, 0.5 * v)
        safe = np.where(step > 0.0, step, 1.0)
        up, delta_up, _ = _all(f, k, t, v + step, r, call)
        down, delta_down, _ = _all(f, k, t, v - step, r, call)
        rate_up, rate_down = (_all(f, k, t, v, r + move, call)[0] for move in (_RATE_STEP, -_RATE_STEP))
        held = (gamma > 0.0) & (t > 0.0)
        return Greeks(
            value=value,
            delta=delta,
            gamma=gamma,
            vega=(up - down) / (2.0 * safe),
            theta=np.where(held, r * value - 0.5 * (v * f) ** 2 * gamma, 0.0 * value),
            rho=(rate_up - rate_down) / (2.0 * _RATE_STEP),
            vanna=(delta_up - delta_down) / (2.0 * safe),
            volga=(up - 2.0 * value + down) / (safe * safe),
        )


def american_price(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
) -> FloatArray:
    """Value only, as `american`, at a fifth of the time.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call : array_like of shape (n,)
        As for `american`.

    Returns
    -------
    ndarray of shape (n,)
        Value, never below intrinsic or European.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        return _all(*as_rows(forward, strike, years, vol, rate, is_call))[0]


def barone_adesi_whaley(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
) -> FloatArray:
    """American options on a futures price by the quadratic approximation; off by up to 1 % of the value.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call : array_like of shape (n,)
        As for `american`.

    Returns
    -------
    ndarray of shape (n,)
        Approximate value.

    References
    ----------
    Barone-Adesi and Whaley (1987), "Efficient analytic approximation of American option values", Journal of Finance 42.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        f, k, t, v, r, call = as_rows(forward, strike, years, vol, rate, is_call)
        price, unit = np.where(call != 0.0, k, f), np.where(call != 0.0, f, k)
        value = np.array(black76(f, k, t, v, r, call).value)
        ok, live = _usable(f, k, t, v, r)
        early = _earns(ok, t, r)
        if live.any():
            price, unit, t, v, r = (x[live] for x in (price, unit, t, v, r))
            critical, exponent = baw_boundary(t, v, r), baw_exponent(t, v, r)
            d1 = np.log(critical) / (v * np.sqrt(t)) + 0.5 * v * np.sqrt(t)
            # critical price in units of the strike; for calls strike and price have changed places
            scale = -critical / exponent * (1.0 - np.exp(-r * t) * cumulative(-d1))
            relative = price / unit
            held = value[live] + unit * scale * (relative / critical) ** exponent
            value[live] = np.where(relative > critical, held, unit - price)
        intrinsic = np.maximum(np.where(call != 0.0, f - k, k - f), 0.0)
        value = np.where(early, np.maximum(value, intrinsic), value)
        return blank(ok, (value,))[0]


def _usable(
    f: FloatArray, k: FloatArray, t: FloatArray, v: FloatArray, r: FloatArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which elements have a meaning, and which have a boundary to be exercised at."""
    ok = (f > 0.0) & (k > 0.0) & (v >= 0.0) & np.isfinite(f + k + t + v + r)
    return ok, _earns(ok, t, r) & (v * np.sqrt(np.maximum(t, 0.0)) > _LEAST_DEVIATION)


def _earns(ok: NDArray[np.bool_], t: FloatArray, r: FloatArray) -> NDArray[np.bool_]:
    """Whether money that is paid early earns anything."""
    return ok & (r * t > _LEAST_INTEREST) & (t > 0.0)


def _all(
    f: FloatArray, k: FloatArray, t: FloatArray, v: FloatArray, r: FloatArray, call: FloatArray
) -> list[FloatArray]:
    """Value, delta and gamma."""
    european = black76(f, k, t, v, r, call)
    value, delta, gamma = np.array(european.value), np.array(european.delta), np.array(european.gamma)
    ok, live = _usable(f, k, t, v, r)
    is_call = call != 0.0
    intrinsic = np.maximum(np.where(is_call, f - k, k - f), 0.0)
    at_once = _earns(ok, t, r) & ~live & (intrinsic > 0.0)  # without volatility waiting brings nothing
    value = np.where(at_once, np.maximum(intrinsic, value), value)
    delta = np.where(at_once, np.sign(delta), delta)
    if live.any():
        fl, kl, cl = f[live], k[live], is_call[live]
        premium, slope1, bend1, exercised = _premium(
            np.where(cl, kl, fl), np.where(cl, fl, kl), t[live], v[live], r[live]
        )
        # the premium is homogeneous of degree one in price and strike; a call has them exchanged
        slope = np.where(cl, (premium - slope1 * kl) / fl, slope1)
        bend = np.where(cl, bend1 * (kl / fl) ** 2, bend1)
        now = intrinsic[live]
        value[live] = np.where(exercised, now, np.maximum(value[live] + premium, now))
        delta[live] = np.where(exercised, np.where(cl, 1.0, -1.0), delta[live] + slope)
        gamma[live] = np.where(exercised, 0.0, np.maximum(gamma[live] + bend, 0.0))
    return blank(ok, (value, delta, gamma))


def _premium(
    price: FloatArray1D, strike: FloatArray1D, years: FloatArray1D, vol: FloatArray1D, rate: FloatArray1D
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D, NDArray[np.bool_]]:
    """Early exercise premium of puts, its two derivatives in the price, and whether exercise is best now."""
    if len(price) > _BLOCK:
        cuts = range(0, len(price), _BLOCK)
        parts = [_premium(*(x[i : i + _BLOCK] for x in (price, strike, years, vol, rate))) for i in cuts]
        value, slope, bend, exercised = (np.concatenate(column) for column in zip(*parts, strict=True))
        return value, slope, bend, exercised
    nodes = put_boundary(years, vol, rate)
    y, weights = time_points(_POINTS)
    matrix = boundary_matrix(tuple(np.sqrt(1.0 - y * y)))
    boundary = -np.sqrt(np.maximum(np.log(nodes) ** 2 @ matrix.T, 0.0))  # logarithms, in units of the strike
    relative = (price / strike)[:, np.newaxis]
    exercised = price <= strike * nodes[:, np.argmax(NODES)]
    elapsed = years[:, np.newaxis] * (y * y)
    deviation = vol[:, np.newaxis] * np.sqrt(elapsed)
    d1 = (np.log(relative) - boundary) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    earned = weights * np.exp(-rate[:, np.newaxis] * elapsed)
    total = rate * years
    tail1, tail2 = cumulative(-d1), cumulative(-d2)
    bell1, bell2 = density(d1) / deviation, density(d2) / deviation
    value = total * np.sum(earned * (tail2 - relative * tail1), axis=1)
    slope = total * np.sum(earned * (bell1 - bell2 / relative - tail1), axis=1)
    bend = total * np.sum(
        earned * (bell2 / relative**2 * (1.0 + d2 / deviation) + bell1 / relative * (1.0 - d1 / deviation)),
        axis=1,
    )
    return strike * np.maximum(value, 0.0), slope, bend / strike, exercised
