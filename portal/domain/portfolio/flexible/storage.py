"""Gas storage: its mark by exact backward induction on one factor.

The holder's decisions are in ``storage_contract``, the engine in ``grid``, the plan that is fixed today in
``intrinsic``; ``lsmc`` values the same contract on several factors.
"""

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.portfolio.flexible.facility import Facility, build_facility, check_periods
from portal.domain.portfolio.flexible.grid import grid_value, grid_values
from portal.domain.portfolio.flexible.intrinsic import storage_plan
from portal.domain.portfolio.flexible.storage_contract import StorageContract
from portal.domain.portfolio.flexible.terms import FlexValue, Prices, check_amount, check_curves, check_prices
from portal.domain.portfolio.flexible.volume_levels import LEVELS

NODES = 61


def storage_value(
    forward: FloatLike1D,
    times_years: FloatLike1D,
    discount: FloatLike1D,
    *,
    capacity: float,
    injection_rate: FloatLike1D | float,
    withdrawal_rate: FloatLike1D | float,
    injection_cost: float = 0.0,
    withdrawal_cost: float = 0.0,
    injection_loss: float = 0.0,
    start_volume: float = 0.0,
    end_volume: float = 0.0,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
    levels: int = LEVELS,
) -> FlexValue:
    """Value of a storage contract, its deltas by period and its vega.

    Parameters
    ----------
    forward : array_like of shape (m,)
        Forward price of each period, positive.
    times_years : array_like of shape (m,)
        Time to the decision on each period, act/365F, rising; at or below zero the price is known.
    discount : array_like of shape (m,)
        Discount factor to the payment of each period.
    capacity : float
        Largest volume inside, in the unit of volume of the contract.
    injection_rate, withdrawal_rate : float or array_like of shape (m,)
        Largest volume bought for injection, and withdrawn, in a period.
    injection_cost, withdrawal_cost : float
        Money per unit bought, and per unit withdrawn, at least 0.
    injection_loss : float
        Share of what is bought that never arrives.
    start_volume, end_volume : float
        Volume inside today; least volume after the last period. What is left over is worth nothing.
    kappa : float
        Speed of mean reversion of the log spot per year, at least 0.
    sigma : float
        Annual volatility of the log spot, decimal.
    nodes : int, default 61
        Nodes of the factor.
    levels : int, default 41
        Volumes before a period up to which all corners of the value are taken (``volume_levels``).

    Returns
    -------
    FlexValue
        Accurate to 0.1 % at default nodes.

    Raises
    ------
    BadParameter, LengthMismatch, NonPositivePrices
        A number is out of its range or missing, or the lengths do not fit.
    InfeasibleContract
        The end volume cannot be reached.

    References
    ----------
    Boogert and de Jong (2008), Gas storage valuation using a Monte Carlo method, Journal of Derivatives 15(3), for the
    form of the contract.
    """
    prices = check_prices(forward, times_years, discount, "Storage")
    facility = build_facility(
        len(prices),
        capacity=capacity,
        injection_rate=injection_rate,
        withdrawal_rate=withdrawal_rate,
        injection_cost=injection_cost,
        withdrawal_cost=withdrawal_cost,
        injection_loss=injection_loss,
        start_volume=start_volume,
        end_volume=end_volume,
    )
    return value_facility(facility, prices, kappa=kappa, sigma=sigma, nodes=nodes, levels=levels)


def value_facility(
    facility: Facility,
    prices: Prices,
    *,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
    levels: int = LEVELS,
) -> FlexValue:
    """Value of a checked storage contract.

    Parameters
    ----------
    facility : Facility
        The contract.
    prices : Prices
        Its curve.
    kappa, sigma : float
        Speed of mean reversion per year and annual volatility of the log spot.
    nodes, levels : int, optional
        As in ``storage_value``.

    Returns
    -------
    FlexValue
        As ``storage_value``.

    Raises
    ------
    BadParameter
        The facility was built for another number of periods, or a parameter is out of its range.
    """
    check_periods(facility, prices)
    check_amount(sigma, "sigma", "volatility of the storage's price")
    found = grid_value(StorageContract(facility, levels), prices, kappa=kappa, sigma=sigma, nodes=nodes)
    plan = storage_plan(facility, prices)
    return FlexValue(
        found.value, plan.value, found.delta, found.vega, found.value, found.value, 0.0, found.schedule
    )


def storage_values(
    facility: Facility,
    forward: FloatArray2D,
    times_years: FloatLike1D,
    discount: FloatArray,
    *,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
    levels: int = LEVELS,
) -> FloatArray1D:
    """Value of one storage contract in many scenarios of prices: the values of ``storage_value`` to rounding.

    Parameters
    ----------
    facility : Facility
        The contract, from ``build_facility``.
    forward : ndarray of shape (s, m)
        Forward prices by scenario and period.
    times_years : array_like of shape (m,)
        As in ``storage_value``, the same in all scenarios.
    discount : ndarray of shape (m,) or (s, m)
        Discount factors of all scenarios, or of each.
    kappa, sigma, nodes, levels
        As in ``storage_value``.

    Returns
    -------
    ndarray of shape (s,)
        Discounted money; NaN in scenarios with a price that is not positive, which the lognormal factor cannot take.

    Raises
    ------
    BadParameter, LengthMismatch
        The facility was built for another number of periods, a parameter is out of its range, or the lengths do not
        fit.
    """
    curves, fine = check_curves(forward, times_years, discount, "Storage")
    check_periods(facility, curves)
    check_amount(sigma, "sigma", "volatility of the storage's price")
    values = np.full(len(fine), np.nan)
    contract = StorageContract(facility, levels)
    values[fine] = grid_values(contract, curves, kappa=kappa, sigma=sigma, nodes=nodes)
    return values
