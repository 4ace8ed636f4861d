"""Has the world changed since the training: drift of inputs and of errors, with the thresholds that raise an alert.

API: ``InputDrift``, ``input_drift``, ``population_stability``, ``kolmogorov_smirnov``, ``ErrorDrift``, ``error_drift``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import kolmogorov

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import InsufficientHistory, LengthMismatch

BINS = 10
SHIFTING, DRIFTED = 0.10, 0.25
"""Population stability: below the first nothing has changed, above the second the model stands on other data. The usual
marks of credit scoring (Siddiqi, 2006), where they are rules of thumb."""
KS_DISTANCE, KS_P = 0.20, 0.01
"""Kolmogorov-Smirnov: both must be met, since with many values any difference is significant."""
LEAST = 20  # values on either side
CUSUM_SLACK, CUSUM_LIMIT = 0.5, 5.0
"""In standard deviations. With normal losses a mean that rose by one deviation is found after about 10 origins, and a
false alarm comes after about 930 (Montgomery, Introduction to Statistical Quality Control: run lengths of a CUSUM)."""


@dataclass(frozen=True)
class InputDrift:
    """Drift of one input.

    Attributes
    ----------
    name : str
        Feature.
    stability : float
        Population stability index.
    distance, p_value : float
        Kolmogorov-Smirnov.
    state : str
        "stable", "shifting" or "drifted".
    missing : float
        Share of recent values that are missing.
    """

    name: str
    stability: float
    distance: float
    p_value: float
    state: str
    missing: float


def input_drift(names: Sequence[str], trained: FloatArray2D, recent: FloatArray2D) -> tuple[InputDrift, ...]:
    """Compare the inputs of the training with recent ones.

    Parameters
    ----------
    names : sequence of str
        Features.
    trained, recent : ndarray of shape (n, k) and (m, k)
        Their values; NaN where missing.

    Returns
    -------
    tuple of InputDrift
        One for each feature with at least ``LEAST`` values on either side, worst first.

    Raises
    ------
    LengthMismatch
        The tables do not have a column for each name.
    """
    if trained.shape[1:] != (len(names),) or recent.shape[1:] != (len(names),):
        raise LengthMismatch(
            f"There are {len(names)} names for tables of shape {trained.shape} and {recent.shape}.",
            first=len(names),
            second=trained.shape[-1],
        )
    found = []
    for at, name in enumerate(names):
        before, now = (table[np.isfinite(table[:, at]), at] for table in (trained, recent))
        if min(len(before), len(now)) < LEAST:
            continue
        stability = population_stability(before, now)
        distance, p = kolmogorov_smirnov(before, now)
        missing = float(np.mean(~np.isfinite(recent[:, at])))
        found.append(InputDrift(name, stability, distance, p, _state(stability, distance, p), missing))
    return tuple(sorted(found, key=lambda one: -one.stability))


def population_stability(trained: ArrayLike, recent: ArrayLike) -> float:
    """Population stability index ``sum (r - t) ln(r / t)`` over the tenths of the training.

    Parameters
    ----------
    trained, recent : array_like of shape (n,) and (m,)
        Values without gaps.

    Returns
    -------
    float
        0 when both are alike. Empty bins count as half a value. Values that repeat share one bin.

    Raises
    ------
    InsufficientHistory
        Fewer than ``LEAST`` values on a side.
    """
    before, now = _sides(trained, recent)
    edges = np.unique(np.quantile(before, np.arange(1, BINS) / BINS))
    counts = [
        np.bincount(np.searchsorted(edges, side, side="left"), minlength=len(edges) + 1).astype(np.float64)
        for side in (before, now)
    ]
    t, r = (np.maximum(count, 0.5) / len(side) for count, side in zip(counts, (before, now), strict=True))
    return float(np.sum((r - t) * np.log(r / t)))


def kolmogorov_smirnov(trained: ArrayLike, recent: ArrayLike) -> tuple[float, float]:
    """Greatest distance of both distributions and its asymptotic p-value.

    Parameters
    ----------
    trained, recent : array_like of shape (n,) and (m,)
        Values without gaps.

    Returns
    -------
    tuple of float
        Distance, and the p-value for independent values: those of a series are not, so it is read with the distance.

    Raises
    ------
    InsufficientHistory
        Fewer than ``LEAST`` values on a side.
    """
    before, now = (np.sort(side) for side in _sides(trained, recent))
    every = np.concatenate([before, now])
    shares = [np.searchsorted(side, every, side="right") / len(side) for side in (before, now)]
    distance = float(np.max(np.abs(shares[0] - shares[1])))
    size = len(before) * len(now) / (len(before) + len(now))
    return distance, float(kolmogorov(np.sqrt(size) * distance))


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ErrorDrift:
    """Drift of losses by a one-sided CUSUM.

    Attributes
    ----------
    path : ndarray of shape (n,)
        CUSUM after each recent loss, in standard deviations.
    alarm : int or None
        Position of the first recent loss after which it is above the limit.
    ratio : float
        Mean recent loss over that of the evaluation.
    drifted : bool
        Whether there was an alarm.
    """

    path: FloatArray1D
    alarm: int | None
    ratio: float
    drifted: bool


def error_drift(evaluated: ArrayLike, recent: ArrayLike) -> ErrorDrift:
    """Watch recent losses against those of the evaluation that earned the model its place.

    With ``z_t = (loss_t - mean) / sd`` of the evaluated losses, ``S_t = max(0, S_{t-1} + z_t - CUSUM_SLACK)``; an
    alarm is ``S_t > CUSUM_LIMIT``.

    Parameters
    ----------
    evaluated : array_like of shape (n,)
        Losses by origin of the evaluation.
    recent : array_like of shape (m,)
        Losses of what was served, oldest first; NaN where the value has not come, which is left out.

    Returns
    -------
    ErrorDrift
        Path, alarm and ratio.

    Raises
    ------
    InsufficientHistory
        Fewer than four evaluated losses, or none recent.

    References
    ----------
    Page (1954), "Continuous inspection schemes", Biometrika 41.
    """
    before, now = np.asarray(evaluated, dtype=np.float64), np.asarray(recent, dtype=np.float64)
    before, now = before[np.isfinite(before)], now[np.isfinite(now)]
    if len(before) < 4 or len(now) < 1:
        raise InsufficientHistory(
            f"Drift of errors needs 4 losses of the evaluation and 1 recent one, but there are {len(before)} and "
            f"{len(now)}; wait for more days.",
            have=min(len(before), len(now)),
            need=4,
        )
    mean, sd = float(before.mean()), float(before.std(ddof=1))
    floor = max(sd, 1e-12 * abs(mean), np.finfo(np.float64).tiny)
    path, level = np.empty(len(now)), 0.0
    for at, loss in enumerate(now):
        level = max(0.0, level + (float(loss) - mean) / floor - CUSUM_SLACK)
        path[at] = level
    above = np.flatnonzero(path > CUSUM_LIMIT)
    ratio = float(now.mean()) / mean if mean > 0.0 else float("inf")
    return ErrorDrift(path, int(above[0]) if len(above) else None, ratio, bool(len(above)))


def _state(stability: float, distance: float, p_value: float) -> str:
    if stability > DRIFTED or (distance > KS_DISTANCE and p_value < KS_P and stability > SHIFTING):
        return "drifted"
    return "shifting" if stability > SHIFTING else "stable"


def _sides(trained: ArrayLike, recent: ArrayLike) -> tuple[FloatArray1D, FloatArray1D]:
    before, now = np.asarray(trained, dtype=np.float64), np.asarray(recent, dtype=np.float64)
    if min(len(before), len(now)) < LEAST:
        raise InsufficientHistory(
            f"Drift of an input needs {LEAST} values of the training and {LEAST} recent ones, but there are "
            f"{len(before)} and {len(now)}; wait for more days.",
            have=min(len(before), len(now)),
            need=LEAST,
        )
    return before, now
