"""Options on the average of fixings of one futures price: Turnbull-Wakeman with greeks, Curran for the value.

API: ``turnbull_wakeman(forward, strike, fixing_years, vol, rate, is_call) -> Greeks``, ``turnbull_wakeman_price``
(value only), ``curran(...)`` (value, about 1e-5 of it), ``curran_lower_bound(...)``, ``average_state(...)``.

Fixings have equal weights. ``fixing_years`` holds the years (act/365F) to each fixing that is still to come, one row an
option, padded with NaN; fixings that are known go to ``past_sum`` and ``past_count``. ``vol`` is one number an option
or one a fixing: then the volatility from today to that fixing, so that ``cov(ln F_i, ln F_j) = vol_i^2 t_i`` for the
earlier i. Volatility greeks are those of a parallel move of all of them. Payment is at the last fixing unless
``pay_years`` says otherwise. Values are discounted; theta moves all fixings and the payment; elements without meaning
are NaN. The greeks are with respect to the futures price of today, those of past fixings being none.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.options.asian_curran import conditional_value
from portal.domain.portfolio.options.asian_terms import (
    AverageInputs,
    AverageState,
    average_state,
    read_average,
)
from portal.domain.portfolio.options.european import Greeks, black76, black76_price
from portal.domain.portfolio.options.normal import MIN_DEVIATION, blank

__all__ = [
    "AverageState",
    "average_state",
    "curran",
    "curran_lower_bound",
    "turnbull_wakeman",
    "turnbull_wakeman_price",
]


def turnbull_wakeman(
    forward: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    past_sum: ArrayLike = 0.0,
    past_count: ArrayLike = 0.0,
    pay_years: ArrayLike | None = None,
) -> Greeks:
    """Average-price options with greeks: the average is taken as lognormal with its true mean and variance.

    Parameters
    ----------
    forward : array_like of shape (n,)
        Futures price, positive.
    strike : array_like of shape (n,)
        Strike on the average of all fixings.
    fixing_years : array_like of shape (n, m) or (m,)
        Years to the fixings to come, NaN where a row has fewer.
    vol : array_like of shape (n,) or (n, m)
        Annual volatility, decimal; with two axes that from today to each fixing.
    rate : array_like of shape (n,)
        Continuous rate to the payment date.
    is_call : array_like of shape (n,), bool
        Call or put.
    past_sum : array_like of shape (n,), default 0
        Sum of the known fixings.
    past_count : array_like of shape (n,), default 0
        Number of known fixings.
    pay_years : array_like of shape (n,), optional
        Years to payment; those to the last fixing by default.

    Returns
    -------
    Greeks
        Of the whole option, so that delta falls by one fixing's share a fixing.

    References
    ----------
    Turnbull and Wakeman (1991), "A quick algorithm for pricing European average options", Journal of Financial and
    Quantitative Analysis 26; with a volatility term structure as Haug (2007), The Complete Guide, 2nd ed., 4.20.4.

    Examples
    --------
    >>> weeks = np.arange(1, 27) / 52
    >>> round(float(turnbull_wakeman(100, 100, weeks, 0.2, 0.05, True).value[0]), 2)
    3.27
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_average(forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years)
        pairs, total = _pair_weights(s), _total_variance(s)
        deviation = np.sqrt(total)
        live = deviation > MIN_DEVIATION
        safe = np.where(live, deviation, 1.0)
        g = black76(s.forward, s.strike, 1.0, np.where(s.ok, deviation, 0.0), s.rate, s.call, pay_years=s.pay)
        # total = ln(sum of pairs x exp(variance)): its derivatives in the volatility, and in time
        share = pairs * np.exp(s.variance - total[:, np.newaxis])
        first = np.sum(share * 2.0 * s.vol * s.years, axis=1)
        second = np.sum(share * (2.0 * s.years + (2.0 * s.vol * s.years) ** 2), axis=1) - first * first
        pace = np.sum(share * s.vol * s.vol, axis=1)
        slope = np.where(live, first / (2.0 * safe), np.sqrt(np.sum(pairs * s.years, axis=1)))
        bend = np.where(live, second / (2.0 * safe) - first * first / (4.0 * safe**3), 0.0)
        lost = np.where(live, g.vega * pace / (2.0 * safe), 0.0)
        scale, fixed = s.state.scale, s.discount * s.fixed
        value = scale * np.where(scale > 0.0, g.value, 0.0) + fixed
        return _scaled(
            s,
            value,
            (g.delta, g.gamma, g.vega * slope, -lost, g.vanna * slope, g.volga * slope**2 + g.vega * bend),
        )


