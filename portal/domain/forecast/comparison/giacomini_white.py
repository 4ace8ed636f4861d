"""Giacomini-White: can it be told beforehand which of two forecasts will be better.

API: ``GiacominiWhite``, ``giacomini_white``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.comparison.diebold_mariano import paired_difference
from portal.domain.market.errors import BadParameter, InsufficientHistory

LEAST = 10  # pairs after the first, for two instruments


@dataclass(frozen=True)
class GiacominiWhite:
    """Outcome of the test of conditional predictive ability.

    Attributes
    ----------
    statistic : float
        Wald statistic, chi-square with ``freedom`` degrees.
    p_value : float
        Of equal conditional accuracy.
    freedom : int
        Number of instruments: a constant and the last known difference.
    second_ahead : float
        Share of origins at which the fitted rule would have chosen the second forecast.
    next_gain : float
        What the rule expects of the second forecast at the next origin, in the unit of the losses.
    n : int
        Pairs used.
    """

    statistic: float
    p_value: float
    freedom: int
    second_ahead: float
    next_gain: float
    n: int


def giacomini_white(first: ArrayLike, second: ArrayLike, *, horizon: int = 1) -> GiacominiWhite:
    """Test whether a constant and the last known difference of losses foretell the next one.

    The test is of methods with a limited window, not of the true model, and so also fits forecasts that are refitted.

    Parameters
    ----------
    first, second : array_like of shape (n,)
        Losses of both forecasts of the same values, oldest first.
    horizon : int
        Steps ahead in units of the spacing of the losses: a difference is known that many origins later, and
        ``horizon - 1`` autocovariances (weights of Bartlett) enter the variance.

    Returns
    -------
    GiacominiWhite
        Statistic, p-value and the rule that it found; p is 1 when both forecasts are the same.

    Raises
    ------
    LengthMismatch
        The losses differ in number.
    InsufficientHistory
        Too few pairs.
    SeriesHasNaN
        A loss is missing.
    BadParameter
        The horizon is below 1.

    References
    ----------
    Giacomini and White (2006), "Tests of conditional predictive ability", Econometrica 74.
    """
    gain = paired_difference(first, second)
    if horizon < 1:
        raise BadParameter("A forecast is at least one step ahead.", name="horizon", value=horizon)
    n = len(gain) - horizon
    if n < LEAST:
        raise InsufficientHistory(
            f"The Giacomini-White test needs at least {LEAST + horizon} origins for this horizon, but there are "
            f"{len(gain)}; evaluate more.",
            have=len(gain),
            need=LEAST + horizon,
        )
    known, later = gain[:-horizon], gain[horizon:]
    if not np.ptp(gain):
        certain = 0.0 if gain[0] else 1.0
        share = 1.0 if gain[0] > 0.0 else 0.0
        return GiacominiWhite(np.inf if gain[0] else 0.0, certain, 2, share, float(gain[-1]), n)
    size = float(np.std(gain))  # so that both instruments are of a size
    instruments = np.column_stack([np.ones(n), known / size])
    moments = instruments * later[:, None]
    mean = moments.mean(axis=0)
    spread = _long_run(moments, horizon - 1)
    statistic = float(n * mean @ np.linalg.pinv(spread) @ mean)
    rule = np.linalg.lstsq(instruments, later, rcond=None)[0]
    return GiacominiWhite(
        statistic=statistic,
        p_value=float(chdtrc(2, statistic)),
        freedom=2,
        second_ahead=float(np.mean(instruments @ rule > 0.0)),
        next_gain=float(rule[0] + rule[1] * gain[-1] / size),
        n=n,
    )


def _long_run(moments: FloatArray2D, lags: int) -> FloatArray2D:
    """Second moments with falling weights for the lags; not centred, as the hypothesis says that the mean is zero."""
    n = len(moments)
    total = np.asarray(moments.T @ moments / n, dtype=np.float64)
    for lag in range(1, lags + 1):
        cross = moments[lag:].T @ moments[: n - lag] / n
        total += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    return total
