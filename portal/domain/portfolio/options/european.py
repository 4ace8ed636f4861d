"""European options on a futures price: Black (1976), also shifted, and Bachelier (1900), with all greeks.

API: ``black76(forward, strike, years, vol, rate, is_call) -> Greeks`` and ``bachelier(...)`` likewise;
``black76_price`` and ``bachelier_price`` give the value only, at about a third of the time, for scenarios;
``generalised_black_scholes(spot, ...)`` has the greeks of a spot with a yield.

All arguments broadcast. Time in years (act/365F), rates continuous, volatility annual: decimal for Black, in price
units per root year for Bachelier. Values are discounted to today from the payment date; delta is with respect to the
futures price and includes discounting. Vega and rho are per 1.00, theta per year of passing time. An option that has
expired, or without volatility, is worth its discounted intrinsic value and has the greeks of that. An element without
meaning (negative volatility, a futures price at or below minus the shift, NaN) is NaN; its neighbours are not touched.

An option is valued as its intrinsic value plus the out-of-the-money option on the other side, which never cancels:
put-call parity and "at least intrinsic" hold to the last bit, and far wings keep their relative accuracy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.european_state import State, lognormal_state, normal_state
from portal.domain.portfolio.options.normal import as_rows, blank, density


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Greeks:
    """Value of options and its derivatives, one element an option.

    Attributes
    ----------
    value : ndarray of shape (n,)
        Discounted value, in the unit of the price.
    delta : ndarray of shape (n,)
        dV/dF of the discounted value.
    gamma : ndarray of shape (n,)
        d2V/dF2.
    vega : ndarray of shape (n,)
        dV/dvol, per 1.00 of volatility.
    theta : ndarray of shape (n,)
        Change of value per year of passing time, -dV/dt at a fixed futures price.
    rho : ndarray of shape (n,)
        dV/drate at a fixed futures price, per 1.00.
    vanna : ndarray of shape (n,)
        d2V/dF dvol.
    volga : ndarray of shape (n,)
        d2V/dvol2.
    """

    value: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray
    vanna: FloatArray
    volga: FloatArray


def black76(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
    shift: ArrayLike = 0.0,
) -> Greeks:
    """European options on a lognormal futures price, with greeks.

    Parameters
    ----------
    forward : array_like
        Futures price.
    strike : array_like
        Strike. At or below minus the shift the call is a forward and the put worthless.
    years : array_like
        Years to the expiry of the option.
    vol : array_like
        Annual volatility, decimal (of ``forward + shift`` when shifted).
    rate : array_like
        Continuous rate to the payment date.
    is_call : array_like of bool
        Call or put.
    pay_years : array_like, optional
        Years to payment; those to expiry by default.
    shift : array_like, default 0
        Added to price and strike (shifted lognormal), in price units, for markets that may trade below zero.

    Returns
    -------
    Greeks
        Value and derivatives; theta moves expiry and payment together.

    References
    ----------
    Black (1976), "The pricing of commodity contracts", Journal of Financial Economics 3.

    Examples
    --------
    >>> round(float(black76(20, 20, 4 / 12, 0.25, 0.09, False).value[0]), 4)
    1.1166
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = lognormal_state(forward, strike, years, vol, rate, is_call, pay_years, shift)
        root = np.sqrt(s.years)
        bell = s.discount * density(s.d1)
        deviation = np.where(s.live, s.deviation, 1.0)
        safe_vol = np.where(s.live, s.vol, 1.0)
        bell_price = bell * s.forward
        vega = bell_price * root
        theta = s.rate * s.value * (s.pay > 0.0) - np.where(
            s.live, 0.5 * bell_price * s.vol / np.where(s.live, root, 1.0), 0.0
        )
        found = (
            s.value,
            _delta(s, s.p1),
            np.where(s.live, bell / (s.forward * deviation), 0.0),
            vega,
            theta,
            -s.pay * s.value,
            np.where(s.live, -bell * s.d2 / safe_vol, 0.0),
            np.where(s.live, vega * s.d1 * s.d2 / safe_vol, 0.0),
        )
        return Greeks(*blank(s.ok, found))


