"""Options on the difference of two futures prices, payoff ``max(+-(F1 - F2 - K), 0)``: exact value and greeks.

API: ``spread_exact(...)``, ``spread_greeks(...) -> SpreadGreeks``; the closed forms ``margrabe``, ``kirk``,
``bjerksund_stensland``, ``bachelier_spread`` and their greeks are found here too.

For a spark spread, F1 is power, F2 is gas times the heat rate and K the variable cost (negative: a subsidy). Both
prices are lognormal with volatilities ``vol1``, ``vol2`` (annual, decimal) and correlation ``rho`` of the logarithms.
Times in years, rates continuous; values and greeks are discounted from the payment date; vegas, rho and the correlation
sensitivity are per 1.00, theta per year of passing time. Elements without meaning are NaN. Expired options are worth
their intrinsic value. An option is its intrinsic value plus the out-of-the-money option on the other side, so that
put-call parity holds exactly.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.portfolio.options.normal import MIN_DEVIATION, blank
from portal.domain.portfolio.options.spread_closed import (
    bachelier_spread,
    bachelier_spread_greeks,
    bjerksund_stensland,
    kirk,
    margrabe,
    margrabe_greeks,
    on_spots,
)
from portal.domain.portfolio.options.spread_legs import (
    SpreadGreeks,
    SpreadInputs,
    read_spread,
    spread_greeks_of,
)
from portal.domain.portfolio.options.spread_quadrature import Legs, Moments, integrate

__all__ = [
    "SpreadGreeks",
    "bachelier_spread",
    "bachelier_spread_greeks",
    "bjerksund_stensland",
    "kirk",
    "margrabe",
    "margrabe_greeks",
    "on_spots",
    "spread_exact",
    "spread_greeks",
]


def spread_exact(
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
    """Value of spread options on two lognormal prices, by quadrature.

    Parameters
    ----------
    forward1, forward2 : array_like
        Futures prices of the two legs, positive.
    strike : array_like
        Strike, any sign.
    years : array_like
        Years to expiry.
    vol1, vol2 : array_like
        Annual volatilities, decimal.
    rho : array_like
        Correlation of the log prices, -1 to 1.
    rate : array_like
        Continuous rate to the payment date.
    is_call : array_like of bool
        Call (pays F1 - F2 - K) or put.
    pay_years : array_like, optional
        Years to payment; those to expiry by default.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value, to about 1e-11 of the larger price.

    References
    ----------
    Pearson (1995), Journal of Derivatives 3(1), for conditioning on one leg.

    Examples
    --------
    >>> round(float(spread_exact(122, 120, 3, 0.1, 0.2, 0.2, 0.5, 0.1, True)[0]), 6)
    2.553609
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_spread(
            forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=True
        )
        outside = _out_of_the_money(s, greeks=False).value
        return blank(s.ok, (s.discount * (s.intrinsic + outside),))[0]


def spread_greeks(
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
    """Value and greeks of spread options on two lognormal prices.

    Deltas and gammas are differentiated under the integral; the other greeks follow from the gammas exactly.

    Parameters
    ----------
    forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years : array_like
        As for `spread_exact`.

    Returns
    -------
    SpreadGreeks
        One element an option.

    Examples
    --------
    >>> g = spread_greeks(122, 120, 3, 0.1, 0.2, 0.2, 0.5, 0.1, True)
    >>> round(float(g.delta1[0]), 4), round(float(g.delta2[0]), 4)
    (0.4559, -0.4311)
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_spread(
            forward1, forward2, strike, years, vol1, vol2, rho, rate, is_call, pay_years, lognormal=True
        )
        m = _out_of_the_money(s, greeks=True)
        gap = s.forward1 - s.forward2 - s.strike
        # an option in the money is the other one plus the forward; at the money the outside one is the call
        inside = np.where(s.call, 1.0, -1.0) * (s.call == (gap > 0.0))
        deltas = s.discount * (m.delta1 + inside), s.discount * (m.delta2 - inside)
        gammas = s.discount * m.gamma1, s.discount * m.gamma2, s.discount * m.cross
        value = s.discount * (s.intrinsic + m.value)
        return spread_greeks_of(s, value, deltas, gammas, (s.forward1, s.forward2))


def _out_of_the_money(s: SpreadInputs, *, greeks: bool) -> Moments:
    """Expected payoff of the option that is out of the money (the call at equality); nothing where there is no time."""
    deviation1, deviation2 = s.vol1 * np.sqrt(s.years), s.vol2 * np.sqrt(s.years)
    live = s.ok & (deviation1 + deviation2 > MIN_DEVIATION)
    parts = np.zeros((6, *s.strike.shape))
    gap = s.forward1 - s.forward2 - s.strike
    if live.any():
        legs = Legs(
            s.forward1,
            s.forward2,
            s.strike,
            deviation1,
            deviation2,
            np.where((deviation1 > 0.0) & (deviation2 > 0.0), s.correlation, 0.0),
            np.where(gap <= 0.0, 1.0, -1.0),
        )
        m = integrate(legs.take(live), greeks=greeks)
        parts[:, live] = m.value, m.delta1, m.delta2, m.gamma1, m.gamma2, m.cross
    at_the_money = (gap == 0.0) & ~live  # as the limit of the option with time left
    parts[1] += 0.5 * at_the_money
    parts[2] -= 0.5 * at_the_money
    return Moments(*parts)
