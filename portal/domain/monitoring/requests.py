"""How quickly, how often and how well requests are answered: read out of counts in buckets."""

import numpy as np

from portal.core.arrays import FloatArray1D


def quantile(bounds: FloatArray1D, counts: FloatArray1D, share: float) -> float | None:
    """Return the time within which ``share`` of the requests were answered.

    Inside the bucket that holds it, requests are taken to lie evenly, as ``histogram_quantile`` of Prometheus does.
    With bounds a fifth apart the result is within a tenth of the exact one. Beyond the last finite bound it is that
    bound.

    Parameters
    ----------
    bounds : ndarray of shape (n,), seconds
        Upper bounds of the buckets, rising; the last is infinite.
    counts : ndarray of shape (n,)
        Requests answered within each bound, so that they never fall.
    share : float
        Between 0 and 1.

    Returns
    -------
    float or None
        Seconds; None where there was no request.

    Raises
    ------
    ValueError
        The arrays differ in length, or ``share`` is no share.

    References
    ----------
    Prometheus documentation, "Query functions", ``histogram_quantile``.

    Examples
    --------
    >>> quantile(np.array([1.0, 2.0, np.inf]), np.array([5.0, 10.0, 10.0]), 0.75)
    1.5
    """
    if len(bounds) != len(counts):
        raise ValueError(f"There are {len(bounds)} bounds and {len(counts)} counts.")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{share} is no share: give one between 0 and 1.")
    if not len(counts) or counts[-1] <= 0:
        return None
    rank = share * counts[-1]
    at = int(np.searchsorted(counts, rank, side="left"))
    if not np.isfinite(bounds[at]):
        return float(bounds[at - 1]) if at else None
    low, below = (float(bounds[at - 1]), float(counts[at - 1])) if at else (0.0, 0.0)
    inside = float(counts[at]) - below
    return low + (float(bounds[at]) - low) * (float(rank - below) / inside if inside > 0 else 1.0)


def throughput(requests: float, seconds: float) -> float | None:
    """Return requests answered a second; None for a window without length.

    Examples
    --------
    >>> throughput(600.0, 300.0)
    2.0
    """
    return requests / seconds if seconds > 0 else None


def error_share(failed: float, requests: float) -> float | None:
    """Return the share of requests that failed by a fault of ours; None where there was no request.

    Examples
    --------
    >>> error_share(1.0, 200.0)
    0.005
    """
    return failed / requests if requests > 0 else None
