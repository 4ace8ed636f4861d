"""Covariances of moves: sample, exponentially weighted, shrunk; and the nearest matrix that some moves could have.

API: ``estimate(moves, kind, decay) -> Estimate``, ``sample_covariance``, ``ewma_covariance``, ``ledoit_wolf``,
``nearest_correlation(matrix) -> Repaired``, ``nearest_covariance(matrix) -> Repaired``.

The daily mean is taken as 0 everywhere: over days it is smaller than its own error, and it must not lower a risk.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter, InsufficientHistory, SeriesHasNaN
from portal.domain.risk.scenarios.ask import CovarianceKind

EWMA_DECAY = 0.94
_ROUNDS = 200
_CLOSE = 1e-8  # change of a round, against the size of the matrix, at which projections have settled


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Estimate:
    """A covariance of k series.

    Attributes
    ----------
    matrix : ndarray of shape (k, k)
        Covariance for one day.
    shrinkage : float
        Share of the target in it; 0 unless shrunk.
    """

    matrix: FloatArray2D
    shrinkage: float = 0.0


@dataclass(frozen=True, eq=False)
class Repaired:
    """The nearest positive semidefinite matrix.

    Attributes
    ----------
    matrix : ndarray of shape (k, k)
        The matrix, unchanged when nothing had to be repaired.
    distance : float
        Frobenius norm of the change of the correlations; 0 when nothing had to be repaired.
    lowest : float
        Lowest eigenvalue of the correlations before.
    """

    matrix: FloatArray2D
    distance: float
    lowest: float


def estimate(moves: FloatArray2D, kind: CovarianceKind, *, decay: float | None = None) -> Estimate:
    """Estimate a covariance.

    Parameters
    ----------
    moves : ndarray of shape (n, k)
        Moves of one day each, oldest first, complete.
    kind : CovarianceKind
        The estimator. The shrunk one shrinks correlations towards zero and keeps the sample variances, so that it does
        not depend on the units of the series.
    decay : float, optional
        Of the exponential weights, 0.94 if None.

    Returns
    -------
    Estimate
        Positive semidefinite up to rounding.

    Raises
    ------
    InsufficientHistory
        Fewer than 2 moves.
    SeriesHasNaN
        A move is missing.
    """
    if kind is CovarianceKind.EWMA:
        return Estimate(ewma_covariance(moves, EWMA_DECAY if decay is None else decay))
    if kind is CovarianceKind.SAMPLE:
        return Estimate(sample_covariance(moves))
    _check(moves)
    deviation = np.sqrt((moves**2).sum(axis=0) / (len(moves) - 1))
    root = np.sqrt(np.mean(moves**2, axis=0))
    found = ledoit_wolf(moves / np.where(root > 0.0, root, 1.0))
    return Estimate(found.matrix * np.outer(deviation, deviation), found.shrinkage)


def sample_covariance(moves: FloatArray2D) -> FloatArray2D:
    """Sample covariance with mean 0 and divisor n - 1.

    Parameters
    ----------
    moves : ndarray of shape (n, k)
        Complete moves.

    Returns
    -------
    ndarray of shape (k, k)
        Covariance.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN
        As for :func:`estimate`.
    """
    _check(moves)
    matrix: FloatArray2D = moves.T @ moves / (len(moves) - 1)
    return matrix


def ewma_covariance(moves: FloatArray2D, decay: float) -> FloatArray2D:
    """Exponentially weighted covariance with mean 0; the weights sum to 1.

    Parameters
    ----------
    moves : ndarray of shape (n, k)
        Complete moves, oldest first.
    decay : float
        Factor of one day, in (0, 1]; 1 gives equal weights.

    Returns
    -------
    ndarray of shape (k, k)
        Covariance.

    Raises
    ------
    BadParameter
        A decay outside of (0, 1].
    InsufficientHistory, SeriesHasNaN
        As for :func:`estimate`.
    """
    _check(moves)
    if not 0.0 < decay <= 1.0:
        raise BadParameter(
            f"The decay of a day lies above 0 and is at most 1, such as 0.94; {decay:g} does not.",
            name="decay",
            value=decay,
        )
    weight = decay ** np.arange(len(moves) - 1, -1, -1)
    weighted = moves * np.sqrt(weight / weight.sum())[:, None]
    matrix: FloatArray2D = weighted.T @ weighted
    return matrix


def ledoit_wolf(moves: FloatArray2D) -> Estimate:
    """Covariance shrunk towards the identity times the mean variance, by the share that minimises the expected error.

    Parameters
    ----------
    moves : ndarray of shape (n, k)
        Complete moves.

    Returns
    -------
    Estimate
        Covariance with divisor n, and the share of the target.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN
        As for :func:`estimate`.

    References
    ----------
    Ledoit and Wolf (2004), "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate
    Analysis 88.
    """
    _check(moves)
    n, k = moves.shape
    sample = moves.T @ moves / n
    mean = float(np.trace(sample)) / k
    size = float((sample**2).sum())
    distance = (size - k * mean**2) / k
    squares = moves**2
    error = (float((squares.sum(axis=1) ** 2).sum()) / n - size) / (n * k)
    share = min(max(error, 0.0), distance) / distance if distance > 0.0 else 0.0
    matrix = (1.0 - share) * sample
    matrix[np.diag_indices(k)] += share * mean
    return Estimate(matrix, share)


def nearest_correlation(matrix: FloatArray2D) -> Repaired:
    """The correlation matrix nearest to a symmetric one, by projections that alternate.

    Parameters
    ----------
    matrix : ndarray of shape (k, k)
        Symmetric, with ones on the diagonal, for instance with correlations that a user changed.

    Returns
    -------
    Repaired
        Ones on the diagonal, no eigenvalue below zero by more than rounding.

    Raises
    ------
    SeriesHasNaN
        An entry is missing.
    BadParameter
        The matrix is not square and symmetric.

    References
    ----------
    Higham (2002), "Computing the nearest correlation matrix - a problem from finance", IMA J. Numerical Analysis 22.
    """
    start = _symmetric(matrix)
    np.fill_diagonal(start, 1.0)
    lowest = float(np.linalg.eigvalsh(start)[0]) if len(start) else 0.0
    if lowest >= -1e-12 * max(len(start), 1):
        return Repaired(start, 0.0, lowest)
    found, correction = start, np.zeros_like(start)
    for _ in range(_ROUNDS):
        before = found
        shifted = found - correction
        positive = _positive_part(shifted)
        correction = positive - shifted
        found = positive.copy()
        np.fill_diagonal(found, 1.0)
        if float(np.linalg.norm(found - before)) <= _CLOSE * float(np.linalg.norm(found)):
            break
    last = _positive_part(found)  # what is left below zero is of the size of the last change
    root = np.sqrt(np.diag(last))
    last = last / np.outer(root, root)
    return Repaired(last, float(np.linalg.norm(last - start)), lowest)


def nearest_covariance(matrix: FloatArray2D) -> Repaired:
    """The covariance with the same variances whose correlations are nearest.

    Parameters
    ----------
    matrix : ndarray of shape (k, k)
        Symmetric, with variances of zero or more.

    Returns
    -------
    Repaired
        Distance and lowest eigenvalue are those of the correlations.

    Raises
    ------
    SeriesHasNaN
        An entry is missing.
    BadParameter
        A variance is negative, or the matrix is not square and symmetric.
    """
    symmetric = _symmetric(matrix)
    variance = np.diag(symmetric)
    if (variance < 0.0).any():
        at = int(np.argmin(variance))
        raise BadParameter(
            f"Factor {at + 1} has a variance of {variance[at]:g}, which is below zero.",
            name="covariance",
            value=float(variance[at]),
        )
    deviation = np.sqrt(variance)
    safe = np.where(deviation > 0.0, deviation, 1.0)
    repaired = nearest_correlation(symmetric / np.outer(safe, safe))
    if repaired.distance == 0.0:
        return Repaired(symmetric, 0.0, repaired.lowest)
    return Repaired(repaired.matrix * np.outer(deviation, deviation), repaired.distance, repaired.lowest)


def factor_of(matrix: FloatArray2D) -> FloatArray2D:
    """Rows that, times independent standard normals, have a given covariance; the largest variance first.

    Parameters
    ----------
    matrix : ndarray of shape (k, k)
        Positive semidefinite up to rounding.

    Returns
    -------
    ndarray of shape (q, k)
        ``rows.T @ rows`` is the matrix; q is its rank. The sign of each row is fixed: its largest entry is positive.
    """
    value, vector = np.linalg.eigh(matrix)
    order = np.argsort(-value, kind="stable")
    kept = order[value[order] > 1e-14 * max(float(value.max(initial=0.0)), 1e-300)]
    rows: FloatArray2D = np.sqrt(value[kept])[:, None] * vector[:, kept].T
    return _signed(rows)


def _signed(rows: FloatArray2D) -> FloatArray2D:
    if not rows.size:
        return rows
    largest: FloatArray1D = rows[np.arange(len(rows)), np.argmax(np.abs(rows), axis=1)]
    return rows * np.where(largest < 0.0, -1.0, 1.0)[:, None]


def _positive_part(matrix: FloatArray2D) -> FloatArray2D:
    value, vector = np.linalg.eigh(matrix)
    part: FloatArray2D = (vector * np.maximum(value, 0.0)) @ vector.T
    return 0.5 * (part + part.T)


def _symmetric(matrix: FloatArray2D) -> FloatArray2D:
    values = np.array(matrix, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise BadParameter(
            f"A covariance is a square table, not one of shape {values.shape}.",
            name="covariance",
            value=values.shape,
        )
    bad = ~np.isfinite(values)
    if bad.any():
        at = int(np.flatnonzero(bad.any(axis=0))[0])
        raise SeriesHasNaN(
            f"The covariance of factor {at + 1} has missing or infinite entries; fill them first.",
            position=at,
            count=int(bad.sum()),
        )
    if not np.allclose(values, values.T, rtol=1e-9, atol=1e-12 * float(np.abs(values).max(initial=0.0))):
        raise BadParameter("A covariance is symmetric, and this one is not.", name="covariance", value=None)
    symmetric: FloatArray2D = 0.5 * (values + values.T)
    return symmetric


def _check(moves: FloatArray2D) -> None:
    if len(moves) < 2:
        raise InsufficientHistory(
            f"A covariance needs at least 2 days of moves, but there are {len(moves)}. Choose a longer window.",
            have=len(moves), need=2,
        )  # fmt: skip
    bad = ~np.isfinite(moves)
    if bad.any():
        at = int(np.flatnonzero(bad.any(axis=0))[0])
        raise SeriesHasNaN(
            f"The moves of factor {at + 1} have {int(bad[:, at].sum())} missing values; fill them first.",
            position=at,
            count=int(bad.sum()),
        )
