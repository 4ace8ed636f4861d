"""Swing options on one factor: exact backward induction over rights used and periods still blocked.

Value, expected exercise, deltas by period and vega come from one backward and one forward pass, as for storage; the
intrinsic value is the same recursion with a factor that does not move.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.ou import FactorGrid, factor_grid
from portal.domain.portfolio.flexible.terms import (
    FlexValue,
    InfeasibleContract,
    Prices,
    check_amount,
    check_prices,
)

NODES = 121
STILL = np.ones(1)  # the grid of a factor that does not move


@dataclass(frozen=True)
class SwingTerms:
    """A swing contract, checked.

    Attributes
    ----------
    strike : float
        Price per unit for which a right receives (call) or delivers (put) its volume.
    rights : int
        Most rights that can be used.
    unit_volume : float
        Volume of one right.
    cooldown : int
        Periods that are blocked after a right is used.
    min_rights : int
        Least rights that must be used.
    sign : float
        1 for a call, -1 for a put.
    """

    strike: float
    rights: int
    unit_volume: float
    cooldown: int
    min_rights: int
    sign: float

    def allowed(self, periods: int) -> NDArray[np.bool_]:
        """States from which the contract can still be fulfilled.

        Parameters
        ----------
        periods : int
            Number of periods of the contract.

        Returns
        -------
        ndarray of shape (periods + 1, cooldown + 1, rights + 1)
            By period, periods still blocked, and rights used before it.
        """
        to_come = periods - np.arange(periods + 1)[:, None] - np.arange(self.cooldown + 1)
        usable = -(-np.maximum(to_come, 0) // (self.cooldown + 1))
        fine: NDArray[np.bool_] = usable[:, :, None] + np.arange(self.rights + 1) >= self.min_rights
        return fine


def check_swing(
    periods: int,
    *,
    strike: float,
    rights: int,
    unit_volume: float,
    cooldown: int,
    min_rights: int,
    is_call: bool,
) -> SwingTerms:
    """Check a swing contract.

    Parameters
    ----------
    periods : int
        Number of periods that are still to be decided.
    strike : float
        Price per unit.
    rights : int
        Most rights that can be used, at least 0.
    unit_volume : float
        Volume of one right, positive.
    cooldown : int
        Periods that are blocked after a right is used, at least 0.
    min_rights : int
        Least rights that must be used.
    is_call : bool
        Whether a right receives the volume (call) or delivers it (put).

    Returns
    -------
    SwingTerms
        The contract; more rights than usable periods are cut to these.

    Raises
    ------
    BadParameter
        A number is out of its range.
    InfeasibleContract
        More rights must be used than can be.
    """
    check_amount(unit_volume, "unit_volume", "volume of one right of the swing", positive=True)
    if not np.isfinite(strike):
        raise BadParameter(
            "The swing has no strike; enter the price per unit of its rights.", name="strike", value=strike
        )
    for name, number in (("rights", rights), ("cooldown", cooldown), ("min_rights", min_rights)):
        if check_amount(number, name, f"number {name} of the swing") != int(number):
            raise BadParameter(
                f"The number {name} of the swing must be a whole number, not {number:g}.",
                name=name,
                value=number,
            )
    usable = -(-periods // (int(cooldown) + 1))
    most = min(int(rights), usable)
    if min_rights > most:
        raise InfeasibleContract(
            f"At least {min_rights:g} rights of the swing must be used, but at most {most} can be: it has {rights:g} "
            f"rights over {periods} periods with {cooldown:g} blocked after each. Lower the minimum.",
            min_rights=int(min_rights),
            usable=most,
        )
    return SwingTerms(
        float(strike), most, float(unit_volume), int(cooldown), int(min_rights), 1.0 if is_call else -1.0
    )


def swing_value(
    forward: FloatLike1D,
    times_years: FloatLike1D,
    discount: FloatLike1D,
    *,
    strike: float,
    rights: int,
    unit_volume: float,
    cooldown: int = 0,
    min_rights: int = 0,
    is_call: bool = True,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
) -> FlexValue:
    """Value of a swing contract: up to ``rights`` units, at most one in a period, each paying spot less strike.

    Parameters
    ----------
    forward : array_like of shape (m,)
        Forward price of each period, positive.
    times_years : array_like of shape (m,)
        Time to the decision on each period, act/365F, rising; at or below zero the price is known.
    discount : array_like of shape (m,)
        Discount factor to the payment of each period.
    strike : float
        Price per unit.
    rights : int
        Most rights that can be used.
    unit_volume : float
        Volume of one right.
    cooldown : int, default 0
        Periods that are blocked after a right is used.
    min_rights : int, default 0
        Least rights that must be used, at a loss if need be.
    is_call : bool, default True
        Receive the volume (call) or deliver it (put).
    kappa : float
        Speed of mean reversion of the log spot per year, at least 0.
    sigma : float
        Annual volatility of the log spot, decimal.
    nodes : int, default 121
        Nodes of the factor.

    Returns
    -------
    FlexValue
        Accurate to 0.1 % at default nodes; ``schedule`` is negative for a put, which delivers.

    Raises
    ------
    BadParameter, LengthMismatch, NonPositivePrices
        A number is out of its range or missing, or the lengths do not fit.
    InfeasibleContract
        More rights must be used than can be.

    References
    ----------
    Jaillet, Ronn and Tompaidis (2004), Valuation of commodity-based swing options, Management Science 50(7).
    """
    prices = check_prices(forward, times_years, discount, "A swing")
    terms = check_swing(
        len(prices),
        strike=strike,
        rights=rights,
        unit_volume=unit_volume,
        cooldown=cooldown,
        min_rights=min_rights,
        is_call=is_call,
    )
    check_amount(sigma, "sigma", "volatility of the swing's price")
    grid = factor_grid(prices.times_years, kappa, nodes)
    growth = grid.growth(sigma)
    value, used = _decide(terms, prices, grid, growth)
    schedule, delta, vega = _expect(terms, prices, grid, growth, used, sigma)
    m = len(prices)
    still = FactorGrid(np.zeros(1), STILL, np.ones((m - 1, 1, 1)), np.zeros(m))
    intrinsic, _ = _decide(terms, prices, still, np.ones((m, 1)))
    return FlexValue(value, intrinsic, delta, vega, value, value, 0.0, schedule)


def _decide(
    terms: SwingTerms, prices: Prices, grid: FactorGrid, growth: FloatArray2D
) -> tuple[float, list[NDArray[np.bool_]]]:
    """Backward: value today, and where a right is used: by period an array (nodes, rights)."""
    m, n = len(prices), len(grid.nodes)
    blocked, rights = terms.cooldown + 1, terms.rights + 1
    allowed = terms.allowed(m)
    ahead = np.zeros((n, blocked, rights))
    used: list[NDArray[np.bool_]] = []
    for k in range(m - 1, -1, -1):
        if k < m - 1:
            ahead = (grid.steps[k] @ ahead.reshape(n, -1)).reshape(n, blocked, rights)
        payoff = prices.discount[k] * terms.sign * (prices.forward[k] * growth[k] - terms.strike)
        use = payoff[:, None] + ahead[:, -1, 1:]
        wait = ahead[:, 0, :-1]
        # a state that cannot be left otherwise must use a right; one that breaks the contract anyhow is never entered
        choice = (use > wait) | ~allowed[k + 1, 0, :-1]
        choice &= allowed[k + 1, -1, 1:]
        used.append(choice)
        here = np.empty_like(ahead)
        here[:, 1:] = ahead[:, :-1]
        here[:, 0, :-1] = np.where(choice, use, wait)
        here[:, 0, -1] = ahead[:, 0, -1]
        ahead = here
    return terms.unit_volume * float(grid.start @ ahead[:, 0, 0]), used[::-1]


def _expect(
    terms: SwingTerms,
    prices: Prices,
    grid: FactorGrid,
    growth: FloatArray2D,
    used: list[NDArray[np.bool_]],
    sigma: float,
) -> tuple[FloatArray1D, FloatArray1D, float]:
    """Forward: expected volume and delta of each period, and vega, under the decisions."""
    m, n = len(prices), len(grid.nodes)
    slope = grid.growth_slope(sigma)
    schedule, delta, vega = np.zeros(m), np.zeros(m), 0.0
    weight: FloatArray = np.zeros((n, terms.cooldown + 1, terms.rights + 1))
    weight[:, 0, 0] = grid.start
    for k, choice in enumerate(used):
        spent = np.where(choice, weight[:, 0, :-1], 0.0)
        flow = terms.sign * terms.unit_volume * spent.sum(axis=1)
        schedule[k] = flow.sum()
        delta[k] = prices.discount[k] * (flow @ growth[k])
        vega += prices.discount[k] * prices.forward[k] * float(flow @ (growth[k] * slope[k]))
        after = np.zeros_like(weight)
        after[:, :-1] = weight[:, 1:]
        after[:, 0] += weight[:, 0]
        after[:, 0, :-1] -= spent
        after[:, -1, 1:] += spent
        if k < m - 1:
            weight = (grid.steps[k].T @ after.reshape(n, -1)).reshape(weight.shape)
    return schedule, delta, vega
