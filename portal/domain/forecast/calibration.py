"""Are the quantiles honest: how often what happened lay below each of them, and how often luck would have it so.

API: ``Calibration``, ``calibrate``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from portal.core.arrays import BoolArray2D, FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.cells import step_between
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import InsufficientHistory

BAND = 0.95
BINS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # served levels, so that no interpolation is needed
LEAST = 20  # cells


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Calibration:
    """Reliability of the served quantiles.

    Attributes
    ----------
    levels : ndarray of shape (q,)
        Nominal probabilities.
    observed : ndarray of shape (q,)
        Share of what happened at or below each quantile.
    lower, upper : ndarray of shape (q,)
        Where ``observed`` lies with probability ``BAND`` when the quantiles are right.
    pit : ndarray of shape (10,)
        Share of what happened in each tenth of the forecast; 0.1 each when it is right. A U is too narrow a forecast, a
        hump too wide a one, a slope a bias.
    n : int
        Cells.
    effective : int
        Independent observations that they are worth: the band is of so many.
    """

    levels: FloatArray1D
    observed: FloatArray1D
    lower: FloatArray1D
    upper: FloatArray1D
    pit: FloatArray1D
    n: int
    effective: int

    @property
    def outside(self) -> int:
        """Number of levels whose observed share lies outside of its band."""
        return int(((self.observed < self.lower) | (self.observed > self.upper)).sum())


def calibrate(evaluation: Evaluation, cells: BoolArray2D | None = None) -> Calibration:
    """Hold every served quantile against what happened.

    The steps of one origin miss together, and origins overlap. So the binomial band is that of fewer observations than
    cells: their number over the design effect ``1 + (m - 1) r`` of m cells an origin with correlation r, and over the
    number of origins that share a step.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count, all by default.

    Returns
    -------
    Calibration
        Shares and bands.

    Raises
    ------
    InsufficientHistory
        Fewer than ``LEAST`` cells.

    References
    ----------
    Kish (1965), Survey Sampling (design effect); Gneiting, Balabdaoui and Raftery (2007), "Probabilistic forecasts,
    calibration and sharpness", J. Royal Statistical Society B 69.
    """
    counted = evaluation.scored & np.isfinite(evaluation.quantiles).all(axis=-1)
    counted = counted if cells is None else counted & cells
    n = int(counted.sum())
    if n < LEAST:
        raise InsufficientHistory(
            f"Calibration needs at least {LEAST} values beside their forecasts, not {n}; evaluate more origins.",
            have=n,
            need=LEAST,
        )
    below = (evaluation.actual[..., None] <= evaluation.quantiles).astype(np.float64)
    observed = below[counted].mean(axis=0)
    effective = _effective(below, counted, evaluation)
    bands = np.array([_band(level, effective) for level in LEVELS])
    inner = [LEVELS.index(level) for level in BINS]
    shares = np.concatenate([[0.0], observed[inner], [1.0]])
    return Calibration(np.array(LEVELS), observed, bands[:, 0], bands[:, 1], np.diff(shares), n, effective)


def _effective(below: FloatArray2D, counted: BoolArray2D, evaluation: Evaluation) -> int:
    """Independent observations: by the correlation of hits of the median within an origin, and by overlap."""
    hits = np.where(counted, below[..., LEVELS.index(0.5)], np.nan)
    number = counted.sum(axis=1)
    rows = number > 0
    n, m = int(number.sum()), float(number[rows].mean())
    correlation = 0.0
    if rows.sum() > 1 and m > 1.0:
        means = np.nansum(hits[rows], axis=1) / number[rows]
        whole = float(np.nanmean(hits[rows]))
        total = whole * (1.0 - whole)
        between = float(np.mean((means - whole) ** 2))
        correlation = (
            min(1.0, max(0.0, (between / total - 1.0 / m) / (1.0 - 1.0 / m))) if total > 0.0 else 1.0
        )
    served = evaluation.actual.shape[1] - evaluation.lead
    shared = max(1.0, min(served, m) / step_between(evaluation))
    return max(1, round(float(n / (1.0 + (m - 1.0) * correlation) / shared)))


def _band(level: float, n: int) -> tuple[float, float]:
    """Ends of the central part of a binomial share."""
    chance = bdtr(np.arange(n + 1, dtype=np.float64), n, level)
    tail = 0.5 * (1.0 - BAND)
    return (
        float(np.searchsorted(chance, tail)) / n,
        min(float(np.searchsorted(chance, 1.0 - tail)), float(n)) / n,
    )
