"""Linear instruments: futures with their margin account, forwards, fixed-for-floating swaps, averages of a month.

API: ``futures_value``, ``margin_account(...) -> MarginAccount``, ``forward_price``,
``forward_value(...) -> LinearValue``, ``commodity_swap(...) -> SwapValue``, ``average_swap(...) -> AverageValue``.

Everything is vectorised: arguments broadcast, and a position with a missing input gets NaN while the others are valued.
A positive quantity is long the floating price: it buys, or pays fixed. Discount factors are those of the payment date.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D
from portal.domain.market.errors import BadParameter


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class MarginAccount:
    """Daily settlement of futures positions; money in the currency of the prices.

    Attributes
    ----------
    daily_gain : ndarray of shape (..., days)
        Variation margin of each day.
    balance_before_call : ndarray of shape (..., days)
        Balance after the day's gain, before a call of that day is paid.
    margin_call : ndarray of shape (..., days)
        Money asked for at the end of the day; 0 when the balance is at or above the maintenance margin.
    cumulative_gain : ndarray of shape (...)
        Sum of the daily gains.
    final_balance : ndarray of shape (...)
        Balance at the end, the last call included.
    """

    daily_gain: FloatArray
    balance_before_call: FloatArray
    margin_call: FloatArray
    cumulative_gain: FloatArray
    final_balance: FloatArray


@dataclass(frozen=True, eq=False)
class LinearValue:
    """Value and first-order sensitivities of positions, each of shape (n,).

    Attributes
    ----------
    value : ndarray
        Money.
    delta : ndarray
        Change of the value for a forward price higher by 1, discounting included.
    rho : ndarray
        Change of the value for a rate higher by 1.00.
    theta : ndarray
        Change of the value over a year at an unchanged forward price.
    """

    value: FloatArray1D
    delta: FloatArray1D
    rho: FloatArray1D
    theta: FloatArray1D


@dataclass(frozen=True, eq=False)
class SwapValue:
    """Value of fixed-for-floating swaps.

    Attributes
    ----------
    value : ndarray of shape (...)
        Money, discounted.
    period_values : ndarray of shape (..., periods)
        The same by period; 0 where a swap has no period.
    par_price : ndarray of shape (...)
        Fixed price that makes the value zero.
    bucket_delta : ndarray of shape (..., periods)
        Change of the value for a forward of the period higher by 1; 0 where the fixing is known.
    """

    value: FloatArray
    period_values: FloatArray
    par_price: FloatArray
    bucket_delta: FloatArray


@dataclass(frozen=True, eq=False)
class AverageValue:
    """Value of swaps on the average of fixings, each of shape (n,).

    Attributes
    ----------
    expected_average : ndarray
        Mean of the fixings known and expected, in the unit of the price.
    value : ndarray
        Money, discounted.
    delta : ndarray
        Change of the value for a forward higher by 1; falls by one part in the number of fixings with each one.
    """

    expected_average: FloatArray1D
    value: FloatArray1D
    delta: FloatArray1D


def futures_value(price: ArrayLike, entry: ArrayLike, quantity: ArrayLike) -> FloatArray:
    """Gain of futures since they were entered; settled daily, so it is not discounted.

    Parameters
    ----------
    price, entry : array_like of shape (n,)
        Settlement and entry price.
    quantity : array_like of shape (n,)
        Contracts times their size, in the price's quantity unit; negative when short.

    Returns
    -------
    ndarray of shape (n,)
        Money.

    Examples
    --------
    >>> futures_value([71.0], [70.0], [-1000.0])
    array([-1000.])
    """
    return np.asarray(quantity, np.float64) * (np.asarray(price, np.float64) - np.asarray(entry, np.float64))


def margin_account(
    settlements: ArrayLike,
    *,
    entry: ArrayLike,
    contracts: ArrayLike,
    multiplier: ArrayLike,
    initial_margin: ArrayLike,
    maintenance_margin: ArrayLike,
) -> MarginAccount:
    """Run margin accounts through daily settlement, with calls that restore the initial margin.

    Parameters
    ----------
    settlements : array_like of shape (..., days)
        Settlement prices, oldest first.
    entry : array_like of shape (...)
        Price at which the position was entered.
    contracts : array_like of shape (...)
        Number of contracts; negative when short.
    multiplier : array_like of shape (...)
        Quantity of one contract.
    initial_margin, maintenance_margin : array_like of shape (...)
        Money for the whole position; a balance below maintenance is filled up to initial.

    Returns
    -------
    MarginAccount
        Day by day; a call is paid before the next settlement.

    Raises
    ------
    BadParameter
        There is no settlement, or maintenance is above initial.

    References
    ----------
    Hull, Options, Futures, and Other Derivatives, table of the operation of margins.
    """
    prices = np.asarray(settlements, np.float64)
    initial, maintenance = np.broadcast_arrays(
        np.asarray(initial_margin, np.float64), np.asarray(maintenance_margin, np.float64)
    )
    if prices.ndim == 0 or prices.shape[-1] == 0:
        raise BadParameter(
            "A margin account needs at least one settlement price.", name="settlements", value=0
        )
    if np.any(maintenance > initial):
        raise BadParameter(
            f"The maintenance margin must not be above the initial margin of {float(initial.min()):g}.",
            name="maintenance_margin",
            value=float(maintenance.max()),
        )
    size = np.asarray(contracts, np.float64) * np.asarray(multiplier, np.float64)
    first = np.broadcast_to(np.asarray(entry, np.float64)[..., None], (*prices.shape[:-1], 1))
    gains = size[..., None] * np.diff(np.concatenate([first, prices], axis=-1), axis=-1)
    before, calls = np.empty_like(gains), np.empty_like(gains)
    balance = np.broadcast_to(initial, gains.shape[:-1])
    for day in range(gains.shape[-1]):  # each day starts from the balance that yesterday's call left
        before[..., day] = balance + gains[..., day]
        calls[..., day] = np.where(before[..., day] < maintenance, initial - before[..., day], 0.0)
        balance = before[..., day] + calls[..., day]
    return MarginAccount(gains, before, calls, gains.sum(axis=-1), balance)


def forward_price(
    spot: ArrayLike, rate: ArrayLike, years: ArrayLike, *, carry_yield: ArrayLike = 0.0
) -> FloatArray:
    """Forward price of a spot by cost of carry.

    Parameters
    ----------
    spot : array_like of shape (n,)
        Spot price.
    rate : array_like of shape (n,)
        Rate, continuous.
    years : array_like of shape (n,)
        Time to delivery.
    carry_yield : array_like of shape (n,), default 0
        Convenience yield less storage cost, continuous.

    Returns
    -------
    ndarray of shape (n,)
        ``spot exp((rate - carry_yield) years)``.
    """
    drift = np.asarray(rate, np.float64) - np.asarray(carry_yield, np.float64)
    return np.asarray(np.asarray(spot, np.float64) * np.exp(drift * np.asarray(years, np.float64)))


def forward_value(
    forward: ArrayLike,
    fixed: ArrayLike,
    quantity: ArrayLike,
    rate: ArrayLike,
    pay_years: ArrayLike,
) -> LinearValue:
    """Value forwards on their forward price, discounted from the payment date.

    Parameters
    ----------
    forward, fixed : array_like of shape (n,)
        Forward price of the delivery, and the price agreed.
    quantity : array_like of shape (n,)
        In the price's quantity unit; positive buys.
    rate : array_like of shape (n,)
        Rate to the payment, continuous.
    pay_years : array_like of shape (n,)
        Time to the payment; 0 or less is paid and not discounted.

    Returns
    -------
    LinearValue
        Value ``quantity (forward - fixed) exp(-rate pay_years)`` with delta, rho and theta.

    Examples
    --------
    >>> forward_value([26.281777], [24.0], [1.0], [0.1], [0.5]).value.round(4)
    array([2.1705])
    """
    f, k, q, r, t = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(x, np.float64)) for x in (forward, fixed, quantity, rate, pay_years))
    )
    left = np.maximum(t, 0.0)
    delta = q * np.exp(-r * left)
    value = delta * (f - k)
    return LinearValue(value, delta, -left * value, np.where(left > 0.0, r, 0.0) * value)


def commodity_swap(
    forward: ArrayLike,
    *,
    fixed_price: ArrayLike,
    quantity: ArrayLike,
    discount: ArrayLike,
    fixings: ArrayLike = np.nan,
) -> SwapValue:
    """Value fixed-for-floating swaps by their periods.

    Parameters
    ----------
    forward : array_like of shape (..., periods)
        Forward price of each period's average; NaN where it is not needed, or where a shorter swap has ended.
    fixed_price : array_like of shape (...)
        Price paid by the buyer.
    quantity : array_like of shape (...) or (..., periods)
        Of each period; positive pays fixed and receives floating, negative the other way. A period of quantity 0 is
        no period.
    discount : array_like of shape (..., periods)
        Discount factor of each period's payment.
    fixings : array_like of shape (..., periods), optional
        Known average of a period; it replaces the forward and has no delta. NaN where not known.

    Returns
    -------
    SwapValue
        Value, its periods, par price and delta by period.
    """
    floating, factor, fixed_at = np.broadcast_arrays(
        *(np.asarray(x, np.float64) for x in (forward, discount, fixings))
    )
    size = np.asarray(quantity, np.float64)
    sizes = np.broadcast_to(size if size.ndim == floating.ndim else size[..., None], floating.shape)
    known = np.isfinite(fixed_at)
    price = np.where(known, fixed_at, floating)
    weight = np.where(sizes == 0.0, 0.0, sizes * factor)
    strike = np.asarray(fixed_price, np.float64)[..., None]
    periods = np.where(sizes == 0.0, 0.0, weight * (price - strike))
    with np.errstate(invalid="ignore", divide="ignore"):  # a swap without a period has no par price
        par = np.where(sizes == 0.0, 0.0, weight * price).sum(axis=-1) / weight.sum(axis=-1)
    return SwapValue(periods.sum(axis=-1), periods, par, np.where(known, 0.0, weight))


def average_swap(
    forward: ArrayLike,
    *,
    fixed_price: ArrayLike,
    quantity: ArrayLike,
    discount: ArrayLike,
    past_sum: ArrayLike,
    past_count: ArrayLike,
    total_fixings: ArrayLike,
) -> AverageValue:
    """Value swaps on the average of a month (or any period) that is partly fixed.

    Parameters
    ----------
    forward : array_like of shape (n,)
        Expected price of each fixing to come.
    fixed_price : array_like of shape (n,)
        Price paid by the buyer.
    quantity : array_like of shape (n,)
        Of the whole period; positive receives the average.
    discount : array_like of shape (n,)
        Discount factor of the payment.
    past_sum, past_count : array_like of shape (n,)
        Sum and number of the fixings known.
    total_fixings : array_like of shape (n,)
        Number of fixings of the period, at least ``past_count``.

    Returns
    -------
    AverageValue
        Average, value and delta; NaN where ``total_fixings`` is 0 or below ``past_count``. Without fixings to come the
        forward is not needed and may be NaN.
    """
    f, k, q, d, known, count, total = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(x, np.float64))
            for x in (forward, fixed_price, quantity, discount, past_sum, past_count, total_fixings)
        )
    )
    left = total - count
    good = (total > 0.0) & (left >= 0.0)
    safe = np.where(good, total, np.nan)
    average = (known + np.where(left > 0.0, left * f, 0.0)) / safe
    return AverageValue(average, q * d * (average - k), q * d * left / safe)
