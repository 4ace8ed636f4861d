"""Average options on a spot price with a yield: geometric averages, and continuous arithmetic ones.

API: ``geometric_discrete``, ``geometric_continuous``, ``levy`` (continuous arithmetic, two moments, seasoned),
``continuous_arithmetic`` (by conditioning on the geometric average). Rates and yields are continuous, values discounted
to the end of averaging; a yield equal to the rate makes the spot a futures price. Elements without meaning are NaN.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.options.asian_curran import ConditionalAverage, value_given
from portal.domain.portfolio.options.european import black76_price
from portal.domain.portfolio.options.normal import MIN_DEVIATION, as_rows, blank

_TIME_NODES = 24  # Gauss-Legendre nodes of the averaging period
_CLOSE = 1e-4  # two arguments nearer than this take the derivative for the divided difference


def geometric_discrete(
    spot: ArrayLike,
    strike: ArrayLike,
    fixing_years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
    pay_years: ArrayLike | None = None,
) -> FloatArray1D:
    """Options on the geometric mean of fixings; exact.

    Parameters
    ----------
    spot, strike, vol, rate, is_call : array_like of shape (n,)
        Spot price, strike, annual volatility, continuous rate, call or put.
    fixing_years : array_like of shape (m,)
        Years to the fixings, ascending.
    dividend_yield : array_like of shape (n,), default 0
        Continuous yield of the spot.
    pay_years : array_like of shape (n,), optional
        Years to payment; those to the last fixing by default.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value.

    References
    ----------
    Kemna and Vorst (1990), Journal of Banking and Finance 14; Clewlow and Strickland (1998), Implementing
    Derivatives Models, pp. 118-123.
    """
    times = np.asarray(fixing_years, dtype=np.float64)
    s, k, v, r, call, q = as_rows(spot, strike, vol, rate, is_call, dividend_yield)
    pairs = 2.0 * np.arange(len(times), 0.0, -1.0) - 1.0
    pay = np.max(times) if pay_years is None else pay_years
    moments = times.mean(), float(pairs @ times) / len(times) ** 2
    return _geometric((s, k, v, r, call, q), moments, pay)


def geometric_continuous(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray1D:
    """Options on the continuous geometric average from today to expiry; exact.

    Parameters
    ----------
    spot, strike, years, vol, rate, is_call, dividend_yield : array_like of shape (n,)
        As for `geometric_discrete`; years to the end of averaging and payment.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value.

    References
    ----------
    Kemna and Vorst (1990), "A pricing method for options based on average asset values", Journal of Banking and
    Finance 14.
    """
    s, k, v, r, call, q, t = as_rows(spot, strike, vol, rate, is_call, dividend_yield, years)
    return _geometric((s, k, v, r, call, q), (0.5 * t, t / 3.0), t)


def levy(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
    elapsed_years: ArrayLike = 0.0,
    current_average: ArrayLike = 0.0,
) -> FloatArray1D:
    """Options on the continuous arithmetic average, taken as lognormal with its true two moments.

    Parameters
    ----------
    spot, strike, vol, rate, is_call, dividend_yield : array_like of shape (n,)
        As for `geometric_discrete`.
    years : array_like of shape (n,)
        Years from today to the end of averaging and payment.
    elapsed_years : array_like of shape (n,), default 0
        Years of averaging that have passed.
    current_average : array_like of shape (n,), default 0
        Average over the elapsed years.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value.

    References
    ----------
    Levy (1992), "Pricing European average rate currency options", Journal of International Money and Finance 11.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s, k, t, v, r, call, q, passed, average = as_rows(
            spot, strike, years, vol, rate, is_call, dividend_yield, elapsed_years, current_average
        )
        t, carry = np.maximum(t, 0.0), r - q
        whole = np.where(t + passed > 0.0, t + passed, 1.0)
        share = t / whole
        growth = _mean_growth(carry * t)
        mean = s * growth
        square = 2.0 * _difference_quotient(carry * t, (2.0 * carry + v * v) * t)
        deviation = np.sqrt(np.maximum(np.log(square) - 2.0 * np.log(growth), 0.0))
        left = np.where(share > 0.0, share, 1.0)
        inner = black76_price(
            mean, (k - passed / whole * average) / left, 1.0, deviation, r, call, pay_years=t
        )
        known = np.maximum(np.where(call != 0.0, average - k, k - average), 0.0)
        return np.where(share > 0.0, share * inner, np.where(np.isnan(inner), np.nan, known))


