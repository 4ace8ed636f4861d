"""Beta: how much P&L moves with a benchmark."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.market.series import require_length
from portal.domain.risk.base import risk_measure
from portal.domain.risk.inputs import as_pnl, as_weights


@risk_measure("beta", "Beta", "1")
def beta(pnl: ArrayLike, *, benchmark: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Regression slope of P&L on the P&L (or return) of a benchmark, for one book or each column.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L scenarios, oldest first, in EUR.
    benchmark : array_like of shape (n,)
        P&L or move of the benchmark in the same scenarios.
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    ndarray of shape () or (k,)
        EUR for one unit of the benchmark: a plain ratio when that is in EUR too.

    Raises
    ------
    InsufficientHistory
        Fewer than two scenarios.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The benchmark does not move, or a weight is negative.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Sharpe (1964), "Capital asset prices", J. Finance 19.

    Examples
    --------
    >>> float(beta([2.0, -4.0, 6.0], benchmark=[1.0, -2.0, 3.0]))
    2.0
    """
    values, against = as_pnl(pnl), as_pnl(benchmark)
    require_length(values, 2, "A beta")
    if against.shape != (len(values),):
        raise LengthMismatch(
            f"The benchmark has shape {against.shape} but there are {len(values)} scenarios.",
            first=len(values),
            second=against.shape,
        )
    chances = as_weights(weights, len(values))
    if chances is None:
        chances = np.full(len(values), 1.0 / len(values))
    pull = chances * (against - chances @ against)
    variance = float(pull @ against)
    if np.ptp(against) == 0.0 or variance <= 0.0:
        raise BadParameter(
            "The benchmark does not move in these scenarios, so there is no beta to it.",
            name="benchmark",
            value=0.0,
        )
    slope: FloatArray = pull @ values / variance
    return slope
