"""Closed forms for spread options: Margrabe's exchange option, Kirk, Bjerksund-Stensland, and the normal spread.

API: ``margrabe``, ``margrabe_greeks``, ``kirk``, ``bjerksund_stensland``, ``bachelier_spread``,
``bachelier_spread_greeks``, ``on_spots(greeks, ...)``. Conventions are those of ``spread.py``. Margrabe and the normal
spread are exact in their models; Kirk and Bjerksund-Stensland are approximations, kept as a cross-check.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.european import bachelier, black76, black76_price
from portal.domain.portfolio.options.normal import FAR, MIN_DEVIATION, as_rows, blank, cumulative
from portal.domain.portfolio.options.spread_legs import SpreadGreeks, read_spread, spread_greeks_of


def margrabe(
    forward1: ArrayLike,
    forward2: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike = True,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Option to exchange leg 2 for leg 1 (call; the put is the reverse): a spread option without strike.

    Parameters
    ----------
    forward1, forward2, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.spread.spread_exact`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value; exact.

    References
    ----------
    Margrabe (1978), "The value of an option to exchange one asset for another", Journal of Finance 33.
    """
    return margrabe_greeks(
        forward1, forward2, years, vol1, vol2, rho, rate, is_call, pay_years=pay_years
    ).value


def margrabe_greeks(
    forward1: ArrayLike,
    forward2: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike = True,
    *,
    pay_years: ArrayLike | None = None,
) -> SpreadGreeks:
    """Value and greeks of Margrabe's exchange option.

    Parameters
    ----------
    forward1, forward2, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `margrabe`.

    Returns
    -------
    SpreadGreeks
        One element an option.
    """
    s = read_spread(forward1, forward2, 0.0, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=True)
    f1, f2 = np.where(s.ok, s.forward1, 1.0), np.where(s.ok, s.forward2, 1.0)
    vol = _spread_vol(s.vol1, s.vol2, s.correlation)
    g = black76(f1, f2, s.years, vol, s.rate, s.call, pay_years=s.pay)
    delta2 = (g.value - g.delta * f1) / f2  # the value is homogeneous of degree one in the two prices
    cross = -g.gamma * f1 / f2
    return spread_greeks_of(
        s, g.value, (g.delta, delta2), (g.gamma, g.gamma * (f1 / f2) ** 2, cross), (f1, f2)
    )


