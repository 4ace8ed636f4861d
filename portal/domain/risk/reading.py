"""One figure of a book read off its scenarios, with the scenarios that make it, so that any cut of it is a sum.

API: ``read(pnl, measure, level, weights=..., normal=...) -> Reading``, ``Measure``.

A figure that grows in proportion with the book is the sum of its components: the P&L of each part, averaged over the
scenarios with fixed shares. The shares are those of the tail for an expected shortfall, of the neighbours of the
quantile for a VaR, and in proportion to P&L for the normal method, where the component is the covariance with the book.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.risk.decomposition import var_ranks
from portal.domain.risk.inputs import as_pnl, as_weights, require_level
from portal.domain.risk.tail import Tail, tail_of

NEIGHBOURS = (
    0.005  # share of the scenarios on each side of the quantile that its components are averaged over
)


class Measure(StrEnum):
    """Figures that can be split."""

    VAR = "var"
    ES = "expected_shortfall"

    @property
    def label(self) -> str:
        """As people write it."""
        return "Value at risk" if self is Measure.VAR else "Expected shortfall"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Reading:
    """A figure and where it comes from.

    Attributes
    ----------
    measure : Measure
        What was read.
    level : float
        Confidence c.
    value : float
        Loss, EUR.
    scenario : int
        Position of the VaR scenario; -1 for the normal method, which has none.
    scenarios : ndarray of shape (m,), int64
        Positions of the scenarios that make the figure, worst first.
    shares : ndarray of shape (m,)
        ``value = -sum(shares * pnl[scenarios])``; the component of a part is the same sum over its own P&L.
    observations : float
        Effective number of scenarios in the tail.
    """

    measure: Measure
    level: float
    value: float
    scenario: int
    scenarios: IntArray1D
    shares: FloatArray1D
    observations: float

    def split(self, pnl: FloatArray2D) -> FloatArray1D:
        """Components of parts.

        Parameters
        ----------
        pnl : ndarray of shape (s, t)
            P&L of each part in all scenarios, EUR.

        Returns
        -------
        ndarray of shape (t,), EUR
            They add up to the figure when the parts add up to the book.
        """
        parts: FloatArray1D = -(self.shares @ pnl[self.scenarios])
        return parts


def read(
    pnl: ArrayLike,
    measure: Measure | str,
    level: float,
    *,
    weights: ArrayLike | None = None,
    normal: bool = False,
) -> Reading:
    """Read VaR or expected shortfall off scenarios.

    Parameters
    ----------
    pnl : array_like of shape (s,)
        P&L of the book in each scenario, EUR, oldest first.
    measure : Measure
        What to read.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (s,), optional
        Probabilities; equal ones by default.
    normal : bool, default False
        Whether the scenarios stand for their covariance alone: mean 0, normal tail; few of them are enough.

    Returns
    -------
    Reading
        The figure with its scenarios.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch
        As :func:`portal.domain.risk.tail.tail_of`.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement"; Hallerbach (2003), J. Risk 5, for the VaR.

    Examples
    --------
    >>> found = read([-5.0, -1.0, 4.0, -3.0, 2.0], "expected_shortfall", 0.7)
    >>> round(found.value, 6), found.scenarios.tolist()
    (4.333333, [0, 3])
    """
    asked = Measure(measure)
    if normal:
        return _normal(np.asarray(as_pnl(pnl), np.float64), asked, level, weights)
    tail = tail_of(pnl, level, weights)
    if asked is Measure.ES:
        return Reading(asked, level, tail.es, tail.scenario, tail.scenarios, tail.shares, tail.observations)
    values = np.asarray(pnl, np.float64)
    near, shares = _neighbours(values, tail)
    return Reading(asked, level, tail.var, tail.scenario, near, shares, tail.observations)


def _neighbours(pnl: FloatArray1D, tail: Tail) -> tuple[IntArray1D, FloatArray1D]:
    """Scenarios around the quantile with shares that give exactly the VaR; the quantile alone where it is near zero."""
    near, kernel = var_ranks(pnl, tail, max(1, round(NEIGHBOURS * len(pnl))))
    mean = -float(kernel @ pnl[near])
    if mean * tail.var <= 0.0 or abs(mean) < 0.5 * abs(tail.var):
        return tail.tied, np.full(len(tail.tied), 1.0 / len(tail.tied))
    return near.astype(np.int64), kernel * (tail.var / mean)


def _normal(pnl: FloatArray1D, measure: Measure, level: float, weights: ArrayLike | None) -> Reading:
    require_level(level)
    chances = as_weights(weights, len(pnl))
    if chances is None:
        chances = np.full(len(pnl), 1.0 / len(pnl))
    deviation = float(np.sqrt(chances @ (pnl * pnl)))
    quantile = float(ndtri(level))
    factor = (
        quantile if measure is Measure.VAR else np.exp(-0.5 * quantile**2) / np.sqrt(2 * np.pi) / (1 - level)
    )
    shares = -chances * pnl * (factor / deviation) if deviation > 0.0 else np.zeros(len(pnl))
    order = np.argsort(pnl, kind="stable").astype(np.int64)
    effective = (1.0 - level) / float(chances @ chances)
    return Reading(measure, level, factor * deviation, -1, order, shares[order], effective)
