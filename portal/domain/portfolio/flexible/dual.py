"""Upper bounds by duality: an adversary who sees the future but pays for it with a martingale.

The value function of a fitted policy, made a martingale by branches of one step from each state, is what the future is
worth; the better the policy, the tighter the bound. Without it the bound is perfect foresight.

References: Rogers (2002), Monte Carlo valuation of American options, Mathematical Finance 12; Andersen and Broadie
(2004), Primal-dual simulation algorithm for pricing multidimensional American options, Management Science 50(9);
Meinshausen and Hambly (2004), Monte Carlo methods for the valuation of multiple-exercise options, Mathematical
Finance 14.
"""

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.portfolio.flexible.contract import Contract, DecisionT
from portal.domain.portfolio.flexible.paths import Paths, Simulator
from portal.domain.portfolio.flexible.regression import Policy


def dual_bound(
    contract: Contract[DecisionT],
    policy: Policy | None,
    simulator: Simulator,
    paths: Paths,
    rng: np.random.Generator,
    *,
    branches: int = 64,
) -> tuple[float, float]:
    """Upper bound of the value: the best decisions in hindsight, less what the hindsight is worth under the policy.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    policy : Policy, optional
        Whose value function pays for the hindsight; without one the bound is perfect foresight.
    simulator : Simulator
        What the paths came from, for branches from their states.
    paths : Paths
        Scenarios that the policy has not seen.
    rng : Generator
        Source of chance.
    branches : int, default 64
        Steps from each state that estimate what was to be expected.

    Returns
    -------
    tuple of float
        Estimate of the bound (biased upwards, so safe) and its standard error.
    """
    n, m = paths.spot.shape
    discount = simulator.prices.discount
    best = np.zeros((n, contract.states(m)))
    for k in range(m - 1, -1, -1):
        spot = paths.spot[:, k]
        if k < m - 1:
            best *= discount[k + 1] / discount[k]
        value = contract.best(k, spot, best)
        if policy is not None and k:
            value -= _surprise(contract, policy, simulator, paths, k, rng, branches)
        best = value
    samples = discount[0] * best[:, 0]
    samples = 0.5 * (samples[: n // 2] + samples[n // 2 :])
    return float(samples.mean()), float(samples.std(ddof=1) / np.sqrt(len(samples)))


def _surprise(
    contract: Contract[DecisionT],
    policy: Policy,
    simulator: Simulator,
    paths: Paths,
    k: int,
    rng: np.random.Generator,
    branches: int,
) -> FloatArray2D:
    """Value of each state in period ``k`` less what was expected of it one period before: (n, states before)."""

    def worth(spot: FloatArray1D, factors: FloatArray2D) -> FloatArray2D:
        states, rows = contract.states(k + 1), contract.decisive(k, spot)
        ahead = policy.ahead(k, spot, factors, states)
        decision = contract.choose(k, spot, ahead)
        if rows is not None:
            ahead = np.where(rows[:, None], ahead, policy.ahead(k, spot, factors, states, everywhere=True))
        return contract.collect(k, spot, decision, ahead)

    shocks = _even_normals(len(paths.spot), branches, simulator.dimension, rng)
    expected = worth(*simulator.branch(k, paths.factors[:, k - 1], shocks))
    known = worth(paths.spot[:, k], paths.factors[:, k])
    known -= expected.reshape(len(known), branches, -1).mean(axis=1)
    return known


def _even_normals(n: int, count: int, dimension: int, rng: np.random.Generator) -> FloatArray:
    """Normal draws (n, count, dimension), evenly spread over each path's points and shifted at random: no bias.

    The points are those of Roberts' additive recurrence with the generalised golden ratio.
    """
    from scipy.special import ndtri

    ratio = 2.0
    for _ in range(64):
        ratio = (1.0 + ratio) ** (1.0 / (dimension + 1))
    steps = (1.0 / ratio) ** np.arange(1, dimension + 1)
    even = np.outer(np.arange(count), steps) if dimension > 1 else (np.arange(count) / count)[:, None]
    points = (even + rng.random((n, 1, dimension))) % 1.0
    return np.asarray(ndtri(np.clip(points, 1e-12, 1.0 - 1e-12)), dtype=np.float64)
