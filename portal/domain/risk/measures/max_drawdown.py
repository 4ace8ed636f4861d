"""Maximum drawdown: the worst fall of the running P&L from its peak."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.risk.base import risk_measure
from portal.domain.risk.drawdown import running, worst_fall
from portal.domain.risk.inputs import as_pnl


@risk_measure("max_drawdown", "Maximum drawdown", "EUR")
def max_drawdown(pnl: ArrayLike) -> FloatArray:
    """Worst fall of the running sum of P&L from its peak so far, for one book or each column.

    The start counts as a peak of 0, so a loss on the first day is a drawdown. Order matters: the rows are days.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L of successive days, oldest first, in EUR.

    Returns
    -------
    ndarray of shape () or (k,)
        Positive loss from peak to trough, in EUR; 0 if the sum never fell.

    Raises
    ------
    InsufficientHistory
        No day.
    SeriesHasNaN
        A value is missing.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Magdon-Ismail and Atiya (2004), "Maximum drawdown", Risk 17.

    Examples
    --------
    >>> float(max_drawdown([2.0, -3.0, 1.0, -2.0, 6.0]))
    4.0
    """
    return worst_fall(running(as_pnl(pnl)))
