"""Value at risk: the loss that is not exceeded with probability c."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.risk.base import risk_measure
from portal.domain.risk.tail import sample_var


@risk_measure("var", "Value at risk", "EUR")
def var(pnl: ArrayLike, *, level: float, weights: ArrayLike | None = None) -> FloatArray:
    """Value at risk of one book, or of each column.

    The smallest observed loss x with ``F_n(x) >= c``: rank ``n - ceil(n c) + 1`` from the worst. A negative figure
    (even the quantile is a gain) is shown as it is.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L scenarios, oldest first, in EUR.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    ndarray of shape () or (k,)
        Positive losses, in EUR.

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
    McNeil, Frey and Embrechts (2015), Quantitative Risk Management, 2nd ed., section 2.3.

    Examples
    --------
    >>> float(var([-5.0, -1.0, 4.0, -3.0, 2.0], level=0.7))
    3.0
    """
    return sample_var(pnl, level, weights)