def black76_price(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
    shift: ArrayLike = 0.0,
) -> FloatArray:
    """Value only, as `black76`: the cheap path for scenarios.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call, pay_years, shift : array_like
        As for `black76`; two axes (scenarios x options) are welcome.

    Returns
    -------
    ndarray
        Discounted value, of the common shape of the arguments.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = lognormal_state(forward, strike, years, vol, rate, is_call, pay_years, shift)
        return blank(s.ok, (s.value,))[0]


def bachelier(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> Greeks:
    """European options on a normal futures price, with greeks; price and strike may have any sign.

    Parameters
    ----------
    forward, strike, years, rate, is_call, pay_years : array_like
        As for `black76`.
    vol : array_like
        Normal volatility, in price units per root year.

    Returns
    -------
    Greeks
        Value and derivatives; vega per 1.00 price unit per root year.

    References
    ----------
    Bachelier (1900), "Théorie de la spéculation"; in use by CME for oil options since 2020-04-22 (advisory 20-171).

    Examples
    --------
    >>> round(float(bachelier(-5.0, -10.0, 0.25, 18.0, 0.02, True).value[0]), 6)
    6.597673
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = normal_state(forward, strike, years, vol, rate, is_call, pay_years)
        root = np.sqrt(s.years)
        bell = s.discount * density(s.d1)
        deviation = np.where(s.live, s.deviation, 1.0)
        safe_vol = np.where(s.live, s.vol, 1.0)
        vega = bell * root
        theta = s.rate * s.value * (s.pay > 0.0) - np.where(
            s.live, 0.5 * bell * s.vol / np.where(s.live, root, 1.0), 0.0
        )
        found = (
            s.value,
            _delta(s, s.p1),
            np.where(s.live, bell / deviation, 0.0),
            vega,
            theta,
            -s.pay * s.value,
            np.where(s.live, -bell * s.d1 / safe_vol, 0.0),
            np.where(s.live, vega * s.d1 * s.d1 / safe_vol, 0.0),
        )
        return Greeks(*blank(s.ok, found))


def bachelier_price(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Value only, as `bachelier`: the cheap path for scenarios.

    Parameters
    ----------
    forward, strike, years, vol, rate, is_call, pay_years : array_like
        As for `bachelier`; two axes (scenarios x options) are welcome.

    Returns
    -------
    ndarray
        Discounted value, of the common shape of the arguments.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = normal_state(forward, strike, years, vol, rate, is_call, pay_years)
        return blank(s.ok, (s.value,))[0]


def generalised_black_scholes(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
) -> Greeks:
    """European options on a spot with a continuous yield; greeks with respect to the spot at a constant yield.

    Parameters
    ----------
    spot : array_like
        Spot price.
    strike, years, vol, rate, is_call : array_like
        As for `black76`.
    dividend_yield : array_like, default 0
        Continuous yield (convenience yield less storage); equal to ``rate`` it makes the spot a futures price.

    Returns
    -------
    Greeks
        Delta, gamma and vanna with respect to the spot; rho moves the rate and leaves the yield, so that it moves
        the forward price too; theta includes the carry.

    References
    ----------
    Black and Scholes (1973), Journal of Political Economy 81; Merton (1973), Bell Journal of Economics 4.

    Examples
    --------
    >>> round(float(generalised_black_scholes(42, 40, 0.5, 0.2, 0.1, True).value[0]), 2)
    4.76
    """
    price, time, r, q = as_rows(spot, years, rate, dividend_yield)
    time = np.maximum(time, 0.0)
    carry = r - q
    growth = np.exp(carry * time)
    forward = price * growth
    g = black76(forward, strike, time, vol, r, is_call)
    return Greeks(
        value=g.value,
        delta=g.delta * growth,
        gamma=g.gamma * growth * growth,
        vega=g.vega,
        theta=g.theta - np.where(time > 0.0, g.delta * forward * carry, 0.0),
        rho=g.rho + g.delta * forward * time,
        vanna=g.vanna * growth,
        volga=g.volga,
    )


def _delta(s: State, tail: FloatArray) -> FloatArray:
    """Discounted N(d1) of calls, -N(-d1) of puts, from the tail of the out-of-the-money side."""
    outside = s.call == (s.side > 0.0)
    chance = np.where(outside, tail, 1.0 - tail)
    return np.where(s.call, 1.0, -1.0) * s.discount * chance
