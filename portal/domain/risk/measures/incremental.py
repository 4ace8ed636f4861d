"""Incremental VaR and expected shortfall: how the figure changes when a trade goes, or comes."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.base import Gives, risk_measure
from portal.domain.risk.inputs import as_columns, as_pnl
from portal.domain.risk.tail import BLOCK, sample_es, sample_var


@risk_measure("incremental", "Incremental risk", "EUR", gives=Gives.SPLIT)
def incremental(
    pnl: ArrayLike,
    *,
    level: float,
    weights: ArrayLike | None = None,
    of: Literal["es", "var"] = "var",
    book: ArrayLike | None = None,
    added: bool = False,
) -> FloatArray:
    """Risk of the book less its risk without each column; or, for candidates, what each would add.

    Nothing is valued again: the stored P&L of the trade is taken from (or added to) that of the book.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k trades, oldest first, in EUR; (n,) is one trade.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    of : {"es", "var"}
        VaR (the default) or expected shortfall.
    book : array_like of shape (n,), optional
        P&L of the whole book, in EUR; the sum of the columns by default.
    added : bool, default False
        The columns are candidates that the book does not hold yet: the figure is the risk with each less that without.

    Returns
    -------
    ndarray of shape (k,)
        EUR; negative where the trade lowers the risk. These do not sum to the total.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), a weight is negative, ``of`` is neither es nor var, or candidates lack their book.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Jorion (2007), Value at Risk, 3rd ed., chapter 7.

    Examples
    --------
    >>> incremental([[-5.0, 1.0], [2.0, -1.0], [1.0, 1.0]], level=0.6).tolist()
    [0.0, 0.0]
    """
    table = as_columns(pnl)
    if of not in ("es", "var"):
        raise BadParameter(f"Incremental risk is of es or var, not {of!r}.", name="of", value=of)
    if added and book is None:
        raise BadParameter("Candidates are added to a book: give its P&L as well.", name="book", value=None)
    whole = table.sum(axis=1) if book is None else as_pnl(book)
    if whole.shape != (len(table),):
        raise LengthMismatch(
            f"The book has P&L of shape {whole.shape} but the trades have {len(table)} scenarios.",
            first=whole.shape,
            second=len(table),
        )
    figure = sample_es if of == "es" else sample_var
    before, sign = figure(whole, level, weights), 1.0 if added else -1.0
    found, step = np.empty(table.shape[1]), max(1, BLOCK // len(table))
    for start in range(0, table.shape[1], step):
        block = table[:, start : start + step]
        found[start : start + step] = (
            sign * (figure(whole[:, None] + sign * block, level, weights) - before) + 0.0
        )
    return found
