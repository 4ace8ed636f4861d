"""Concentration: how few trades carry the risk."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.risk.base import Gives, risk_measure
from portal.domain.risk.decomposition import herfindahl, split_es


@risk_measure("concentration", "Concentration of risk", "1", gives=Gives.WHOLE)
def concentration(pnl: ArrayLike, *, level: float, weights: ArrayLike | None = None) -> FloatArray:
    """Herfindahl index of the sizes of the expected-shortfall components.

    The sum of squared shares: 1 when one trade carries all, 1/k when k trades carry the same. Its inverse is the number
    of equal trades that would be as concentrated. Hedges count by size, whatever their sign.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k trades or desks, oldest first, in EUR; (n,) is one.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    ndarray of shape ()
        In (0, 1]; 0 when no trade has any risk.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), or a weight is negative.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Hirschman (1964), "The paternity of an index", American Economic Review 54.

    Examples
    --------
    >>> float(concentration([[-3.0, -1.0], [1.0, 1.0]], level=0.5))
    0.625
    """
    return np.asarray(herfindahl(split_es(pnl, level, weights).parts))