def turnbull_wakeman_price(
    forward: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    past_sum: ArrayLike = 0.0,
    past_count: ArrayLike = 0.0,
    pay_years: ArrayLike | None = None,
) -> FloatArray1D:
    """Value only, as `turnbull_wakeman`: the cheap path for scenarios.

    Parameters
    ----------
    forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years : array_like
        As for `turnbull_wakeman`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_average(forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years)
        deviation = np.where(s.ok, np.sqrt(_total_variance(s)), 0.0)
        inner = black76_price(s.forward, s.strike, 1.0, deviation, s.rate, s.call, pay_years=s.pay)
        return _whole(s, inner)


def curran(
    forward: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    past_sum: ArrayLike = 0.0,
    past_count: ArrayLike = 0.0,
    pay_years: ArrayLike | None = None,
) -> FloatArray1D:
    """Average-price options by conditioning on the geometric average.

    Where the geometric average ends above the strike, so does the arithmetic one and the value is exact; below, what
    the arithmetic average exceeds the geometric one by is taken as lognormal with its true two conditional moments.

    Parameters
    ----------
    forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years : array_like
        As for `turnbull_wakeman`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value, never below `curran_lower_bound`.

    References
    ----------
    Curran (1994), "Valuing Asian and portfolio options by conditioning on the geometric mean price", Management
    Science 40; Rogers and Shi (1995), "The value of an Asian option", Journal of Applied Probability 32.

    Examples
    --------
    >>> round(float(curran(3.1, 2.8, np.arange(5, 24) / 365, 0.85, 0.04, False)[0]), 4)
    0.0615
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_average(forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years)
        return _whole(s, s.discount * (s.intrinsic + conditional_value(s, corrected=True)))


def curran_lower_bound(
    forward: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    past_sum: ArrayLike = 0.0,
    past_count: ArrayLike = 0.0,
    pay_years: ArrayLike | None = None,
) -> FloatArray1D:
    """A bound that no true value of an average-price option can be below: the payoff of the conditional mean.

    Parameters
    ----------
    forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years : array_like
        As for `turnbull_wakeman`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value.

    References
    ----------
    Rogers and Shi (1995), "The value of an Asian option", Journal of Applied Probability 32.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s = read_average(forward, strike, fixing_years, vol, rate, is_call, past_sum, past_count, pay_years)
        return _whole(s, s.discount * (s.intrinsic + conditional_value(s, corrected=False)))


def _pair_weights(s: AverageInputs) -> FloatArray1D:
    """Weight of all pairs of fixings whose earlier one is this: their covariance is its variance."""
    later = np.cumsum(s.weight[:, ::-1], axis=1)[:, ::-1]  # of this fixing and all later ones
    pairs: FloatArray1D = s.weight * (2.0 * later - s.weight)
    return pairs


def _total_variance(s: AverageInputs) -> FloatArray1D:
    """Variance of the logarithm of the average, from its second moment."""
    total: FloatArray1D = np.log1p(np.sum(_pair_weights(s) * np.expm1(s.variance), axis=1))
    return np.maximum(total, 0.0)


def _whole(s: AverageInputs, inner: FloatArray1D) -> FloatArray1D:
    """Value of the seasoned option from that on the remaining average."""
    value = s.state.scale * np.where(s.state.scale > 0.0, inner, 0.0) + s.discount * s.fixed
    return blank(s.ok, (value,))[0]


def _scaled(s: AverageInputs, value: FloatArray1D, inner: tuple[FloatArray1D, ...]) -> Greeks:
    """Greeks of the seasoned option; ``inner`` has delta, gamma, vega, diffusion part of theta, vanna, volga."""
    delta, gamma, vega, diffusion, vanna, volga = (s.state.scale * part for part in inner)
    theta = diffusion + s.rate * value * (s.pay > 0.0)
    return Greeks(*blank(s.ok, (value, delta, gamma, vega, theta, -s.pay * value, vanna, volga)))
