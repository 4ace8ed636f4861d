"""A power plant against hourly prices as a mixed-integer programme, with minimum times and costs of a start."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.core.errors import DomainError
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.flexible.terms import check_amount

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FREE = None  # the first hour may begin in any state


@dataclass(frozen=True)
class Plant:
    """What a plant can do and what it costs.

    Attributes
    ----------
    p_min, p_max : float
        Least and most power when it runs, MW.
    min_up_hours, min_down_hours : int
        Least hours that it runs, and stands still, once it does.
    efficiency : float
        Power out for fuel in, above 0.
    start_fuel : float
        Fuel for a start, in the unit of the fuel.
    start_fixed : float
        Money for a start.
    fuel_cost_addon : float
        Money per unit of fuel on top of its price: transport, carbon, tax.
    """

    p_min: float
    p_max: float
    min_up_hours: int
    min_down_hours: int
    efficiency: float
    start_fuel: float = 0.0
    start_fixed: float = 0.0
    fuel_cost_addon: float = 0.0


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Dispatch:
    """The best dispatch.

    Attributes
    ----------
    value : float
        Profit over all hours, not discounted.
    power : ndarray of shape (h,)
        Power in each hour, MW.
    starts : ndarray of shape (h,)
        1 in hours in which a start is paid.
    """

    value: float
    power: FloatArray1D
    starts: FloatArray1D


def plant_value(
    plant: Plant, power_prices: FloatLike1D, fuel_prices: FloatLike1D, *, running_before: bool | None = FREE
) -> Dispatch:
    """Intrinsic value of a plant: the best dispatch against prices that are known.

    Parameters
    ----------
    plant : Plant
        What it can do.
    power_prices : array_like of shape (h,)
        Price of power in each hour, money per MWh; may be negative.
    fuel_prices : array_like of shape (h,)
        Price of fuel in each hour, money per unit of fuel.
    running_before : bool, optional
        Whether the plant runs before the first hour, free to stop or to start in it; by default it may begin in any
        state without paying for a start.

    Returns
    -------
    Dispatch
        Profit, power and starts.

    Raises
    ------
    BadParameter
        A number of the plant is out of its range, or a price is missing.
    LengthMismatch
        The prices differ in length, or there are none.
    DomainError
        The solver found no optimum.

    References
    ----------
    The two-binary form of unit commitment: Rajan and Takriti (2005), Minimum up/down polytopes of the unit commitment
    problem with start-up costs, IBM Research Report RC23628.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    power, fuel = _check(plant, power_prices, fuel_prices)
    hours = len(power)
    margin = power - (fuel + plant.fuel_cost_addon) / plant.efficiency
    best = np.where(
        margin > 0.0, plant.p_max, plant.p_min
    )  # profit is a straight line in the power of an hour
    start_cost = plant.start_fixed + plant.start_fuel * (fuel + plant.fuel_cost_addon)
    matrix, least, most = _constraints(plant, hours, running_before=running_before)
    found = milp(
        np.concatenate([-margin * best, start_cost, np.zeros(hours)]),
        integrality=np.concatenate([np.ones(hours), np.zeros(2 * hours)]),
        bounds=Bounds(np.zeros(3 * hours), np.ones(3 * hours)),
        constraints=LinearConstraint(matrix, least, most),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None or found.status != 0:
        raise DomainError(
            f"No best dispatch was found for the plant's {hours} hours: {found.message}", hours=hours
        )
    on, starts = np.rint(found.x[:hours]), np.rint(found.x[hours : 2 * hours])
    return Dispatch(float(on @ (margin * best) - starts @ start_cost), on * best, starts)


def _check(
    plant: Plant, power_prices: FloatLike1D, fuel_prices: FloatLike1D
) -> tuple[FloatArray1D, FloatArray1D]:
    power, fuel = np.asarray(power_prices, dtype=np.float64), np.asarray(fuel_prices, dtype=np.float64)
    if power.ndim != 1 or power.shape != fuel.shape or not power.size:
        raise LengthMismatch(
            f"A plant needs a price of power and one of fuel for each hour; given are {power.size} and {fuel.size}.",
            power=power.size,
            fuel=fuel.size,
        )
    missing = np.flatnonzero(~(np.isfinite(power) & np.isfinite(fuel)))
    if missing.size:
        raise BadParameter(
            f"The plant has no price in hour {missing[0] + 1} of {len(power)}; complete the curves.",
            name="power_prices",
            value=int(missing[0]),
        )
    check_amount(plant.efficiency, "efficiency", "efficiency of the plant", positive=True)
    check_amount(plant.p_max, "p_max", "largest power of the plant", positive=True)
    check_amount(plant.p_min, "p_min", "least power of the plant", below=plant.p_max * (1.0 + 1e-12))
    for name in ("min_up_hours", "min_down_hours", "start_fuel", "start_fixed"):
        check_amount(getattr(plant, name), name, f"{name.replace('_', ' ')} of the plant")
    return power, fuel


def _constraints(
    plant: Plant, hours: int, *, running_before: bool | None
) -> tuple["csr_array", FloatArray1D, FloatArray1D]:
    """Rows over (on, starts, stops): what changes is a start or a stop, and both bind the hours after them."""
    from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack

    def lasting(number: int) -> csr_array:
        """Row t adds the events of the last ``number`` hours up to t."""
        width = min(max(int(number), 1), hours)
        return csr_array(diags_array([np.ones(hours - i) for i in range(width)], offsets=-np.arange(width)))

    same, none = eye_array(hours, format="csr"), csr_array((hours, hours))
    change = same - diags_array([np.ones(hours - 1)], offsets=[-1], shape=(hours, hours))
    first = np.zeros(hours)
    least_change, most_change = first.copy(), first.copy()
    if running_before is FREE:  # in the first hour nothing is an event
        least_change[0], most_change[0] = -2.0, 2.0
    else:
        least_change[0] = most_change[0] = float(running_before)
    matrix = vstack(
        [
            hstack([change, -same, same]),  # on[t] - on[t-1] = start[t] - stop[t]
            hstack([same, -lasting(plant.min_up_hours), none]),  # on while a start is recent
            hstack([same, none, lasting(plant.min_down_hours)]),  # off while a stop is recent
        ]
    )
    least = np.concatenate([least_change, np.zeros(hours), np.full(hours, -np.inf)])
    most = np.concatenate([most_change, np.full(hours, np.inf), np.ones(hours)])
    return csr_array(matrix), least, most
