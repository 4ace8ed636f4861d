"""Reverse stress: how far must a scenario go until it costs a given loss, and which move does so most likely.

API: ``smallest_multiple(loss_of, loss, most) -> Crossing``, ``likely_direction(moves, exposure) -> Direction``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.errors import DomainError
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN

GRID = 8  # steps in which the way to the furthest multiple is looked over
TOLERANCE = 1e-4  # relative, of the multiple
MOST_HALVINGS = 40
FEWEST_MOVES = 60


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a loss is reached.

    Attributes
    ----------
    multiple : float or None
        Smallest multiple found at which the loss is at least the one asked for; None when none up to ``reached`` is.
    loss_at : float
        Loss there (or at ``reached``), positive when money is lost.
    reached : float
        Furthest multiple that was tried.
    monotone : bool
        Whether the loss rose at every step looked at up to the crossing. If not, a smaller multiple between two steps
        may reach the loss as well.
    trials : tuple of (float, float)
        Multiples and losses that were valued, ascending.
    """

    multiple: float | None
    loss_at: float
    reached: float
    monotone: bool
    trials: tuple[tuple[float, float], ...]


def smallest_multiple(loss_of: Callable[[float], float], loss: float, *, most: float = 5.0) -> Crossing:
    """Find the smallest multiple of a scenario that costs ``loss``, by steps and then by bisection.

    Parameters
    ----------
    loss_of : callable
        Loss at a multiple, by full revaluation; it raises ``DomainError`` where the scaled scenario cannot be (a price
        below zero, a volatility of nothing), which ends the way.
    loss : float
        Positive, in the money of ``loss_of``.
    most : float, default 5.0
        Furthest multiple.

    Returns
    -------
    Crossing
        What was found.

    Raises
    ------
    BadParameter
        ``loss`` or ``most`` is not a positive number.
    SeriesHasNaN
        A loss is not a number.

    Examples
    --------
    >>> round(smallest_multiple(lambda m: 100.0 * m, 150.0).multiple, 3)
    1.5
    """
    for name, value in (("loss", loss), ("most", most)):
        if not (np.isfinite(value) and value > 0.0):
            raise BadParameter(f"The {name} is {value:g}. State one above zero.", name=name, value=value)
    trials: dict[float, float] = {}

    def value_at(multiple: float) -> float | None:
        try:
            found = loss_of(multiple)
        except SeriesHasNaN:
            raise
        except DomainError:
            return None
        if not np.isfinite(found):
            raise SeriesHasNaN(
                f"The loss at {multiple:g} times the scenario is not a number.", position=multiple
            )
        trials[multiple] = float(found)
        return float(found)

    low, high = _bracket(value_at, loss, most)
    if high is not None:
        low, high = _bisected(value_at, loss, low, high)
    ordered = tuple(sorted(trials.items()))
    way = [0.0, *(each for multiple, each in ordered if high is None or multiple <= high)]
    monotone = all(after >= before for before, after in pairwise(way))
    reached = max(trials, default=0.0)
    at = high if high is not None else reached
    return Crossing(high, trials.get(at, 0.0), reached, monotone, ordered)


def _bracket(
    value_at: Callable[[float], float | None], loss: float, most: float
) -> tuple[float, float | None]:
    """Walk up in steps; return the last multiple below the loss and the first at or above it (None without)."""
    low = 0.0
    for step in range(1, GRID + 1):
        multiple = most * step / GRID
        found = value_at(multiple)
        if found is None:
            return _last_valid(value_at, loss, low, multiple)
        if found >= loss:
            return low, multiple
        low = multiple
    return low, None


def _last_valid(
    value_at: Callable[[float], float | None], loss: float, low: float, invalid: float
) -> tuple[float, float | None]:
    """Close in on the last multiple that the scenario can have, in case the loss is reached before."""
    for _ in range(10):
        middle = 0.5 * (low + invalid)
        found = value_at(middle)
        if found is None:
            invalid = middle
        elif found >= loss:
            return low, middle
        else:
            low = middle
    return low, None


def _bisected(
    value_at: Callable[[float], float | None], loss: float, low: float, high: float
) -> tuple[float, float]:
    for _ in range(MOST_HALVINGS):
        if high - low <= TOLERANCE * high:
            break
        middle = 0.5 * (low + high)
        found = value_at(middle)
        if found is not None and found >= loss:
            high = middle
        else:
            low = middle
    return low, high


@dataclass(frozen=True, eq=False)
class Direction:
    """The most likely way to lose money, of a linear book under normal moves.

    Attributes
    ----------
    move : ndarray of shape (k,)
        Move of each factor, in its unit, that costs one standard deviation of the P&L.
    deviation : float
        Standard deviation of the P&L of one period, in money.
    """

    move: FloatArray1D
    deviation: float


def likely_direction(moves: FloatArray2D, exposure: FloatArray1D) -> Direction:
    """The point of given loss that is nearest in the metric of the covariance of the moves.

    Among all moves ``x`` with ``exposure . x = -loss`` the one with the least ``x' S^-1 x`` is
    ``-loss S exposure / (exposure' S exposure)``, at ``loss / deviation`` standard deviations. The covariance ``S``
    (mean zero) is never inverted nor even formed, so fewer days than factors do no harm.

    Parameters
    ----------
    moves : ndarray of shape (s, k)
        Past moves of the factors in one period.
    exposure : ndarray of shape (k,)
        Money for a move of one unit.

    Returns
    -------
    Direction
        Scaled to a loss of one standard deviation.

    Raises
    ------
    InsufficientHistory
        There are fewer than 60 moves.
    LengthMismatch
        The arrays do not fit.
    SeriesHasNaN
        A move or an exposure is not a number.
    BadParameter
        The book does not depend on any factor that moved.

    References
    ----------
    Breuer, Jandacka, Rheinberger and Summer (2009), "How to find plausible, severe, and useful stress scenarios",
    International Journal of Central Banking 5(3).

    Examples
    --------
    >>> moves = np.tile([[1.0, 0.0], [-1.0, 0.0]], (30, 1))
    >>> likely_direction(moves, np.array([2.0, 5.0])).move.tolist()
    [-1.0, -0.0]
    """
    if moves.shape[1:] != exposure.shape:
        raise LengthMismatch(
            f"There are moves of {moves.shape[-1]} factors and exposures to {len(exposure)}.",
            have=len(exposure),
        )
    if len(moves) < FEWEST_MOVES:
        raise InsufficientHistory(
            f"There are {len(moves)} past moves; the most likely direction needs {FEWEST_MOVES}. Import more history.",
            have=len(moves),
            need=FEWEST_MOVES,
        )
    if not (np.isfinite(moves).all() and np.isfinite(exposure).all()):
        raise SeriesHasNaN("A past move or an exposure is not a number.", position=0)
    pnl = moves @ exposure
    deviation = float(np.sqrt(np.mean(pnl * pnl)))
    if deviation == 0.0:
        raise BadParameter(
            "The book does not depend on any price that moved, so no direction is more likely than another.",
            name="exposure",
            value=0.0,
        )
    return Direction(-(moves.T @ pnl) / len(moves) / deviation, deviation)
