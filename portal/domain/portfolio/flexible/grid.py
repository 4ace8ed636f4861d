"""The engine behind the marks: backward induction on one factor with exact Gaussian integrals, and the pass forward.

Backward, the value of every state is found at every node, on many curves at once if wanted. Forward, the probability
of every node and state under the decisions is carried along: expected volumes, deltas by period and vega are sums over
it and, by the envelope theorem, exactly the derivatives of the value that was computed.

Rows of all arrays are nodes by curves: the same node of all curves stands together, so that one product of matrices
takes all of them a period back.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.flexible.contract import Contract, DecisionT
from portal.domain.portfolio.flexible.ou import FactorGrid, factor_grid
from portal.domain.portfolio.flexible.terms import Curves, Prices

AT_ONCE = 16_384  # numbers in the largest array of a chunk of curves: it stays in the processor's cache


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
    decisions: list[DecisionT] = []
    value = _backward(contract, Curves.of(prices), grid, growth, decisions)
    return _forward(contract, prices, grid, growth, decisions[::-1], float(value[0]), sigma)


def grid_values(
    contract: Contract[DecisionT], curves: Curves, *, kappa: float, sigma: float, nodes: int
) -> FloatArray1D:
    """Value a contract on many curves: of each what ``grid_value`` gives as its value, at a fraction of the time.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    curves : Curves
        Forwards and discount factors by scenario and period.
    kappa, sigma, nodes
        As for ``grid_value``.

    Returns
    -------
    ndarray of shape (s,)
        Discounted money.

    Raises
    ------
    BadParameter
        Too few nodes or a negative speed.
    """
    grid = factor_grid(curves.times_years, kappa, nodes, sigma)
    growth = grid.growth(sigma)
    widest = len(grid.nodes) * max(contract.states(k) for k in range(contract.periods + 1))
    chunk, count = max(AT_ONCE // widest, 1), len(curves)
    parts = (curves.take(slice(first, first + chunk)) for first in range(0, count, chunk))
    return np.concatenate([np.zeros(0), *(_backward(contract, part, grid, growth) for part in parts)])


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
    still = FactorGrid(np.zeros(1), np.ones(1), [np.ones((1, 1))] * (m - 1), np.zeros(m))
    return float(_backward(contract, Curves.of(prices), still, np.ones((m, 1)))[0])


def _backward(
    contract: Contract[DecisionT],
    curves: Curves,
    grid: FactorGrid,
    growth: FloatArray2D,
    decisions: list[DecisionT] | None = None,
) -> FloatArray1D:
    """Value on each curve; ``decisions`` takes those of every period, the last period first."""
    m, n, count = contract.periods, len(grid.nodes), len(curves)
    ahead = np.zeros((n * count, contract.states(m)))
    for k in range(m - 1, -1, -1):
        if k < m - 1:
            by_curve = (grid.steps[k] @ ahead.reshape(n, -1)).reshape(n, count, -1)
            by_curve *= (curves.discount[:, k + 1] / curves.discount[:, k])[:, None]
            ahead = by_curve.reshape(n * count, -1)
        spot = np.outer(growth[k], curves.forward[:, k]).ravel()
        decision, ahead = contract.roll(k, spot, ahead, count)
        if decisions is not None:
            decisions.append(decision)
    value: FloatArray1D = curves.discount[:, 0] * (grid.start @ ahead.reshape(n, count))
    return value


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
