"""The physical side of a gas storage: what can be in it, what can be moved, what moving costs."""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.terms import (
    Curves,
    InfeasibleContract,
    Prices,
    check_amount,
    check_rates,
)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Facility:
    """A storage contract over ``m`` periods, checked.

    Attributes
    ----------
    capacity : float
        Largest volume inside.
    rise, fall : ndarray of shape (m,)
        Largest change of the volume inside in each period: injected after loss, withdrawn.
    injection_cost, withdrawal_cost : float
        Money per unit bought for injection, and per unit withdrawn.
    bought : float
        Units bought for one unit that arrives, ``1 / (1 - loss)``.
    low, high : ndarray of shape (m + 1,)
        Volumes inside, before each period and at the end, that can be reached from the start and still lead to the
        end volume.
    """

    capacity: float
    rise: FloatArray1D
    fall: FloatArray1D
    injection_cost: float
    withdrawal_cost: float
    bought: float
    low: FloatArray1D
    high: FloatArray1D


def build_facility(
    periods: int,
    *,
    capacity: float,
    injection_rate: FloatLike1D | float,
    withdrawal_rate: FloatLike1D | float,
    injection_cost: float,
    withdrawal_cost: float,
    injection_loss: float,
    start_volume: float,
    end_volume: float,
) -> Facility:
    """Check a storage contract and find the volumes that are possible before each period.

    Parameters
    ----------
    periods : int
        Number of periods that are still to be decided.
    capacity : float
        Largest volume inside.
    injection_rate, withdrawal_rate : float or array_like of shape (m,)
        Largest volume bought for injection and largest volume withdrawn, in each period.
    injection_cost, withdrawal_cost : float
        Money per unit bought and per unit withdrawn.
    injection_loss : float
        Share of what is bought that never arrives, at least 0 and below 1.
    start_volume, end_volume : float
        Volume inside today, and least volume at the end (what is left over is worth nothing).

    Returns
    -------
    Facility
        The contract with its reachable volumes.

    Raises
    ------
    BadParameter
        A number is out of its range, or the start or end volume is above the capacity.
    LengthMismatch
        Rates are neither one number nor one for each period.
    InfeasibleContract
        Injecting at the full rate does not reach the end volume.
    """
    check_amount(capacity, "capacity", "capacity of the storage", positive=True)
    loss = check_amount(injection_loss, "injection_loss", "injection loss", below=1.0)
    rise = check_rates(injection_rate, periods, "injection_rate", "injection rate") * (1.0 - loss)
    fall = check_rates(withdrawal_rate, periods, "withdrawal_rate", "withdrawal rate")
    check_amount(injection_cost, "injection_cost", "injection cost")
    check_amount(withdrawal_cost, "withdrawal_cost", "withdrawal cost")
    for name, value in (("start_volume", start_volume), ("end_volume", end_volume)):
        label = name.replace("_", " ")
        check_amount(value, name, f"{label} of the storage")
        if value > capacity * (1.0 + 1e-12):
            raise BadParameter(
                f"The {label} of the storage is {value:g}, above its capacity of {capacity:g}; correct one of them.",
                name=name,
                value=value,
            )
    low, high = _reachable(float(capacity), rise, fall, float(start_volume), float(end_volume))
    return Facility(
        float(capacity),
        rise,
        fall,
        float(injection_cost),
        float(withdrawal_cost),
        1.0 / (1.0 - loss),
        low,
        high,
    )


def _reachable(
    capacity: float, rise: FloatArray1D, fall: FloatArray1D, start: float, end: float
) -> tuple[FloatArray1D, FloatArray1D]:
    """Lowest and highest possible volume before each period and at the end."""
    to_come = np.concatenate([np.cumsum(rise[::-1])[::-1], [0.0]])
    highest = np.minimum(start + np.concatenate([[0.0], np.cumsum(rise)]), capacity)
    lowest = np.maximum(start - np.concatenate([[0.0], np.cumsum(fall)]), 0.0)
    needed = end - to_come
    if highest[-1] < end - 1e-9 * capacity:
        raise InfeasibleContract(
            f"The end volume of {end:g} cannot be reached: from {start:g} the storage can be filled to at most "
            f"{highest[-1]:g} in {len(rise)} periods. Lower the end volume or raise the injection rate.",
            end_volume=end,
            reachable=float(highest[-1]),
        )
    low = np.minimum(np.maximum(lowest, needed), highest)
    return low, highest


def unit_prices(
    facility: Facility, spot: FloatArray1D | float, discount: float
) -> tuple[FloatArray1D, FloatArray1D]:
    """Discounted money for a unit of volume inside: paid to raise it, received for lowering it.

    Parameters
    ----------
    facility : Facility
        The contract.
    spot : ndarray or float
        Price of the period.
    discount : float
        Discount factor to its payment.

    Returns
    -------
    tuple of ndarray
        ``discount (spot + injection cost) / (1 - loss)`` and ``discount (spot - withdrawal cost)``.
    """
    buy = discount * (np.asarray(spot) + facility.injection_cost) * facility.bought
    sell = discount * (np.asarray(spot) - facility.withdrawal_cost)
    return buy, sell


def sold_volume(facility: Facility, change: FloatArray1D) -> FloatArray1D:
    """Volume brought to the market by a change of the volume inside.

    Parameters
    ----------
    facility : Facility
        The contract.
    change : ndarray
        Change of the volume inside.

    Returns
    -------
    ndarray
        Withdrawals positive, purchases (before loss) negative.
    """
    sold: FloatArray1D = np.where(change > 0.0, -facility.bought * change, -change)
    return sold


def check_periods(facility: Facility, prices: Prices | Curves) -> None:
    """Refuse a facility that was built for other periods.

    Parameters
    ----------
    facility : Facility
        The contract.
    prices : Prices or Curves
        Its curve, or those of many scenarios.

    Raises
    ------
    BadParameter
        The numbers of periods differ.
    """
    if len(facility.rise) != len(prices.times_years):
        raise BadParameter(
            f"The storage was built for {len(facility.rise)} periods, the curve has {len(prices.times_years)}.",
            name="facility",
            value=len(facility.rise),
        )