def continuous_arithmetic(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    rate: ArrayLike,
    is_call: ArrayLike,
    *,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray1D:
    """Options on the continuous arithmetic average from today to expiry, given the geometric average.

    Parameters
    ----------
    spot, strike, years, vol, rate, is_call, dividend_yield : array_like of shape (n,)
        As for `geometric_continuous`.

    Returns
    -------
    ndarray of shape (n,)
        Discounted value, to about 1e-5 of the spot for volatilities up to 50 %.

    References
    ----------
    Curran (1994), Management Science 40; reference values in Linetsky (2004), Operations Research 52.

    Examples
    --------
    >>> round(float(continuous_arithmetic(2.0, 2.0, 1.0, 0.1, 0.02, True)[0]), 5)
    0.05599
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        s, k, t, v, r, call, q = as_rows(spot, strike, years, vol, rate, is_call, dividend_yield)
        t, carry = np.maximum(t, 0.0), r - q
        mean = s * _mean_growth(carry * t)
        ok = (s > 0.0) & (v >= 0.0) & np.isfinite(s + k + t + v + r + q)
        gap = mean - k
        value = np.maximum(np.where(call != 0.0, gap, -gap), 0.0)
        live = ok & (k > 0.0) & (v * np.sqrt(t) > MIN_DEVIATION)
        if live.any():
            average = _continuous_average(s[live], carry[live], v[live], t[live])
            value[live] += value_given(average, mean[live], k[live], corrected=True)
        return blank(ok, (np.exp(-r * t) * value,))[0]


def _geometric(
    arguments: tuple[FloatArray1D, ...], moments: tuple[ArrayLike, ArrayLike], pay_years: ArrayLike
) -> FloatArray1D:
    """Black's formula for a lognormal average, from the mean time and the variance time of its logarithm."""
    s, k, v, r, call, q = arguments
    mean_time, variance_time = (np.asarray(value, dtype=np.float64) for value in moments)
    drift = (r - q - 0.5 * v * v) * mean_time + 0.5 * v * v * variance_time
    return black76_price(s * np.exp(drift), k, 1.0, v * np.sqrt(variance_time), r, call, pay_years=pay_years)


def _mean_growth(x: FloatArray1D) -> FloatArray1D:
    """Mean of ``exp(x u)`` over u from 0 to 1."""
    near = np.abs(x) < np.finfo(np.float64).tiny
    return np.where(near, 1.0, np.expm1(x) / np.where(near, 1.0, x))


def _difference_quotient(x: FloatArray1D, y: FloatArray1D) -> FloatArray1D:
    """``(mean_growth(y) - mean_growth(x)) / (y - x)``, by the derivative in the middle where both are close."""
    apart = np.abs(y - x) > _CLOSE
    middle = 0.5 * (x + y)
    small = np.abs(middle) < _CLOSE
    safe = np.where(small, 1.0, middle)
    slope = np.where(small, 0.5 + middle / 3.0 + middle**2 / 8.0, (np.exp(safe) - _mean_growth(safe)) / safe)
    return np.where(apart, (_mean_growth(y) - _mean_growth(x)) / np.where(apart, y - x, 1.0), slope)


def _continuous_average(
    spot: FloatArray1D, carry: FloatArray1D, vol: FloatArray1D, years: FloatArray1D
) -> ConditionalAverage:
    """Moments of the time average given the geometric one, with Gauss-Legendre nodes for the time."""
    points, weights = np.polynomial.legendre.leggauss(_TIME_NODES)
    points, weights = 0.5 * (points + 1.0), 0.5 * weights
    later = np.repeat(points, _TIME_NODES)
    earlier = later * np.tile(points, _TIME_NODES)
    both = 2.0 * later * np.repeat(weights, _TIME_NODES) * np.tile(weights, _TIME_NODES)
    variance = vol * vol * years
    deviation = np.sqrt(variance / 3.0)

    def slope(u: FloatArray1D) -> FloatArray2D:
        found: FloatArray2D = (variance / deviation)[:, np.newaxis] * (u - 0.5 * u * u)
        return found

    def growth(u: FloatArray1D) -> FloatArray2D:
        found: FloatArray2D = np.exp((carry * years)[:, np.newaxis] * u)
        return found

    price = spot[:, np.newaxis]
    pair_slopes = slope(later) + slope(earlier)
    tilt = np.exp(variance[:, np.newaxis] * earlier - 0.5 * pair_slopes**2)
    return ConditionalAverage(
        levels=weights * price * growth(points),
        slopes=slope(points),
        log_mean=np.log(spot) + 0.5 * (carry - 0.5 * vol * vol) * years,
        deviation=deviation,
        pair_levels=both * price**2 * growth(later) * growth(earlier) * tilt,
        pair_slopes=pair_slopes,
    )
