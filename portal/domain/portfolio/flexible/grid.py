"""The engine behind the marks: backward induction on one factor with exact Gaussian integrals, and the pass forward.

Backward, the value of every state is found at every node. Forward, the probability of every node and state under the
decisions is carried along: expected volumes, deltas by period and vega are sums over it and, by the envelope theorem,
exactly the derivatives of the value that was computed.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.flexible.contract import Contract, DecisionT
from portal.domain.portfolio.flexible.ou import FactorGrid, factor_grid
from portal.domain.portfolio.flexible.terms import Prices


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class GridValue:
    """Value today, expected volume sold and delta by period (m,), and vega per 1.00."""

    value: float
    schedule: FloatArray1D
    delta: FloatArray1D
    vega: float


def grid_value(
    contract: Contract[DecisionT], prices: Prices, *, kappa: float, sigma: float, nodes: int
) -> GridValue:
    """Value a contract on one factor.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    prices : Prices
        Forward, decision time and discount factor of each period.
    kappa : float
        Speed of mean reversion of the log spot per year, at least 0.
    sigma : float
        Annual volatility of the log spot, decimal.
    nodes : int
        Nodes of the factor, at least 9.

    Returns
    -------
    GridValue
        Deterministic; the error falls with the square of the number of nodes.

    Raises
    ------
    BadParameter
        Too few nodes or a negative speed.
    """
    grid = factor_grid(prices.times_years, kappa, nodes, sigma)
    growth = grid.growth(sigma)
    value, decisions = _backward(contract, prices, grid, growth)
    return _forward(contract, prices, grid, growth, decisions, value, sigma)


def deterministic_value(contract: Contract[DecisionT], prices: Prices) -> float:
    """Value of a contract when spots are the forwards.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    prices : Prices
        Its curve.

    Returns
    -------
    float
        Discounted money.
    """
    m = len(prices)
    still = FactorGrid(np.zeros(1), np.ones(1), np.ones((m - 1, 1, 1)), np.zeros(m))
    return _backward(contract, prices, still, np.ones((m, 1)))[0]


def _backward(
    contract: Contract[DecisionT], prices: Prices, grid: FactorGrid, growth: FloatArray2D
) -> tuple[float, list[DecisionT]]:
    m = contract.periods
    ahead = np.zeros((len(grid.nodes), contract.states(m)))
    decisions: list[DecisionT] = []
    for k in range(m - 1, -1, -1):
        if k < m - 1:
            ahead = grid.steps[k] @ ahead
            ahead *= prices.discount[k + 1] / prices.discount[k]
        spot = prices.forward[k] * growth[k]
        decisions.append(contract.choose(k, spot, ahead, ordered=True))
        ahead = contract.collect(k, spot, decisions[-1], ahead)
    return float(prices.discount[0] * (grid.start @ ahead[:, 0])), decisions[::-1]


def _forward(
    contract: Contract[DecisionT],
    prices: Prices,
    grid: FactorGrid,
    growth: FloatArray2D,
    decisions: list[DecisionT],
    value: float,
    sigma: float,
) -> GridValue:
    m, slope = contract.periods, grid.growth_slope(sigma)
    schedule, delta, vega = np.zeros(m), np.zeros(m), 0.0
    weight = grid.start[:, None]
    for k, decision in enumerate(decisions):
        weight, volume, _ = contract.carry(k, decision, weight)
        schedule[k] = volume.sum()
        delta[k] = prices.discount[k] * (volume @ growth[k])
        vega += prices.discount[k] * prices.forward[k] * float(volume @ (growth[k] * slope[k]))
        if k < m - 1:
            weight = grid.steps[k].T @ weight
    return GridValue(value, schedule, delta, float(vega))
