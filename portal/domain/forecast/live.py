"""Served forecasts against what has arrived: scores of the last days, and when they say that a forecast drifts.

API: ``Live``, ``Judged``, ``score_live(days, levels)``, ``judge_live(live, expected)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.drift import ErrorDrift

Day = tuple[FloatArray1D, FloatArray1D, FloatArray2D, FloatArray1D]
LEAST_DAYS = 5
WORSE = 1.5  # times the error that its trial promises
BAND = (0.6, 0.97)  # of the share of values inside the 80 % interval
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Live:
    """Scores of what was served.

    Attributes
    ----------
    days : int
        Served forecasts with at least one value that has arrived.
    cells : int
        Values that have arrived.
    error : float or None
        Mean absolute error of the medians, in the unit of the target; None without values.
    naive : float or None
        That of the seasonal naive at the same cells; None when it was not stored beside.
    coverage : float or None
        Share of values inside the 80 % interval.
    """

    days: int
    cells: int
    error: float | None
    naive: float | None
    coverage: float | None


@dataclass(frozen=True)
class Judged:
    """Whether a forecast drifts: ``known`` is False while too little has arrived; the sentence says what was found."""

    known: bool
    drifts: bool
    sentence: str


def score_live(days: Sequence[Day], levels: Sequence[float]) -> Live:
    """Score served forecasts at the cells whose values have arrived.

    Parameters
    ----------
    days : sequence of (actual, mean, quantiles, naive)
        Of each served forecast, of shapes (h,), (h,), (h, q) and (h,); NaN where nothing has arrived.
    levels : sequence of float
        Probabilities of the q quantiles.

    Returns
    -------
    Live
        Means over all cells.
    """
    given = [day for day in days if np.isfinite(day[0]).any()]
    if not given:
        return Live(0, 0, None, None, None)
    actual = np.concatenate([day[0] for day in given])
    quantiles = np.concatenate([day[2] for day in given])
    naive = np.concatenate([day[3] for day in given])
    known = np.isfinite(actual)
    median, low, high = (quantiles[:, list(levels).index(level)] for level in (0.5, LOW, HIGH))
    inside = (actual >= low) & (actual <= high)
    both = known & np.isfinite(naive)
    return Live(
        days=len(given),
        cells=int(known.sum()),
        error=float(np.abs(actual - median)[known].mean()),
        naive=float(np.abs(actual - naive)[both].mean()) if both.any() else None,
        coverage=float(inside[known].mean()),
    )


def judge_live(live: Live, expected: float | None, drift: ErrorDrift | None = None) -> Judged:
    """Say whether served forecasts are worse than their evidence promised.

    Parameters
    ----------
    live : Live
        Scores of what was served.
    expected : float or None
        Mean absolute error of the champion's trial, in the unit of the target.
    drift : ErrorDrift, optional
        Errors by day against those by origin of the trial.

    Returns
    -------
    Judged
        It drifts when errors rise against those of the trial (CUSUM), when the error is above ``WORSE`` times what
        was promised or above the naive's, or when the 80 % interval holds a share outside of ``BAND``.
    """
    if live.days < LEAST_DAYS or live.error is None or live.coverage is None:
        arrived = (
            "no values have arrived" if not live.cells else f"values of {live.days} forecasts have arrived"
        )
        return Judged(False, False, f"Too early to say: {arrived}, {LEAST_DAYS} are needed.")
    found = []
    if expected and live.error > WORSE * expected:
        found.append(f"its error is {live.error / expected:.1f} times what its trial promised")
    if drift is not None and drift.drifted:
        found.append("its errors have risen above those of its trial day after day")
    if live.naive is not None and live.error > live.naive:
        found.append(f"its error is {live.error / live.naive - 1.0:.0%} above that of the seasonal naive")
    if not BAND[0] <= live.coverage <= BAND[1]:
        found.append(f"its 80 % interval held {live.coverage:.0%} of the values")
    if found:
        return Judged(True, True, f"Over {live.days} served forecasts {' and '.join(found)}.")
    good = "as good as its trial promised" if expected else "no worse than the seasonal naive"
    return Judged(True, False, f"Over {live.days} served forecasts it is {good}.")
