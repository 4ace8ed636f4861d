"""Covariances of moves: sample, exponentially weighted, shrunk.

API: ``estimate(moves, kind, decay) -> Estimate``, ``sample_covariance``, ``ewma_covariance``, ``ledoit_wolf``,
``overlapping(moves, days)``, ``shrinkage_note(share)``, ``factor_of(matrix)``, ``nearest_covariance(matrix)``.

The daily mean is taken as 0 everywhere: over days it is smaller than its own error, and it must not lower a risk.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.correlation import nearest_correlation
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.market.series import require_complete
from portal.domain.risk.scenarios.ask import CovarianceKind

EWMA_DECAY = 0.94


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
    """The nearest covariance that some moves could have.

    Attributes
    ----------
    matrix : ndarray of shape (k, k)
        The matrix, unchanged when nothing had to be repaired.
    distance : float
        Frobenius norm of the change of the correlations; 0 when nothing had to be repaired.
    """

    matrix: FloatArray2D
    distance: float


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


def overlapping(moves: FloatArray2D, days: int) -> FloatArray2D:
    """Moves over several days, one starting each day, over the root of their number.

    Parameters
    ----------
    moves : ndarray of shape (n, k)
        Native moves of one day.
    days : int
        Days that each spans; 1 returns the moves.

    Returns
    -------
    ndarray of shape (n - days + 1, k)
        Their covariance is that of one day where days are independent, and has no bias from closes at different hours
        beyond one part in ``days``.
    """
    if days == 1:
        return moves
    total = np.cumsum(np.concatenate([np.zeros((1, moves.shape[1])), moves]), axis=0)
    summed: FloatArray2D = (total[days:] - total[:-days]) / np.sqrt(days)
    return summed


def shrinkage_note(share: float) -> str:
    """What a reader should know of a shrunk covariance.

    Parameters
    ----------
    share : float
        Share of the target.

    Returns
    -------
    str
        A sentence.
    """
    return (
        f"Correlations are shrunk towards zero by {share:.2%} (Ledoit and Wolf): spreads between curves that move "
        "almost alike look riskier than they were."
    )


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


def nearest_covariance(matrix: FloatArray2D) -> Repaired:
    """Repair a covariance that someone changed by hand: the same variances, the nearest correlations.

    Parameters
    ----------
    matrix : ndarray of shape (k, k)
        Symmetric, with variances of zero or more.

    Returns
    -------
    Repaired
        Positive semidefinite up to rounding, and how far the correlations had to move (Higham 2002).

    Raises
    ------
    BadParameter
        A variance is negative, or the matrix is not symmetric; names the factor by its number.
    LengthMismatch
        The matrix is not square.
    SeriesHasNaN
        An entry is missing.
    """
    values = np.array(matrix, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise LengthMismatch(
            f"A covariance is square, this one has shape {values.shape}.", shape=values.shape
        )
    require_complete(values.ravel(), "covariances")
    variance = np.diag(values)
    if (variance < 0.0).any():
        at = int(np.argmin(variance))
        raise BadParameter(
            f"Factor {at + 1} has a variance of {variance[at]:g}, which is below zero.",
            name="covariance",
            value=float(variance[at]),
        )
    if not np.allclose(values, values.T, rtol=1e-9, atol=1e-12 * float(variance.max(initial=0.0))):
        raise BadParameter("A covariance is symmetric, and this one is not.", name="covariance", value=None)
    deviation = np.sqrt(variance)
    safe = np.where(deviation > 0.0, deviation, 1.0)
    correlation = values / np.outer(safe, safe)
    np.fill_diagonal(correlation, 1.0)
    repaired = nearest_correlation(correlation)
    if repaired.distance == 0.0:
        return Repaired(values, 0.0)
    return Repaired(repaired.matrix * np.outer(deviation, deviation), repaired.distance)


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
