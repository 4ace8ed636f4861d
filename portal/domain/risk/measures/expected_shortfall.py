"""Expected shortfall: the mean loss of the worst scenarios."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.risk.base import risk_measure
from portal.domain.risk.tail import sample_es


@risk_measure("expected_shortfall", "Expected shortfall", "EUR")
def expected_shortfall(pnl: ArrayLike, *, level: float, weights: ArrayLike | None = None) -> FloatArray:
    """Expected shortfall of one book, or of each column.

    Mean of the worst ``n (1 - c)`` losses, the last one counted by the fraction that is left; it does not depend on a
    rule for quantiles.

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
    Acerbi and Tasche (2002), "On the coherence of expected shortfall", J. Banking & Finance 26.

    Examples
    --------
    >>> float(expected_shortfall([-5.0, -1.0, 4.0, -3.0, 2.0], level=0.6))
    4.0
    """
    return sample_es(pnl, level, weights)
