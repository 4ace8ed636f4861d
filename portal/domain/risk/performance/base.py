"""Checks and small steps that the performance measures share."""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.market.series import require_length
from portal.domain.risk.inputs import as_pnl

PERIODS = 252.0  # trading days of a year


def as_returns(returns: ArrayLike, periods_per_year: float = PERIODS) -> FloatArray1D:
    """Return simple returns as a vector, refusing gaps and losses of more than everything.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Simple returns of one period each, decimals, oldest first.
    periods_per_year : float, default 252
        Checked to be positive.

    Returns
    -------
    ndarray of shape (n,)
        The same numbers.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    SeriesHasNaN
        A return is missing.
    LengthMismatch
        More than one axis.
    BadParameter
        A return below -1, or ``periods_per_year`` not positive.
    """
    values = as_pnl(returns)
    if values.ndim != 1:
        raise LengthMismatch(f"Returns are one row of numbers, not shape {values.shape}.", shape=values.shape)
    require_length(values, 2, "A performance figure")
    if float(values.min()) < -1.0:
        at = int(values.argmin())
        raise BadParameter(
            f"Return {at + 1} is {100 * values[at]:.4g} %: capital cannot lose more than all of it. Use P&L in EUR "
            "and its drawdown instead.",
            name="returns",
            value=float(values[at]),
        )
    if not periods_per_year > 0.0:
        raise BadParameter(
            f"A year has a positive number of periods, not {periods_per_year:g}.",
            name="periods_per_year",
            value=periods_per_year,
        )
    return values


def wealth(returns: FloatArray1D) -> FloatArray1D:
    """Return wealth from a starting capital of 1.

    Parameters
    ----------
    returns : ndarray of shape (n,)
        Simple returns, decimals.

    Returns
    -------
    ndarray of shape (n + 1,)
        The first entry is 1.
    """
    return np.concatenate([[1.0], np.cumprod(1.0 + returns)])


def annual_growth(returns: FloatArray1D, periods_per_year: float) -> float | None:
    """Return the compound growth of a year, by n / periods years.

    Parameters
    ----------
    returns : ndarray of shape (n,)
        Simple returns, decimals.
    periods_per_year : float
        Periods in a year.

    Returns
    -------
    float or None
        Decimal; None without returns.
    """
    if not len(returns):
        return None
    return float(wealth(returns)[-1] ** (periods_per_year / len(returns)) - 1.0)


def ratio(above: float | None, below: float | None) -> float | None:
    """Return a quotient, or None where it does not exist.

    Parameters
    ----------
    above, below : float or None
        Parts.

    Returns
    -------
    float or None
        ``above / below``; None over zero or of nothing.
    """
    return None if above is None or not below else float(above / below)
