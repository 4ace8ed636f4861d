"""Merton's jump-diffusion for many factors: days on which a curve leapt are jumps, all others the diffusion.

API: ``split_jumps(factors, native, threshold) -> Jumps``, ``robust_scores(factors, native)``.

A curve leaps on a day when its common move is beyond ``threshold`` robust standard deviations of it. The moves of the
curves that leapt are the jump of that day, and are taken out of the diffusion; so both parts add up to what happened,
and the variance of each factor is the sum of theirs. Jumps arrive together, as often as there were days with one, and
their sizes are normal with the mean and the covariance of the jumps seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import BoolArray2D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet

_MAD = 1.482602218505602  # standard deviation of a normal over its median absolute deviation


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Jumps:
    """Moves taken apart.

    Attributes
    ----------
    diffusion : ndarray of shape (n, k)
        Native moves without the jumps.
    day : ndarray of shape (j,), int64
        Rows with a jump.
    jump : ndarray of shape (j, k)
        Native moves of the jumps; 0 for factors that did not leap.
    intensity : float
        Jumps a day.
    facts : mapping
        Counts for the reader.
    """

    diffusion: FloatArray2D
    day: IntArray1D
    jump: FloatArray2D
    intensity: float
    facts: Mapping[str, Any]

    @property
    def mean(self) -> FloatArray1D:
        """Mean size of a jump, shape (k,)."""
        size: FloatArray1D = self.jump.mean(axis=0) if len(self.day) else np.zeros(self.jump.shape[1])
        return size

    @property
    def spread(self) -> FloatArray2D:
        """Rows that, times independent standard normals, give the covariance of jump sizes, shape (j, k)."""
        rows: FloatArray2D = (self.jump - self.mean) / np.sqrt(max(len(self.day), 1))
        return rows


def robust_scores(factors: FactorSet, native: FloatArray2D) -> tuple[FloatArray2D, IntArray1D]:
    """Common move of each curve, and of each other factor, in robust standard deviations.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    native : ndarray of shape (n, k)
        Complete native moves.

    Returns
    -------
    tuple of ndarray
        Scores of shape (n, g), 0 where a group hardly ever moves; and the group of each factor, shape (k,).
    """
    key = [
        ("curve", curve) if kind == FactorKind.PRICE else ("other", at)
        for at, (kind, curve) in enumerate(zip(factors.kind.tolist(), factors.curve.tolist(), strict=True))
    ]
    number: dict[tuple[str, int], int] = {}
    group = np.array([number.setdefault(one, len(number)) for one in key], dtype=np.int64)
    scale = np.sqrt(np.mean(native**2, axis=0))
    unit = native / np.where(scale > 0.0, scale, 1.0)
    scores = np.zeros((len(native), len(number)))
    for at in range(len(number)):
        common = unit[:, group == at].mean(axis=1)
        deviation = _MAD * float(np.median(np.abs(common)))
        if deviation > 0.0:
            scores[:, at] = common / deviation
    return scores, group


def split_jumps(factors: FactorSet, native: FloatArray2D, threshold: float) -> Jumps:
    """Take the jumps out of complete moves.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    native : ndarray of shape (n, k)
        Complete native moves, oldest first.
    threshold : float
        Robust standard deviations beyond which a move is a jump.

    Returns
    -------
    Jumps
        Both parts; ``diffusion`` plus the jumps at their days is ``native``.
    """
    scores, group = robust_scores(factors, native)
    leapt: BoolArray2D = np.abs(scores) > threshold
    day = np.flatnonzero(leapt.any(axis=1))
    cells = leapt[:, group]
    diffusion = np.where(cells, 0.0, native)
    jump = np.where(cells, native, 0.0)[day]
    intensity = len(day) / len(native) if len(native) else 0.0
    facts = {"jump_days": len(day), "jumps_a_day": intensity, "jump_threshold": threshold}
    return Jumps(diffusion, day, jump, intensity, facts)
