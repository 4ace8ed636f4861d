"""Gas storage on one factor: exact backward induction, which is the mark of a storage contract.

Before every period the value is known at the nodes of the factor and at the possible volumes. What comes after is
concave in the volume, so the best decision is a pair of target volumes at each node: fill up to where another unit is
worth less than it costs, empty down to where it is worth less than it brings, else leave it. No action is enumerated.
A forward pass then carries the probability of every state under these decisions; expected volumes, deltas and vega are
sums over it and exactly the derivatives of the value that was computed (envelope theorem).
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D, IntArray2D
from portal.domain.portfolio.flexible.facility import (
    LEVELS,
    Facility,
    build_facility,
    check_periods,
    sold_volume,
    unit_prices,
)
from portal.domain.portfolio.flexible.intrinsic import storage_plan
from portal.domain.portfolio.flexible.ou import FactorGrid, factor_grid
from portal.domain.portfolio.flexible.terms import FlexValue, Prices, check_amount, check_prices

NODES = 61


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Decision:
    """What is done in one period at every node and volume: arrays of shape (nodes, volumes)."""

    change: FloatArray2D
    cell: IntArray2D  # position, in the flattened array after the period, of the level below the new volume
    share: FloatArray2D  # weight of the level above it


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
    levels : int, default 61
        Most volumes to compute with before a period.

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
    grid = factor_grid(prices.times_years, kappa, nodes)
    growth = grid.growth(sigma)
    volumes = facility.levels(levels)
    value, decisions = _decide(facility, prices, grid, growth, volumes)
    sold, delta, vega = _expect(facility, prices, grid, growth, volumes, decisions, sigma)
    plan = storage_plan(facility, prices)
    return FlexValue(value, plan.value, delta, vega, value, value, 0.0, sold)


def _decide(
    facility: Facility, prices: Prices, grid: FactorGrid, growth: FloatArray2D, volumes: list[FloatArray1D]
) -> tuple[float, list[_Decision]]:
    """Backward: the value today and the best decision in every period, node and volume."""
    m = len(prices)
    ahead = np.zeros((len(grid.nodes), len(volumes[m])))  # what is left at the end is worth nothing
    decisions: list[_Decision] = []
    for k in range(m - 1, -1, -1):
        if k < m - 1:
            ahead = grid.steps[k] @ ahead
        buy, sell = unit_prices(facility, prices.forward[k] * growth[k], prices.discount[k])
        decision = _decide_period(
            ahead, buy, sell, volumes[k], volumes[k + 1], facility.rise[k], facility.fall[k]
        )
        paid = np.where(decision.change > 0.0, buy[:, None], sell[:, None]) * decision.change
        ahead = _blend(ahead, decision) - paid
        decisions.append(decision)
    return float(grid.start @ ahead[:, 0]), decisions[::-1]


def _decide_period(
    ahead: FloatArray2D,
    buy: FloatArray1D,
    sell: FloatArray1D,
    before: FloatArray1D,
    after: FloatArray1D,
    rise: float,
    fall: float,
) -> _Decision:
    """Fill up to one target, empty down to another, else stay, all within the rates.

    Volumes are compared by their position among ``after``, which rises with the volume: the comparison is the same and
    the position is what is needed next.
    """
    index = np.arange(len(after), dtype=np.float64)
    fill = np.argmax(ahead - buy[:, None] * after, axis=1)
    empty = np.maximum(np.argmax(ahead - sell[:, None] * after, axis=1), fill)
    stay = np.interp(before, after, index)
    place = np.maximum(np.minimum(stay, empty[:, None]), fill[:, None])
    lowest, highest = np.interp(before - fall, after, index), np.interp(before + rise, after, index)
    place = np.minimum(np.maximum(place, lowest), highest)
    cell = np.minimum(place.astype(np.int64), max(len(after) - 2, 0))
    share = place - cell
    gap = np.append(np.diff(after), 0.0)
    change = after[cell] + share * gap[cell] - before
    return _Decision(change, cell + len(after) * np.arange(len(ahead))[:, None], share)


def _blend(values: FloatArray2D, decision: _Decision) -> FloatArray2D:
    """Values at the goals, between the levels in a straight line."""
    flat = values.ravel()
    lower = flat[decision.cell]
    if values.shape[1] == 1:
        return lower
    blended: FloatArray2D = lower + decision.share * (flat[decision.cell + 1] - lower)
    return blended


def _expect(
    facility: Facility,
    prices: Prices,
    grid: FactorGrid,
    growth: FloatArray2D,
    volumes: list[FloatArray1D],
    decisions: list[_Decision],
    sigma: float,
) -> tuple[FloatArray1D, FloatArray1D, float]:
    """Forward: expected volume sold and delta of each period, and vega, under the decisions."""
    m, n = len(prices), len(grid.nodes)
    slope = grid.growth_slope(sigma)
    sold, delta, vega = np.zeros(m), np.zeros(m), 0.0
    weight = grid.start[:, None] * np.ones(1)
    for k, decision in enumerate(decisions):
        flow = (weight * sold_volume(facility, decision.change)).sum(axis=1)
        sold[k] = flow.sum()
        delta[k] = prices.discount[k] * (flow @ growth[k])
        vega += prices.discount[k] * prices.forward[k] * float(flow @ (growth[k] * slope[k]))
        if k < m - 1:
            weight = grid.steps[k].T @ _spread(weight, decision, n, len(volumes[k + 1]))
    return sold, delta, vega


def _spread(weight: FloatArray2D, decision: _Decision, n: int, count: int) -> FloatArray2D:
    """Weights of the states after a decision: the transpose of ``_blend``."""
    if count == 1:
        gathered: FloatArray2D = weight.sum(axis=1, keepdims=True)
        return gathered
    place = decision.cell.ravel()
    upper = weight * decision.share
    spread = np.bincount(place, (weight - upper).ravel(), minlength=n * count)
    spread += np.bincount(place + 1, upper.ravel(), minlength=n * count)
    return np.asarray(spread, dtype=np.float64).reshape(n, count)
