"""Gas storage: the decisions of its holder, and its mark by exact backward induction on one factor.

What comes after a period is concave in the volume, so the best decision is a pair of target volumes: fill up to where
another unit is worth less than it costs, empty down to where it is worth less than it brings, else leave it. No action
is enumerated. Moves that end between two computed volumes are mixed from both, which a linear contract allows.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, FloatLike1D, IntArray2D
from portal.domain.portfolio.flexible.facility import (
    LEVELS,
    Facility,
    build_facility,
    check_periods,
    unit_prices,
)
from portal.domain.portfolio.flexible.grid import grid_value
from portal.domain.portfolio.flexible.intrinsic import storage_plan
from portal.domain.portfolio.flexible.terms import FlexValue, Prices, check_amount, check_prices

NODES = 61


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Move:
    """What is done in one period in every scenario and volume: arrays of shape (n, volumes before)."""

    change: FloatArray2D
    cell: IntArray2D  # position, in the flattened array after the period, of the level below the new volume
    share: FloatArray2D  # weight of the level above it


class StorageContract:
    """A facility as the engines see it: states are volumes.

    Parameters
    ----------
    facility : Facility
        The checked contract.
    levels : int, default 61
        Most volumes to compute with before a period.
    """

    def __init__(self, facility: Facility, levels: int = LEVELS) -> None:
        self.facility = facility
        self.volumes = facility.levels(levels)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.facility.rise)

    def states(self, k: int) -> int:
        """Number of volumes before period ``k``."""
        return len(self.volumes[k])

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> Move:
        """Fill up to one target, empty down to another, else stay, all within the rates.

        Volumes are compared by their position among those after the period, which rises with the volume: the
        comparison is the same, and the position is what is needed next.
        """
        before, after = self.volumes[k], self.volumes[k + 1]
        buy, sell = unit_prices(self.facility, spot, 1.0)
        fill = np.argmax(ahead - buy[:, None] * after, axis=1)
        empty = np.maximum(np.argmax(ahead - sell[:, None] * after, axis=1), fill)
        index = np.arange(len(after), dtype=np.float64)
        lowest = np.interp(before - self.facility.fall[k], after, index)
        highest = np.interp(before + self.facility.rise[k], after, index)
        place = np.maximum(np.minimum(np.interp(before, after, index), empty[:, None]), fill[:, None])
        place = np.minimum(np.maximum(place, lowest), highest)
        cell = np.minimum(place.astype(np.int64), max(len(after) - 2, 0))
        share = place - cell
        gap = np.append(np.diff(after), 0.0)
        change = after[cell] + share * gap[cell] - before
        return Move(change, cell + len(after) * np.arange(len(ahead))[:, None], share)

    def collect(self, k: int, spot: FloatArray1D, decision: Move, ahead: FloatArray2D) -> FloatArray2D:
        """Cash of the move and the value at the new volume, between levels in a straight line."""
        del k  # the move knows its period
        buy, sell = unit_prices(self.facility, spot, 1.0)
        flat = ahead.ravel()
        value = flat[decision.cell]
        if ahead.shape[1] > 1:
            value += decision.share * (flat[decision.cell + 1] - value)
        value -= np.where(decision.change > 0.0, buy[:, None], sell[:, None]) * decision.change
        return value

    def carry(
        self, k: int, decision: Move, weight: FloatArray2D
    ) -> tuple[FloatArray2D, FloatArray1D, FloatArray1D]:
        """Weights after the move (the transpose of ``collect``), net volume sold, and costs of moving."""
        moved = weight * decision.change
        withdrawn = -np.minimum(moved, 0.0).sum(axis=1)
        bought = self.facility.bought * np.maximum(moved, 0.0).sum(axis=1)
        costs = self.facility.injection_cost * bought + self.facility.withdrawal_cost * withdrawn
        n, count = len(weight), self.states(k + 1)
        if count == 1:
            return weight.sum(axis=1, keepdims=True), withdrawn - bought, costs
        upper, place = weight * decision.share, decision.cell.ravel()
        spread = np.bincount(place, (weight - upper).ravel(), minlength=n * count)
        spread += np.bincount(place + 1, upper.ravel(), minlength=n * count)
        return np.asarray(spread, dtype=np.float64).reshape(n, count), withdrawn - bought, costs

    def best(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> FloatArray2D:
        """Best of all moves from level to level, for values that need not be concave."""
        before, after = self.volumes[k], self.volumes[k + 1]
        buy, sell = unit_prices(self.facility, spot, 1.0)
        tiny = 1e-9 * self.facility.capacity
        value = np.empty((len(spot), len(before)))
        for j, volume in enumerate(before):
            change = after - volume
            near = (change <= self.facility.rise[k] + tiny) & (change >= -self.facility.fall[k] - tiny)
            near[np.argmin(np.abs(np.clip(volume, after[0], after[-1]) - after))] = (
                True  # thinned levels: stay near
            )
            price = np.where(change[near] > 0.0, buy[:, None], sell[:, None])
            value[:, j] = (ahead[:, near] - price * change[near]).max(axis=1)
        return value

    def decisive(self, k: int, spot: FloatArray1D) -> BoolArray1D | None:
        """Every scenario has something to decide."""
        del k, spot
        return None


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
    found = grid_value(StorageContract(facility, levels), prices, kappa=kappa, sigma=sigma, nodes=nodes)
    plan = storage_plan(facility, prices)
    return FlexValue(
        found.value, plan.value, found.delta, found.vega, found.value, found.value, 0.0, found.schedule
    )
