"""What the way was like: drawdowns, and returns paid for them.

API: ``drawdowns(returns, ...) -> DrawdownSummary``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.risk.drawdown import relative_falls, worst_stretch
from portal.domain.risk.performance.base import PERIODS, annual_growth, as_returns, ratio, wealth


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class DrawdownSummary:
    """Drawdowns from a starting capital of 1; decimals at or below 0.

    Attributes
    ----------
    path : ndarray of shape (n,)
        Drawdown after each return.
    max_drawdown : float
        The worst one.
    peak, trough : int
        Where it began and bottomed, from 0, the starting capital.
    recovery : int or None
        First position back at the peak; None if it never came back.
    ulcer_index : float
        Root mean square of the drawdowns.
    pain_index : float
        Mean size of the drawdowns.
    calmar, martin : float or None
        Compound growth of a year over the worst drawdown and over the ulcer index; None without a drawdown.
    """

    path: FloatArray1D
    max_drawdown: float
    peak: int
    trough: int
    recovery: int | None
    ulcer_index: float
    pain_index: float
    calmar: float | None
    martin: float | None


def drawdowns(returns: ArrayLike, *, periods_per_year: float = PERIODS) -> DrawdownSummary:
    """Return the drawdowns of a series of returns.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Simple returns of one period each, decimals, oldest first.
    periods_per_year : float, default 252
        Periods in a year.

    Returns
    -------
    DrawdownSummary
        Path, the worst stretch and the indices.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    SeriesHasNaN
        A return is missing.
    BadParameter
        A return below -1, or ``periods_per_year`` not positive.

    References
    ----------
    Martin and McCann (1989), The Investor's Guide to Fidelity Funds, for the ulcer index.

    Examples
    --------
    >>> found = drawdowns([0.5, -0.5, 0.2, 1.0])
    >>> found.max_drawdown, found.peak, found.trough, found.recovery
    (-0.5, 1, 2, 4)
    """
    values = as_returns(returns, periods_per_year)
    path = relative_falls(wealth(values))
    worst = worst_stretch(-path)
    growth, ulcer = annual_growth(values, periods_per_year), float(np.sqrt(np.mean(path[1:] ** 2)))
    return DrawdownSummary(
        path[1:], -worst.depth + 0.0, worst.peak, worst.trough, worst.recovery, ulcer, float(-path[1:].mean()),
        ratio(growth, worst.depth), ratio(growth, ulcer),
    )  # fmt: skip
