"""Marginal VaR and expected shortfall: what one more unit of a trade adds."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.base import Gives, risk_measure
from portal.domain.risk.decomposition import split_es, split_var
from portal.domain.risk.inputs import as_columns, as_pnl


@risk_measure("marginal", "Marginal risk", "EUR", gives=Gives.SPLIT)
def marginal(
    pnl: ArrayLike,
    *,
    level: float,
    sizes: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    of: Literal["es", "var"] = "es",
    half_width: int = 0,
) -> FloatArray:
    """Derivative of the risk of the book with respect to the size of each trade.

    Times its size, a trade's marginal risk is its component.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k trades at their sizes, oldest first, in EUR; (n,) is one trade.
    level : float
        Confidence c in (0, 1).
    sizes : array_like of shape (k,), optional
        Size of each trade (MWh, lots, EUR of exposure), none zero; 1 by default, so that the figure is for doubling it.
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    of : {"es", "var"}
        Expected shortfall (stable, the default) or VaR (noisy).
    half_width : int, default 0
        Neighbouring ranks on each side that the split of the VaR is averaged over.

    Returns
    -------
    ndarray of shape (k,)
        EUR for one unit of size.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), a size is zero, a weight is negative, or ``of`` is neither es nor var.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Jorion (2007), Value at Risk, 3rd ed., chapter 7.

    Examples
    --------
    >>> marginal([[-5.0, 1.0], [2.0, -1.0], [1.0, 1.0]], level=0.6, sizes=[10.0, 2.0]).round(6).tolist()
    [0.383333, -0.333333]
    """
    table = as_columns(pnl)
    per = np.ones(table.shape[1]) if sizes is None else as_pnl(np.atleast_1d(np.asarray(sizes, np.float64)))
    if per.shape != (table.shape[1],):
        raise LengthMismatch(
            f"There are {table.shape[1]} trades but {per.size} sizes; give one size a trade.",
            first=table.shape[1],
            second=per.size,
        )
    if not per.all():
        at = int(np.flatnonzero(per == 0.0)[0])
        raise BadParameter(
            f"The size of trade {at + 1} is zero, so there is no risk for one unit of it.",
            name="sizes",
            value=0.0,
        )
    if of not in ("es", "var"):
        raise BadParameter(f"Marginal risk is of es or var, not {of!r}.", name="of", value=of)
    if of == "es":
        return split_es(table, level, weights).parts / per
    return split_var(table, level, weights, half_width=half_width).parts / per