def kirk(
    forward1: ArrayLike,
    forward2: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Kirk's approximation: leg 2 plus strike is taken as one lognormal price.

    With a negative strike the roles turn round (leg 1 less strike), so that it is defined for every strike.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.spread.spread_exact`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value; off by cents for wide or long-dated spreads.

    References
    ----------
    Kirk (1995), "Correlation in the energy markets", in Managing Energy Price Risk, Risk Publications.
    """
    s = read_spread(
        forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=True
    )
    f1, f2 = np.where(s.ok, s.forward1, 1.0), np.where(s.ok, s.forward2, 1.0)
    add1, add2 = np.maximum(-s.strike, 0.0), np.maximum(s.strike, 0.0)
    shifted1, shifted2 = f1 + add1, f2 + add2
    vol = _spread_vol(s.vol1 * f1 / shifted1, s.vol2 * f2 / shifted2, s.correlation)
    value = black76_price(shifted1, shifted2, s.years, vol, s.rate, s.call, pay_years=s.pay)
    return blank(s.ok, (value,))[0]


def bjerksund_stensland(
    forward1: ArrayLike,
    forward2: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Bjerksund-Stensland approximation: the true payoff under Kirk's exercise rule, hence a lower bound.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.spread.spread_exact`; with a negative strike the legs turn round.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value, never below intrinsic; usually within 1e-3 of the exact one.

    References
    ----------
    Bjerksund and Stensland (2014), "Closed form spread option valuation", Quantitative Finance 14.
    """
    s = read_spread(
        forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=True
    )
    turned = s.strike < 0.0
    f1 = np.where(s.ok, np.where(turned, s.forward2, s.forward1), 1.0)
    f2 = np.where(s.ok, np.where(turned, s.forward1, s.forward2), 1.0)
    v1, v2 = np.where(turned, s.vol2, s.vol1), np.where(turned, s.vol1, s.vol2)
    k = np.abs(s.strike)
    call = _bjerksund_call((f1, f2, k), (v1, v2, s.correlation), s.years)
    value = s.discount * np.maximum(np.where(s.call != turned, call, call - (f1 - f2 - k)), s.intrinsic)
    return blank(s.ok, (value,))[0]


def bachelier_spread(
    forward1: ArrayLike,
    forward2: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> FloatArray:
    """Option on the difference of two normal prices of any sign.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `portal.domain.portfolio.options.spread.spread_exact`, but volatilities in price units per root year.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value; exact in its model.
    """
    return bachelier_spread_greeks(
        forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years=pay_years
    ).value


def bachelier_spread_greeks(
    forward1: ArrayLike,
    forward2: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol1: ArrayLike,
    vol2: ArrayLike,
    rho: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    pay_years: ArrayLike | None = None,
) -> SpreadGreeks:
    """Value and greeks of an option on the difference of two normal prices.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `bachelier_spread`.

    Returns
    -------
    SpreadGreeks
        One element an option; vegas per 1.00 price unit per root year.
    """
    s = read_spread(
        forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=False
    )
    vol = _spread_vol(s.vol1, s.vol2, s.correlation)
    g = bachelier(s.forward1 - s.forward2, s.strike, s.years, vol, s.rate, s.call, pay_years=s.pay)
    one = np.ones_like(g.value)
    return spread_greeks_of(s, g.value, (g.delta, -g.delta), (g.gamma, g.gamma, -g.gamma), (one, one))


def on_spots(
    greeks: SpreadGreeks,
    spot1: ArrayLike,
    spot2: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike,
    *,
    yield1: ArrayLike = 0.0,
    yield2: ArrayLike = 0.0,
) -> SpreadGreeks:
    """Greeks with respect to spot prices with yields, from those with respect to their forward prices.

    Parameters
    ----------
    greeks : SpreadGreeks
        Greeks at the forward prices ``spot exp((rate - yield) years)``.
    spot1, spot2, years, rate : array_like
        Spot prices, years to expiry, continuous rate.
    yield1, yield2 : array_like, default 0
        Continuous yields.

    Returns
    -------
    SpreadGreeks
        Theta includes the carry of both legs; rho moves the forwards too.
    """
    s1, s2, t, r, q1, q2 = as_rows(spot1, spot2, years, rate, yield1, yield2)
    growth1, growth2 = np.exp((r - q1) * t), np.exp((r - q2) * t)
    delta1, delta2 = greeks.delta1 * growth1, greeks.delta2 * growth2
    return SpreadGreeks(
        value=greeks.value,
        delta1=delta1,
        delta2=delta2,
        gamma1=greeks.gamma1 * growth1**2,
        gamma2=greeks.gamma2 * growth2**2,
        cross_gamma=greeks.cross_gamma * growth1 * growth2,
        vega1=greeks.vega1,
        vega2=greeks.vega2,
        theta=greeks.theta - delta1 * s1 * (r - q1) - delta2 * s2 * (r - q2),
        rho=greeks.rho + (delta1 * s1 + delta2 * s2) * t,
        correlation_sensitivity=greeks.correlation_sensitivity,
    )


def _spread_vol(vol1: FloatArray, vol2: FloatArray, rho: FloatArray) -> FloatArray:
    """Volatility of the difference; written so that it does not cancel when the legs are alike."""
    return np.sqrt(np.maximum((vol1 - vol2) ** 2 + 2.0 * (1.0 - rho) * vol1 * vol2, 0.0))


def _bjerksund_call(
    prices: tuple[FloatArray, FloatArray, FloatArray],
    vols: tuple[FloatArray, FloatArray, FloatArray],
    years: FloatArray,
) -> FloatArray:
    """Undiscounted call for a strike of at least 0 (formula 7 of the paper)."""
    (f1, f2, k), (v1, v2, rho) = prices, vols
    share = f2 / (f2 + k)
    deviation = _spread_vol(v1, share * v2, rho) * np.sqrt(years)
    live = deviation > MIN_DEVIATION
    safe = np.where(live, deviation, 1.0)
    moneyness = np.log(f1 / (f2 + k))
    half1, half2, both = 0.5 * v1 * v1, 0.5 * share * share * v2 * v2, rho * v1 * v2

    def chance(drift: FloatArray) -> FloatArray:
        far = np.sign(moneyness) * FAR
        return cumulative(np.where(live, np.clip((moneyness + drift * years) / safe, -FAR, FAR), far))

    return (
        f1 * chance(half1 - share * both + half2)
        - f2 * chance(both - half1 + half2 - share * v2 * v2)
        - k * chance(half2 - half1)
    )
