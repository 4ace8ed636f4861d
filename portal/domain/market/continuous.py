"""One price series through several futures: spliced as it is, or adjusted at each roll.

API: ``splice(prices, held) -> Continuous``.

A spliced series jumps from one contract to the next at each roll, and its differences book that gap as profit. The
difference-adjusted one keeps money: its steps are those of the contract that was held. The ratio-adjusted one keeps
relative returns, and does not exist where a price at a roll is at or below zero. Both leave the newest contract as it
is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.market.series import require_complete, require_length


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Continuous:
    """A series through rolls; prices are in the unit of the input.

    Attributes
    ----------
    unadjusted, difference_adjusted : ndarray of shape (n,)
        Prices as quoted, and shifted by the roll gaps to come.
    ratio_adjusted : ndarray of shape (n,), or None
        Prices scaled by the ratios of the rolls to come; None where a price at a roll is not positive.
    rolls : ndarray of shape (r,), int
        Last day in each contract that was left.
    gaps : ndarray of shape (r,)
        Price of the new contract less that of the old one, on that day.
    false_steps : ndarray of shape (r,)
        What the unadjusted series shows as P&L from that day to the next; the gap too much.
    """

    unadjusted: FloatArray1D
    difference_adjusted: FloatArray1D
    ratio_adjusted: FloatArray1D | None
    rolls: IntArray1D
    gaps: FloatArray1D
    false_steps: FloatArray1D

    @property
    def pnl(self) -> FloatArray1D:
        """P&L of one unit from each day to the next: the difference of one contract, never of two."""
        return np.diff(self.difference_adjusted)


def splice(prices: ArrayLike, held: ArrayLike) -> Continuous:
    """Join contracts into one series.

    Parameters
    ----------
    prices : array_like of shape (n, m)
        Settlements of m contracts on n days, oldest first; NaN where a contract is not needed.
    held : array_like of shape (n,), int
        Column whose price stands for each day. On the last day in a contract the next one is bought at its close, so
        both need a price on that day.

    Returns
    -------
    Continuous
        The three series, rolls and gaps.

    Raises
    ------
    LengthMismatch
        Not one column number a day.
    InsufficientHistory
        Fewer than two days.
    BadParameter
        A column that does not exist.
    SeriesHasNaN
        A price that is needed is missing.

    Examples
    --------
    >>> splice([[50.0, 51.0], [52.0, 53.5], [0.0, 54.0]], [0, 0, 1]).difference_adjusted.tolist()
    [51.5, 53.5, 54.0]
    """
    table, column = np.asarray(prices, dtype=np.float64), np.asarray(held)
    if table.ndim != 2 or column.shape != (len(table),):
        raise LengthMismatch(
            f"Prices of shape {table.shape} need one column number a day, not {column.shape}.",
            first=table.shape,
            second=column.shape,
        )
    require_length(table, 2, "A continuous series")
    if not np.issubdtype(column.dtype, np.integer) or column.min() < 0 or column.max() >= table.shape[1]:
        raise BadParameter(
            f"The contract of a day is a column from 0 to {table.shape[1] - 1}.",
            name="held",
            value=column.tolist(),
        )
    spliced = _needed(table, np.arange(len(table)), column)
    rolls = np.flatnonzero(np.diff(column))
    new = _needed(table, rolls, column[rolls + 1])
    gaps, steps = new - spliced[rolls], np.diff(spliced)[rolls]
    later = np.zeros(len(table))
    np.add.at(later, rolls, gaps)
    shifts = np.cumsum(later[::-1])[::-1]
    return Continuous(spliced, spliced + shifts, _by_ratio(spliced, rolls, new), rolls, gaps, steps)


def _needed(table: FloatArray2D, rows: IntArray1D, columns: IntArray1D) -> FloatArray1D:
    found: FloatArray1D = table[rows, columns]
    require_complete(found, "prices of held contracts")
    return found


def _by_ratio(spliced: FloatArray1D, rolls: IntArray1D, new: FloatArray1D) -> FloatArray1D | None:
    old = spliced[rolls]
    if bool((old <= 0.0).any() or (new <= 0.0).any()):
        return None
    factors = np.ones(len(spliced))
    factors[rolls] = new / old
    adjusted: FloatArray1D = spliced * np.cumprod(factors[::-1])[::-1]
    return adjusted
