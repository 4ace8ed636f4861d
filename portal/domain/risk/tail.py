"""Which scenarios form the tail, and with what share: the one rule behind VaR, expected shortfall and their splits.

API: ``tail_of(pnl, level, weights) -> Tail`` for one book with its scenarios, ``sample_var`` and ``sample_es`` for one
book or for every column of a table, ``tail_count(n, level)``, ``below_expectation`` for the at-risk family.

VaR is the smallest loss x with ``F_n(x) >= c``: the loss of rank ``n - ceil(n c) + 1`` from the worst, an observed
one, so that it opens to its day. Expected shortfall is the mean of the worst ``n (1 - c)`` losses, the last one counted
by the fraction that is left (Acerbi and Tasche). Partitions find both: nothing is sorted that is not in the tail.
Scenarios tied at the VaR share what is left of the tail equally, so that no split depends on their order. Weights
follow the same rule: equal ones give the plain figures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import LengthMismatch
from portal.domain.risk.inputs import (
    MASS_TOLERANCE,
    THIN_TAIL,
    as_pnl,
    as_weights,
    require_tail,
)

BLOCK = 2_000_000  # numbers that are copied at a time when many columns are partitioned
_CUMULATIVE_TOLERANCE = 1e-12  # rounding of a cumulative weight


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Tail:
    """The tail of one book.

    Attributes
    ----------
    level : float
        Confidence c.
    n : int
        Scenarios.
    effective : float
        Scenarios of equal weight that would be as good: n, or ``1 / sum(w^2)``.
    var, es : float
        Value at risk and expected shortfall, positive losses in EUR.
    scenario : int
        Position of the VaR scenario; the newest one of those tied.
    tied : ndarray of shape (t,), int
        Positions of all scenarios with the loss of the VaR.
    scenarios : ndarray of shape (m,), int
        Positions of the scenarios that count in the expected shortfall, worst first.
    shares : ndarray of shape (m,)
        Their shares, which sum to 1.
    """

    level: float
    n: int
    effective: float
    var: float
    es: float
    scenario: int
    tied: IntArray1D
    scenarios: IntArray1D
    shares: FloatArray1D

    @property
    def observations(self) -> float:
        """Effective number of scenarios in the tail, ``n (1 - c)``."""
        return self.effective * (1.0 - self.level)

    @property
    def thin(self) -> bool:
        """Whether fewer than 5 observations carry the figure: show it with its interval and a warning."""
        return self.observations < THIN_TAIL - MASS_TOLERANCE


def tail_count(n: int, level: float) -> tuple[int, float]:
    """Split the tail mass ``n (1 - c)`` into whole scenarios and the fraction of the next one.

    Parameters
    ----------
    n : int
        Scenarios.
    level : float
        Confidence c in (0, 1).

    Returns
    -------
    tuple of (int, float)
        Scenarios that count in full, and the fraction in [0, 1) of the VaR scenario. The VaR is the loss after the
        whole ones.

    Examples
    --------
    >>> tail_count(500, 0.99)
    (5, 0.0)
    """
    whole = min(n - 1, n - int(np.ceil(n * level - MASS_TOLERANCE)))  # all at a level next to 0
    part = n * (1.0 - level) - whole
    return whole, part if part > MASS_TOLERANCE else 0.0


def tail_of(pnl: ArrayLike, level: float, weights: ArrayLike | None = None) -> Tail:
    """Return VaR and expected shortfall of one book with the scenarios that they come from.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of the book in each scenario, in EUR, oldest first.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    Tail
        Figures, positions and shares.

    Raises
    ------
    LengthMismatch
        The P&L is a table, or there is not one weight a scenario.
    InsufficientHistory
        Fewer scenarios than the tail needs.
    SeriesHasNaN
        A scenario has no P&L.
    BadParameter
        The level is not in (0, 1), or a weight is negative.

    References
    ----------
    Acerbi and Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26.
    Boudoukh, Richardson and Whitelaw (1998), "The best of both worlds", Risk 11, for weights by age.

    Examples
    --------
    >>> found = tail_of([-5.0, -1.0, 4.0, -3.0, 2.0], 0.7)
    >>> found.var, round(found.es, 6), found.scenarios.tolist()
    (3.0, 4.333333, [0, 3])
    """
    values = as_pnl(pnl)
    if values.ndim != 1:
        raise LengthMismatch(
            f"A tail belongs to one book, but this P&L has {values.shape[1]} columns; add them up first.",
            shape=values.shape,
        )
    require_tail(len(values), level)
    chances = as_weights(weights, len(values))
    if chances is None:
        return _equal_tail(values, level)
    return _weighted_tail(values, level, chances)


def _equal_tail(values: FloatArray1D, level: float) -> Tail:
    n = len(values)
    whole, part = tail_count(n, level)
    near = np.argpartition(values, whole)[: whole + 1]
    edge = float(values[near].max())
    worse = near[values[near] < edge]
    shares = np.ones(len(worse))
    return _tail(values, level, float(n), edge, worse, shares, whole + part, np.ones(n))


def _weighted_tail(values: FloatArray1D, level: float, weights: FloatArray1D) -> Tail:
    mass = 1.0 - level
    order, at = _weighted_order(values[:, None], mass, weights)
    edge = float(values[order[at[0], 0]])
    worse = np.flatnonzero((values < edge) & (weights > 0.0))
    effective = 1.0 / float(weights @ weights)
    return _tail(values, level, effective, edge, worse, weights[worse], mass, weights)


def _tail(
    values: FloatArray1D,
    level: float,
    effective: float,
    edge: float,
    worse: IntArray1D,
    counted: FloatArray1D,
    mass: float,
    weights: FloatArray1D,
) -> Tail:
    """Give the scenarios tied at the edge what the worse ones leave of the mass."""
    tied = np.flatnonzero((values == edge) & (weights > 0.0))
    left = mass - float(counted.sum())
    members, shares = worse, counted
    if left > _CUMULATIVE_TOLERANCE * mass:
        members = np.concatenate([worse, tied])
        shares = np.concatenate([counted, left * weights[tied] / weights[tied].sum()])
    order = np.lexsort((members, values[members]))
    members, shares = members[order].astype(np.int64), shares[order] / shares.sum()
    es = -float(shares @ values[members]) + 0.0
    return Tail(level, len(values), effective, -edge + 0.0, es, int(tied[-1]), tied, members, shares)


def sample_var(pnl: ArrayLike, level: float, weights: ArrayLike | None = None) -> FloatArray:
    """Return the VaR of one book, or of every column.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L scenarios, in EUR.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    ndarray of shape () or (k,)
        Positive losses, in EUR; negative where even the quantile is a gain.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch, EmptyPortfolio
        As `tail_of`.
    """
    return _var_and_es(pnl, level, weights)[0]


def sample_es(pnl: ArrayLike, level: float, weights: ArrayLike | None = None) -> FloatArray:
    """Return the expected shortfall of one book, or of every column.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L scenarios, in EUR.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    ndarray of shape () or (k,)
        Mean losses of the tail, in EUR.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch, EmptyPortfolio
        As `tail_of`.
    """
    return _var_and_es(pnl, level, weights)[1]


def below_expectation(
    values: ArrayLike, level: float, weights: ArrayLike | None, expected: ArrayLike | None
) -> FloatArray:
    """Return how far a result may fall below what is expected: expectation less the quantile at 1 - c.

    Parameters
    ----------
    values : array_like of shape (n,) or (n, k)
        Simulated results, in EUR.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    expected : array_like of shape () or (k,), optional
        Plan or budget, in EUR; the mean of the scenarios by default.

    Returns
    -------
    ndarray of shape () or (k,)
        Shortfall in EUR, positive when the result at 1 - c is below the expectation.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch, EmptyPortfolio
        As `tail_of`.
    """
    results = as_pnl(values)
    quantile = sample_var(results, level, weights)
    if expected is None:
        chances = as_weights(weights, len(results))
        return quantile + (results.mean(axis=0) if chances is None else chances @ results)
    plan = as_pnl(np.atleast_1d(np.asarray(expected, dtype=np.float64)))
    if plan.shape not in ((1,), np.shape(results)[1:]):
        raise LengthMismatch(
            f"Expected results of shape {plan.shape} do not belong to results of shape {results.shape}.",
            first=plan.shape,
            second=results.shape,
        )
    return quantile + (plan[0] if plan.shape == (1,) else plan)


def _var_and_es(pnl: ArrayLike, level: float, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    values = as_pnl(pnl)
    require_tail(len(values), level)
    chances = as_weights(weights, len(values))
    table = values[:, None] if values.ndim == 1 else values
    var, es = np.empty(table.shape[1]), np.empty(table.shape[1])
    step = max(1, BLOCK // len(table))
    for start in range(0, table.shape[1], step):
        block = table[:, start : start + step]
        found = _columns(block, level) if chances is None else _weighted_columns(block, level, chances)
        var[start : start + step], es[start : start + step] = found
    return (var[0], es[0]) if values.ndim == 1 else (var, es)


def _columns(values: FloatArray2D, level: float) -> tuple[FloatArray1D, FloatArray1D]:
    whole, part = tail_count(len(values), level)
    near = np.partition(values, whole, axis=0)[: whole + 1]
    edge = near[whole]
    return -edge + 0.0, -(near[:whole].sum(axis=0) + part * edge) / (whole + part) + 0.0


def _weighted_columns(
    values: FloatArray2D, level: float, weights: FloatArray1D
) -> tuple[FloatArray1D, FloatArray1D]:
    mass, columns = 1.0 - level, np.arange(values.shape[1])
    order, at = _weighted_order(values, mass, weights)
    sorted_values, chances = np.take_along_axis(values, order, axis=0), weights[order]
    before = np.cumsum(chances, axis=0) - chances
    counted = np.clip(mass - before, 0.0, chances)  # in full, then what is left, then nothing
    es = -(counted * sorted_values).sum(axis=0) / counted.sum(axis=0)
    return -sorted_values[at, columns] + 0.0, es + 0.0


def _weighted_order(
    values: FloatArray2D, mass: float, weights: FloatArray1D
) -> tuple[IntArray1D, IntArray1D]:
    """Positions of the worst values of each column, worst first, and the row at which their weight exceeds ``mass``.

    The worst few are tried first, then more, until every column has its edge among them.
    """
    n = len(values)
    count = min(n, int(4 * n * mass) + 8)
    while True:
        near = np.argpartition(values, count - 1, axis=0)[:count] if count < n else None
        rows = np.broadcast_to(np.arange(n)[:, None], values.shape) if near is None else near
        inner = np.argsort(np.take_along_axis(values, rows, axis=0), axis=0, kind="stable")
        order = np.take_along_axis(rows, inner, axis=0)
        beyond = np.cumsum(weights[order], axis=0) > mass + _CUMULATIVE_TOLERANCE
        if bool(beyond[-1].all()):
            return order, beyond.argmax(axis=0)
        if near is None:  # rounding at a level close to 0: the best scenario is the edge
            return order, np.where(beyond[-1], beyond.argmax(axis=0), n - 1)
        count = min(n, 2 * count)
