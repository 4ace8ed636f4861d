"""VaR, expected shortfall and the components of every position from exposures and factor moves, without their product.

API: ``factor_tail(exposures, moves, level) -> FactorTail``; ``tail_moves`` and ``sparse_parts`` where exposures are
kept as (position, factor, EUR) entries.

Exposures (n, k) are added up to the book first, its P&L is one product with the moves (s, k), and only the tail goes
back to the positions: the average move of each factor over the tail, times the exposures. The cube of positions times
scenarios, 100 times more work and memory, is never made. The parts sum to the total because both are sums of the same
products.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import LengthMismatch
from portal.domain.risk.decomposition import fitted, var_ranks
from portal.domain.risk.errors import EmptyPortfolio
from portal.domain.risk.inputs import require_finite
from portal.domain.risk.tail import Tail, tail_of


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FactorTail:
    """Risk of a linear book, in EUR.

    Attributes
    ----------
    pnl : ndarray of shape (s,)
        P&L of the book in each scenario.
    tail : Tail
        VaR, expected shortfall, and the scenarios they come from.
    position_es, position_var : ndarray of shape (n,)
        What each position adds; they sum to the expected shortfall and to the VaR.
    factor_es, factor_var : ndarray of shape (k,)
        What each factor adds.
    es_moves, var_moves : ndarray of shape (k,)
        Fall of each factor over the tail and at the VaR: exposure times this is a loss.
    """

    pnl: FloatArray1D
    tail: Tail
    position_es: FloatArray1D
    position_var: FloatArray1D
    factor_es: FloatArray1D
    factor_var: FloatArray1D
    es_moves: FloatArray1D
    var_moves: FloatArray1D

    def cell_es(self, exposures: FloatArray2D) -> FloatArray2D:
        """What each factor adds to the expected shortfall through each row of exposures.

        Parameters
        ----------
        exposures : ndarray of shape (m, k)
            Exposures of positions, or of desks as their sums, in EUR for a move of 1.

        Returns
        -------
        ndarray of shape (m, k)
            EUR; all cells of the book sum to the expected shortfall.
        """
        return exposures * self.es_moves


def factor_tail(
    exposures: ArrayLike,
    moves: ArrayLike,
    level: float,
    *,
    weights: ArrayLike | None = None,
    half_width: int = 0,
    positions: Sequence[str] | None = None,
    factors: Sequence[str] | None = None,
) -> FactorTail:
    """Return VaR, expected shortfall and all components of a linear book.

    Parameters
    ----------
    exposures : array_like of shape (n, k)
        EUR for a move of 1 in each of k factors, for n positions.
    moves : array_like of shape (s, k)
        Moves of the factors, oldest first, in their units.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (s,), optional
        Weights of the scenarios; equal ones by default.
    half_width : int, default 0
        Neighbouring ranks on each side that the split of the VaR is averaged over.
    positions, factors : sequence of str, optional
        Names of the n positions and k factors, for messages.

    Returns
    -------
    FactorTail
        Figures, P&L and parts.

    Raises
    ------
    EmptyPortfolio
        No position or no factor.
    LengthMismatch
        Exposures and moves have different factors.
    SeriesHasNaN
        An exposure or a move is missing; names its factor, and the position.
    InsufficientHistory
        Fewer scenarios than the tail needs.
    BadParameter
        The level is not in (0, 1), a weight is negative, or ``half_width`` is.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement", TU München.

    Examples
    --------
    >>> found = factor_tail([[1.0, 0.0], [0.0, 2.0]], [[-3.0, 1.0], [1.0, -1.0], [2.0, 2.0]], 0.6)
    >>> round(found.tail.es, 6), found.position_es.round(6).tolist()
    (1.0, [1.0, 0.0])
    """
    book, shocks = _tables(exposures, moves)
    total = book.sum(axis=0)
    pnl = shocks @ total
    # a gap anywhere reaches the sum: the arrays themselves are only searched to name it
    if not (np.isfinite(pnl).all() and np.isfinite(total).all()):
        _name_the_gap(book, shocks, positions, factors)
    tail = tail_of(pnl, level, weights)
    rows, kernel = var_ranks(pnl, tail, half_width)
    both = np.column_stack([tail_moves(shocks, tail), -(kernel @ shocks[rows])])
    parts = book @ both
    by_factor = total[:, None] * both
    return FactorTail(
        pnl, tail, parts[:, 0], fitted(parts[:, 1], tail.var) if half_width else parts[:, 1], by_factor[:, 0],
        fitted(by_factor[:, 1], tail.var) if half_width else by_factor[:, 1], both[:, 0], both[:, 1],
    )  # fmt: skip


def tail_moves(moves: FloatArray2D, tail: Tail) -> FloatArray1D:
    """Return the average fall of each factor over a tail: exposure times this is its part of the expected shortfall.

    Parameters
    ----------
    moves : ndarray of shape (s, k)
        Moves of the factors.
    tail : Tail
        Tail of a book in the same scenarios.

    Returns
    -------
    ndarray of shape (k,)
        In the unit of each factor, positive where it falls.
    """
    return -(tail.shares @ moves[tail.scenarios])


def sparse_parts(
    row: IntArray1D, column: IntArray1D, exposure: FloatArray1D, rows: int, falls: FloatArray1D
) -> FloatArray1D:
    """Return the part of each position where exposures are kept as entries.

    Parameters
    ----------
    row, column : ndarray of shape (z,), int
        Position and factor of each entry.
    exposure : ndarray of shape (z,)
        EUR for a move of 1.
    rows : int
        Number of positions.
    falls : ndarray of shape (k,)
        Falls of the factors, as `tail_moves` gives them.

    Returns
    -------
    ndarray of shape (rows,)
        EUR.
    """
    return np.bincount(row, weights=exposure * falls[column], minlength=rows).astype(np.float64, copy=False)


def _tables(exposures: ArrayLike, moves: ArrayLike) -> tuple[FloatArray2D, FloatArray2D]:
    book, shocks = np.asarray(exposures, dtype=np.float64), np.asarray(moves, dtype=np.float64)
    if book.ndim != 2 or shocks.ndim != 2 or book.shape[1] != shocks.shape[1]:
        raise LengthMismatch(
            f"Exposures of shape {book.shape} and moves of shape {shocks.shape} do not have the same factors.",
            first=book.shape,
            second=shocks.shape,
        )
    if 0 in book.shape:
        what = "position" if len(book) == 0 else "risk factor"
        raise EmptyPortfolio(f"There is no {what}, so there is no risk to measure.", what=what)
    return book, shocks


def _name_the_gap(
    book: FloatArray2D, shocks: FloatArray2D, positions: Sequence[str] | None, factors: Sequence[str] | None
) -> None:
    """Raise for the first missing number."""
    require_finite(shocks, factors, "move")
    require_finite(book.T, positions, "exposure")
