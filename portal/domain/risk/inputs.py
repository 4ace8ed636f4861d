"""Checks that every risk calculation makes of its input, so that the refusals read the same everywhere.

API: ``as_pnl(pnl)``, ``as_columns(pnl)``, ``as_weights(weights, n)``, ``require_level(level)``,
``require_tail(n, level)``, ``as_covariance(matrix)``.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.errors import EmptyPortfolio, NotPositiveSemidefinite

MASS_TOLERANCE = 1e-9  # 0.99 * n is not exact in binary
PSD_TOLERANCE = 1e-10  # of the largest eigenvalue
THIN_TAIL = 5.0  # observations in the tail below which a figure is shown with a warning


def as_pnl(pnl: ArrayLike, names: Sequence[str] | None = None) -> FloatArray:
    """Return P&L as float64 with one or two axes, refusing gaps.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L of n scenarios, in EUR.
    names : sequence of str, optional
        Names of the k columns, for messages.

    Returns
    -------
    ndarray of shape (n,) or (n, k)
        The same numbers.

    Raises
    ------
    LengthMismatch
        More than two axes, or as many names as there are not columns.
    EmptyPortfolio
        Two axes and no column.
    InsufficientHistory
        No scenario.
    SeriesHasNaN
        A value is NaN or infinite; names its column and scenario.
    """
    values = np.asarray(pnl, dtype=np.float64)
    if values.ndim not in (1, 2):
        raise LengthMismatch(
            f"P&L scenarios are one row of numbers or a table with a column for each trade, not shape {values.shape}.",
            shape=values.shape,
        )
    if values.ndim == 2 and values.shape[1] == 0:
        raise EmptyPortfolio(
            "There is no trade in this portfolio, so there is no risk to measure.", what="trades"
        )
    if names is not None and len(names) != (values.shape[1] if values.ndim == 2 else 1):
        raise LengthMismatch(
            f"There are {len(names)} names for P&L of shape {values.shape}; give one name a column.",
            names=len(names),
            shape=values.shape,
        )
    if len(values) == 0:
        raise InsufficientHistory("There are no scenarios, so there is no risk to measure.", have=0, need=1)
    require_finite(values, names, "P&L")
    return values


def as_columns(pnl: ArrayLike, names: Sequence[str] | None = None) -> FloatArray2D:
    """Return P&L as a table; one row of numbers becomes a table of one column.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        P&L of n scenarios, in EUR.
    names : sequence of str, optional
        Names of the k columns, for messages.

    Returns
    -------
    ndarray of shape (n, k)
        The same numbers, checked as by `as_pnl`.
    """
    values = as_pnl(pnl, names)
    return values[:, None] if values.ndim == 1 else values


def require_finite(values: FloatArray, names: Sequence[str] | None, what: str) -> None:
    """Refuse missing or infinite numbers, naming the first column that has one.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, k)
        The numbers.
    names : sequence of str or None
        Names of the columns.
    what : str
        What the numbers are, such as "P&L".

    Raises
    ------
    SeriesHasNaN
        A value is NaN or infinite.
    """
    good = np.isfinite(values)
    if good.all():
        return
    bad = np.argwhere(~good)
    columns = np.unique(bad[:, 1]) if values.ndim == 2 else np.zeros(1, dtype=np.int64)
    row, column = int(bad[0, 0]), int(columns[0])
    if values.ndim == 2:
        row = int(bad[bad[:, 1] == column][0, 0])
    name = names[column] if names is not None else f"column {column + 1}"
    where = f" of {name}" if values.ndim == 2 or names is not None else ""
    more = f", and that of {len(columns) - 1} more" if len(columns) > 1 else ""
    raise SeriesHasNaN(
        f"The {what}{where} is missing in scenario {row + 1}{more}; value it or leave it out: a risk figure with gaps "
        "would be too small.",
        name=name,
        position=row,
        column=column,
        count=int(np.count_nonzero(~good)),
    )


def as_weights(weights: ArrayLike | None, n: int) -> FloatArray1D | None:
    """Return scenario weights that sum to 1, or None for equal ones.

    Parameters
    ----------
    weights : array_like of shape (n,), optional
        Weights, none negative; they are scaled to sum to 1.
    n : int
        Number of scenarios.

    Returns
    -------
    ndarray of shape (n,), or None
        Weights without unit; None also for weights that are all the same.

    Raises
    ------
    LengthMismatch
        Not one weight a scenario.
    BadParameter
        A weight is negative or missing, or all are zero.
    """
    if weights is None:
        return None
    vector = np.asarray(weights, dtype=np.float64)
    if vector.shape != (n,):
        raise LengthMismatch(
            f"There are {n} scenarios but weights of shape {vector.shape}; give one weight a scenario.",
            first=n,
            second=vector.shape,
        )
    total = float(vector.sum())
    if not np.isfinite(total) or bool((vector < 0.0).any()) or total <= 0.0:
        raise BadParameter(
            "Scenario weights may not be negative or missing, and at least one must be above zero.",
            name="weights",
            value=total,
        )
    if bool((vector == vector[0]).all()):
        return None  # equal ones: the exact rule for plain scenarios holds
    return vector / total


def require_level(level: float) -> None:
    """Refuse a confidence level outside of (0, 1).

    Parameters
    ----------
    level : float
        Confidence c, such as 0.99.

    Raises
    ------
    BadParameter
        The level is not between 0 and 1, both excluded.
    """
    if not 0.0 < level < 1.0:
        raise BadParameter(
            f"A confidence level lies between 0 and 1, such as 0.99 for 99 %; {level:g} does not.",
            name="level",
            value=level,
        )


def require_tail(n: int, level: float) -> None:
    """Refuse fewer scenarios than the tail needs: at least one must lie in it.

    Parameters
    ----------
    n : int
        Number of scenarios.
    level : float
        Confidence c.

    Raises
    ------
    BadParameter
        The level is not in (0, 1).
    InsufficientHistory
        ``n (1 - c)`` is below 1.
    """
    require_level(level)
    if n * (1.0 - level) < 1.0 - MASS_TOLERANCE:
        need = int(np.ceil(1.0 / (1.0 - level) - MASS_TOLERANCE))
        raise InsufficientHistory(
            f"{n} scenarios have no tail at {100 * level:g} %: at least {need} are needed, and {5 * need} for a figure "
            "to rely on. Choose a longer window or a lower level.",
            have=n,
            need=need,
        )


def as_covariance(matrix: ArrayLike, k: int) -> FloatArray2D:
    """Return a covariance matrix of k factors, symmetric, refusing one that no returns could have.

    Parameters
    ----------
    matrix : array_like of shape (k, k)
        Covariance, in products of the units of the factors.
    k : int
        Number of factors.

    Returns
    -------
    ndarray of shape (k, k)
        The mean of the matrix and its transpose.

    Raises
    ------
    LengthMismatch
        Another shape.
    SeriesHasNaN
        An entry is missing or infinite.
    BadParameter
        The matrix is not symmetric.
    NotPositiveSemidefinite
        An eigenvalue is below zero by more than rounding.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.shape != (k, k):
        raise LengthMismatch(
            f"A covariance of {k} factors has shape ({k}, {k}), not {values.shape}.",
            first=k,
            second=values.shape,
        )
    require_finite(values, None, "covariance")
    scale = float(np.abs(values).max(initial=0.0))
    if not np.allclose(values, values.T, rtol=0.0, atol=1e-9 * scale):
        raise BadParameter(
            "A covariance matrix must be symmetric; this one is not.", name="covariance", value=None
        )
    symmetric = 0.5 * (values + values.T)
    eigenvalues = np.linalg.eigvalsh(symmetric)
    if k and eigenvalues[0] < -PSD_TOLERANCE * max(float(eigenvalues[-1]), -float(eigenvalues[0])):
        raise NotPositiveSemidefinite(
            f"The covariance matrix is not positive semidefinite: its lowest eigenvalue is {eigenvalues[0]:.3g} beside "
            f"a highest of {eigenvalues[-1]:.3g}. Repair or shrink it first.",
            eigenvalue=float(eigenvalues[0]),
        )
    return symmetric
