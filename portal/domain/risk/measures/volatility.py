"""Volatility of P&L: its standard deviation."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import require_length
from portal.domain.risk.base import risk_measure
from portal.domain.risk.inputs import as_pnl, as_weights


@risk_measure("volatility", "Volatility", "EUR")
def volatility(
    pnl: ArrayLike, *, weights: ArrayLike | None = None, zero_mean: bool = False, periods: float = 1.0
) -> FloatArray:
    """Standard deviation of the P&L of one book, or of each column.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L scenarios, oldest first, in EUR.
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    zero_mean : bool, default False
        Take the mean as 0 (divisor n) instead of estimating it (divisor n - 1, or its equal for weights).
    periods : float, default 1
        Scenario horizons in the time that the figure is for, such as 252 for a year of daily P&L: scaled by the root,
        which holds for independent P&L only.

    Returns
    -------
    ndarray of shape () or (k,)
        EUR.

    Raises
    ------
    InsufficientHistory
        Fewer than two scenarios.
    SeriesHasNaN
        A value is missing.
    BadParameter
        A weight is negative, ``periods`` is not positive, or one scenario has all the weight.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    McNeil, Frey and Embrechts (2015), Quantitative Risk Management, 2nd ed., section 2.3.

    Examples
    --------
    >>> round(float(volatility([3.0, -1.0, 1.0])), 6)
    2.0
    """
    values = as_pnl(pnl)
    require_length(values, 2, "A volatility")
    if not periods > 0.0:
        raise BadParameter(
            f"A volatility is for a positive number of periods, not {periods:g}.",
            name="periods",
            value=periods,
        )
    chances = as_weights(weights, len(values))
    if chances is None:
        chances = np.full(len(values), 1.0 / len(values))
    left = 1.0 - float(chances @ chances)  # (n - 1) / n when all are equal
    if left <= 0.0:
        raise BadParameter(
            "One scenario has all the weight, so P&L does not vary; spread the weights.",
            name="weights",
            value=1.0,
        )
    centred = values if zero_mean else values - chances @ values
    variance: FloatArray = chances @ centred**2 / (1.0 if zero_mean else left)
    return np.sqrt(variance * periods)
