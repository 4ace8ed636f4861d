"""How much something that is missing could matter, judged by how much the same figure has moved before.

API: ``largest_move(days, values)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.core.arrays import FloatArray1D


@dataclass(frozen=True, slots=True)
class Move:
    """The largest move of a figure from one day to the next.

    Attributes
    ----------
    size : float
        Its absolute size, in the unit of the figure.
    day : date
        The day on which the figure had moved so.
    last : float
        The newest value.
    last_day : date
        The day of the newest value.
    moves : int
        How many moves were looked at.
    """

    size: float
    day: date
    last: float
    last_day: date
    moves: int


def largest_move(days: Sequence[date], values: FloatArray1D) -> Move | None:
    """Return the largest move of a figure.

    Parameters
    ----------
    days : sequence of date
        Rising days, n of them.
    values : ndarray of shape (n,)
        The figure on each; days without one hold NaN and are left out.

    Returns
    -------
    Move or None
        None with fewer than two days.

    Examples
    --------
    >>> found = largest_move([date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)], np.array([10.0, 7.0, 8.0]))
    >>> found.size, str(found.day)
    (3.0, '2026-01-06')
    """
    known = np.isfinite(values)
    kept, at = values[known], [day for day, is_known in zip(days, known, strict=True) if is_known]
    if len(kept) < 2:
        return None
    moves = np.abs(np.diff(kept))
    most = int(np.argmax(moves))
    return Move(float(moves[most]), at[most + 1], float(kept[-1]), at[-1], len(moves))
