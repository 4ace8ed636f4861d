"""Zero rates and discount factors to payment dates, by the currency of each curve.

API: ``years_to(days, as_of)``, ``zero_rates(market, curve, years)``, ``undiscounted(market)``,
``old_exchange(market)``, ``old_rates(market)``.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, IntArray1D
from portal.domain.portfolio.market import Market

DAYS_A_YEAR = 365.0  # act/365F
OLD_AFTER = 1  # business days without a new exchange rate or zero rate, as for the quotes of a curve


def years_to(days: DateArray1D, as_of: date) -> FloatArray1D:
    """Years from the valuation day.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days.
    as_of : date
        Valuation day.

    Returns
    -------
    ndarray of shape (n,)
        Act/365F, negative for the past; NaN for NaT.

    Examples
    --------
    >>> years_to(np.array(["2027-01-01"], "M8[D]"), date(2026, 1, 1)).tolist()
    [1.0]
    """
    span = days - np.datetime64(as_of, "D")
    return np.where(np.isnat(span), np.nan, span.astype(np.int64) / DAYS_A_YEAR)


def zero_rates(market: Market, curve: IntArray1D, years: FloatArray1D) -> FloatArray1D:
    """Continuous zero rate to each payment, in the currency of its curve.

    Parameters
    ----------
    market : Market
        Rates, and the currencies of the curves.
    curve : ndarray of shape (n,)
        Position of the curve whose money is paid.
    years : ndarray of shape (n,)
        Time to the payment; what is paid has the rate of the shortest tenor.

    Returns
    -------
    ndarray of shape (n,)
        Decimal a year, linear between tenors and flat beyond; 0 for a currency without rates.
    """
    rate = np.zeros(len(curve))
    number = {currency: at for at, currency in enumerate(sorted(set(market.curves.currency)))}
    code = np.array([number[currency] for currency in market.curves.currency], dtype=np.int64)[curve]
    for currency, at in number.items():
        zero = market.rates.get(currency)
        rows = np.flatnonzero(code == at) if zero is not None else ()
        if zero is not None and len(rows):
            rate[rows] = np.interp(years[rows], zero.years, zero.rate)
    return rate


def undiscounted(market: Market) -> BoolArray1D:
    """Which curves pay in a currency without rates.

    Parameters
    ----------
    market : Market
        Rates and curves.

    Returns
    -------
    ndarray of shape (c,), bool
        True where money of the curve is discounted at 0 for want of a rate.
    """
    return np.array([currency not in market.rates for currency in market.curves.currency], dtype=np.bool_)


def old_exchange(market: Market) -> BoolArray1D:
    """Which curves are turned into the reporting currency at an old exchange rate.

    Parameters
    ----------
    market : Market
        Exchange rates with their days, and curves.

    Returns
    -------
    ndarray of shape (c,), bool
        True where the rate is more than one business day old.
    """
    return _old(market, market.fx_days)


def old_rates(market: Market) -> BoolArray1D:
    """Which curves pay in a currency whose zero rates are old.

    Parameters
    ----------
    market : Market
        Rates and curves.

    Returns
    -------
    ndarray of shape (c,), bool
        True where the rates are more than one business day old.
    """
    return _old(market, {currency: curve.day for currency, curve in market.rates.items()})


def _old(market: Market, days: Mapping[str, date]) -> BoolArray1D:
    late = {name for name, day in days.items() if np.busday_count(day, market.as_of) > OLD_AFTER}
    return np.array([currency in late for currency in market.curves.currency], dtype=np.bool_)
