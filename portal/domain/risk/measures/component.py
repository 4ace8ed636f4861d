"""Components of VaR and expected shortfall: what each trade adds to the risk of the book."""

from typing import Literal

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter
from portal.domain.risk.base import Gives, risk_measure
from portal.domain.risk.decomposition import split_es, split_var


@risk_measure("component", "Component risk", "EUR", gives=Gives.SPLIT)
def component(
    pnl: ArrayLike,
    *,
    level: float,
    weights: ArrayLike | None = None,
    of: Literal["es", "var"] = "es",
    half_width: int = 0,
) -> FloatArray:
    """Euler components of each column; they sum to the figure of the whole book.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k trades, oldest first, in EUR; (n,) is one trade.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    of : {"es", "var"}
        Expected shortfall (stable, the default) or VaR (noisy).
    half_width : int, default 0
        Neighbouring ranks on each side that the components of the VaR are averaged over.

    Returns
    -------
    ndarray of shape (k,)
        Parts in EUR; negative where a trade hedges the others.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), a weight is negative, or ``of`` is neither es nor var.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement", TU München.
    Hallerbach (2003), "Decomposing portfolio value-at-risk: a general analysis", J. Risk 5.

    Examples
    --------
    >>> component([[-5.0, 1.0], [2.0, -1.0], [1.0, 1.0]], level=0.6).round(6).tolist()
    [3.833333, -0.666667]
    """
    if of == "es":
        return split_es(pnl, level, weights).parts
    if of == "var":
        return split_var(pnl, level, weights, half_width=half_width).parts
    raise BadParameter(f"Components are of es or var, not {of!r}.", name="of", value=of)
