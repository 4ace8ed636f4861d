"""Correlation of returns: how trustworthy the matrix is, shrinkage, and repair to positive semidefinite.

API: ``correlate(returns, method=...) -> CorrelationResult`` (with a sentence when the matrix is ill-conditioned),
``rolling_correlation(x, y, window)``, ``shrink_covariance(returns) -> ShrunkCovariance``,
``nearest_correlation(matrix) -> RepairedCorrelation``.

Asynchronous closes (London, New York, European power auctions) bias correlations to zero: use same-time settlements or
two-day returns.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D, IntArray2D
from portal.domain.market.errors import BadParameter, FitFailed, InsufficientHistory, LengthMismatch
from portal.domain.market.series import as_vector, require_complete, require_same_length

MIN_PAIRS = 3
CONDITION_LIMIT = 1_000.0  # two series correlated at 0.998 reach it
_EIGEN_TOLERANCE = 1e-10


class Overlap(StrEnum):
    """Which days count when series have different gaps."""

    COMPLETE = "complete"  # days on which every series has a return
    PAIRWISE = "pairwise"  # for each pair, days on which both have one; may not be positive semidefinite


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class CorrelationResult:
    """A correlation matrix with what one must know about it.

    Attributes
    ----------
    names : tuple of str
        Series, in the order of the matrix.
    matrix : ndarray of shape (k, k)
        Correlations; NaN for a pair with a constant series or fewer than 3 common days.
    counts : ndarray of shape (k, k), int
        Days behind each entry.
    condition_number : float
        Largest over smallest eigenvalue; inf when the matrix is not positive definite, NaN when entries are missing.
    smallest_eigenvalue : float
        NaN when entries are missing.
    ill_conditioned : bool
        Whether the matrix should not be inverted or used for an optimisation as it is.
    warning : str or None
        The sentence to show when something is wrong.
    """

    names: tuple[str, ...]
    matrix: FloatArray2D
    counts: IntArray2D
    condition_number: float
    smallest_eigenvalue: float
    ill_conditioned: bool
    warning: str | None


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ShrunkCovariance:
    """A covariance matrix pulled towards a multiple of the identity.

    Attributes
    ----------
    covariance, correlation : ndarray of shape (k, k)
        Shrunk covariance in the squared unit of the returns, and its correlation matrix.
    shrinkage : float
        Weight of the target in [0, 1].
    """

    covariance: FloatArray2D
    correlation: FloatArray2D
    shrinkage: float


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class RepairedCorrelation:
    """The nearest correlation matrix and its distance.

    Attributes
    ----------
    matrix : ndarray of shape (k, k)
        Symmetric, unit diagonal, positive semidefinite.
    distance : float
        Frobenius norm of the change; 0 when nothing was wrong.
    """

    matrix: FloatArray2D
    distance: float


def correlate(
    returns: FloatArray2D, names: tuple[str, ...] | None = None, *, overlap: Overlap | str = Overlap.COMPLETE
) -> CorrelationResult:
    """Pearson correlations of the columns.

    Parameters
    ----------
    returns : ndarray of shape (n, k)
        Returns, a column a series, rows on common dates; NaN where missing.
    names : tuple of str, length k, optional
        Names for the warning; series 1, series 2, ... by default.
    overlap : Overlap
        Days that every series has, or days of each pair.

    Returns
    -------
    CorrelationResult
        Matrix, counts, condition number and warning.

    Raises
    ------
    InsufficientHistory
        Fewer than two series, or fewer than 3 common days (complete overlap).
    LengthMismatch
        ``returns`` is not a table, or the names do not match its columns.
    """
    overlap = Overlap(overlap)
    table = _table(returns)
    k = table.shape[1]
    labels = names or tuple(f"series {i + 1}" for i in range(k))
    if len(labels) != k:
        raise LengthMismatch(f"There are {k} series but {len(labels)} names.", first=k, second=len(labels))
    if overlap is Overlap.COMPLETE:
        table = table[np.isfinite(table).all(axis=1)]
        if len(table) < MIN_PAIRS:
            raise InsufficientHistory(
                f"Only {len(table)} days have a return of all {k} series; leave out the series with the most gaps, or "
                "correlate pair by pair.",
                have=len(table), need=MIN_PAIRS,
            )  # fmt: skip
    matrix, counts = _pairs(table)
    return _judged(labels, matrix, counts)


def rolling_correlation(x: FloatLike1D, y: FloatLike1D, window: int) -> FloatArray1D:
    """Correlation of the last ``window`` returns of two series, at each return.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        Returns on common dates, complete, oldest first.
    window : int
        Returns in a window, at least 3.

    Returns
    -------
    ndarray of shape (n,)
        NaN for the first ``window - 1``, and where a series is constant.

    Raises
    ------
    BadParameter
        ``window`` below 3.
    LengthMismatch
        The series differ in length.
    SeriesHasNaN
        A return is missing.
    """
    first, second = as_vector(x, "first returns"), as_vector(y, "second returns")
    require_same_length(first, second, "two series of returns")
    require_complete(first, "first returns")
    require_complete(second, "second returns")
    if window < MIN_PAIRS:
        raise BadParameter(
            f"A correlation window needs at least {MIN_PAIRS} returns, not {window}.",
            name="window",
            value=window,
        )
    rolled = np.full(len(first), np.nan)
    if len(first) < window:
        return rolled
    a, b = (np.lib.stride_tricks.sliding_window_view(v, window) for v in (first, second))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    rolled[window - 1 :] = np.divide(
        (a * b).sum(axis=1), scale, out=np.full(len(scale), np.nan), where=scale > 0.0
    )
    return rolled


def shrink_covariance(returns: FloatArray2D) -> ShrunkCovariance:
    """Ledoit-Wolf shrinkage of the covariance towards a multiple of the identity.

    Parameters
    ----------
    returns : ndarray of shape (n, k)
        Returns, complete; use it when n < 2 k.

    Returns
    -------
    ShrunkCovariance
        Covariance (divisor n, mean estimated), correlation and the weight of the target.

    Raises
    ------
    InsufficientHistory
        Fewer than 3 days or no series.
    SeriesHasNaN
        A return is missing.

    References
    ----------
    Ledoit and Wolf (2004), "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
    Multivariate Analysis 88(2).
    """
    table = _table(returns)
    require_complete(table.ravel(), "returns")
    n, k = table.shape
    if n < MIN_PAIRS:
        raise InsufficientHistory(
            f"A shrunk covariance needs at least {MIN_PAIRS} days, but there are {n}.", have=n, need=MIN_PAIRS
        )
    centred = table - table.mean(axis=0)
    sample = centred.T @ centred / n
    level = float(np.trace(sample)) / k
    spread = float(((sample - level * np.eye(k)) ** 2).sum())
    noise = float(((centred**2).T @ centred**2 / n - sample**2).sum()) / n
    weight = 1.0 if spread <= 0.0 else min(max(noise / spread, 0.0), 1.0)
    covariance = (1.0 - weight) * sample + weight * level * np.eye(k)
    scale = np.sqrt(np.diag(covariance))
    scale[scale == 0.0] = 1.0
    return ShrunkCovariance(covariance, covariance / np.outer(scale, scale), weight)


def nearest_correlation(
    matrix: FloatArray2D, *, tolerance: float = 1e-10, most: int = 2_000
) -> RepairedCorrelation:
    """Find the nearest correlation matrix by alternating projections.

    Parameters
    ----------
    matrix : ndarray of shape (k, k)
        Symmetric matrix with a unit diagonal, complete; perhaps with negative eigenvalues.
    tolerance : float, default 1e-10
        Relative change at which the iteration stops.
    most : int, default 2000
        Iterations at most.

    Returns
    -------
    RepairedCorrelation
        The repaired matrix and the Frobenius distance to the given one.

    Raises
    ------
    LengthMismatch
        The matrix is not square.
    SeriesHasNaN
        An entry is missing.
    FitFailed
        The iteration did not settle.

    References
    ----------
    Higham (2002), "Computing the nearest correlation matrix - a problem from finance", IMA J. Numerical Analysis 22(3).
    """
    given = np.asarray(matrix, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise LengthMismatch(
            f"A correlation matrix is square, this one has shape {given.shape}.", shape=given.shape
        )
    require_complete(given.ravel(), "correlations")
    given = (given + given.T) / 2.0
    if _is_correlation(given):
        return RepairedCorrelation(given, 0.0)
    correction, current = np.zeros_like(given), given.copy()
    for _ in range(most):
        semidefinite = _project(current - correction)
        correction = semidefinite - (current - correction)
        following = semidefinite.copy()
        np.fill_diagonal(following, 1.0)
        settled = np.linalg.norm(following - current) <= tolerance * np.linalg.norm(following)
        current = following
        if settled:
            break
    else:
        raise FitFailed(
            f"The nearest correlation matrix was not found in {most} steps; the matrix may hold impossible entries.",
            model="nearest correlation",
        )
    # the last diagonal step may leave eigenvalues of -1e-12: one clean projection, scaled back to ones
    clean = _project(current)
    scale = np.sqrt(np.diag(clean))
    repaired = clean / np.outer(scale, scale)
    return RepairedCorrelation(repaired, float(np.linalg.norm(repaired - given)))


def _table(returns: FloatArray2D) -> FloatArray2D:
    table = np.asarray(returns, dtype=np.float64)
    if table.ndim != 2:
        raise LengthMismatch(
            f"Returns must be a table of days and series, not of shape {table.shape}.", shape=table.shape
        )
    if table.shape[1] < 2:
        raise InsufficientHistory(
            f"A correlation needs at least 2 series, but there is {table.shape[1]}.",
            have=table.shape[1],
            need=2,
        )
    return table


def _pairs(table: FloatArray2D) -> tuple[FloatArray2D, IntArray2D]:
    """Correlation and number of common days of each pair; centred on the common days."""
    known = np.isfinite(table)
    counts = known.T.astype(np.int64) @ known.astype(np.int64)
    k = table.shape[1]
    matrix = np.full((k, k), np.nan)
    for i in range(k):
        column = table[known[:, i], i]
        matrix[i, i] = 1.0 if len(column) >= MIN_PAIRS and np.ptp(column) > 0.0 else np.nan
    for i, j in combinations(range(k), 2):
        both = known[:, i] & known[:, j]
        matrix[i, j] = matrix[j, i] = _pearson(table[both, i], table[both, j])
    return matrix, counts


def _pearson(x: FloatArray1D, y: FloatArray1D) -> float:
    if len(x) < MIN_PAIRS or not (np.ptp(x) > 0.0 and np.ptp(y) > 0.0):
        return float("nan")
    a, b = x - x.mean(), y - y.mean()
    return float(np.clip(np.dot(a / np.linalg.norm(a), b / np.linalg.norm(b)), -1.0, 1.0))


def _judged(names: tuple[str, ...], matrix: FloatArray2D, counts: IntArray2D) -> CorrelationResult:
    """Condition number, flag and sentence."""
    empty = [name for name, value in zip(names, np.diag(matrix), strict=True) if not np.isfinite(value)]
    if not np.isfinite(matrix).all():
        who = f": {', '.join(empty)} did not move or has too few days" if empty else ""
        blank = f"Some correlations do not exist{who}; they are left blank."
        return CorrelationResult(
            names, matrix, counts, float("nan"), float("nan"), ill_conditioned=True, warning=blank
        )
    values = np.linalg.eigvalsh(matrix)
    smallest = float(values[0])
    condition = float(values[-1] / smallest) if smallest > _EIGEN_TOLERANCE else float("inf")
    bad = condition > CONDITION_LIMIT
    text = _warning(names, matrix, counts, condition) if bad else None
    return CorrelationResult(names, matrix, counts, condition, smallest, bad, text)


def _warning(names: tuple[str, ...], matrix: FloatArray2D, counts: IntArray2D, condition: float) -> str:
    """Why a matrix is ill-conditioned, with the closest pair or the shortage of days."""
    days, k = int(counts.min()), len(names)
    size = (
        "not positive definite"
        if np.isinf(condition)
        else f"ill-conditioned (condition number {condition:,.0f})"
    )
    if days <= k:
        return (
            f"The matrix is {size}: {days} common days are too few for {k} series. Choose a longer period or fewer "
            "series, or shrink the matrix."
        )
    upper = np.abs(np.triu(matrix, 1))
    i, j = np.unravel_index(int(np.argmax(upper)), upper.shape)
    return (
        f"The matrix is {size}: {names[int(i)]} and {names[int(j)]} move almost together (correlation "
        f"{matrix[i, j]:.4f}). Leave one out or shrink the matrix before inverting it."
    )


def _is_correlation(matrix: FloatArray2D) -> bool:
    return bool(np.allclose(np.diag(matrix), 1.0, atol=1e-12) and np.linalg.eigvalsh(matrix)[0] >= -1e-12)


def _project(matrix: FloatArray2D) -> FloatArray2D:
    """Nearest positive semidefinite matrix: negative eigenvalues become zero."""
    values, vectors = np.linalg.eigh(matrix)
    projected: FloatArray2D = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return (projected + projected.T) / 2.0
