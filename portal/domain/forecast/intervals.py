"""Central intervals from the served quantiles.

API: ``central_interval``.
"""

import numpy as np

from portal.core.arrays import FloatArray
from portal.domain.forecast.base import LEVELS
from portal.domain.market.errors import BadParameter


def central_interval(quantiles: FloatArray, share: float) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the interval that holds a share of the probability, as much beyond either end.

    Parameters
    ----------
    quantiles : ndarray of shape (..., len(LEVELS))
        Quantiles at ``LEVELS``.
    share : float
        Probability inside, from 0 to 0.98.

    Returns
    -------
    tuple of ndarray
        Lower and upper ends, each of shape (...); between two served levels by linear interpolation.

    Raises
    ------
    BadParameter
        The interval reaches beyond the outermost levels.
    """
    tail = 0.5 * (1.0 - share)
    if not LEVELS[0] - 1e-12 <= tail <= 0.5:
        raise BadParameter(
            f"Forecasts serve quantiles from {LEVELS[0]:.0%} to {LEVELS[-1]:.0%}, which hold at most "
            f"{LEVELS[-1] - LEVELS[0]:.0%}; ask for a narrower interval than {share:.1%}.",
            name="share",
            value=share,
        )
    return _at(quantiles, tail), _at(quantiles, 1.0 - tail)


def _at(quantiles: FloatArray, level: float) -> FloatArray:
    levels = np.array(LEVELS)
    upper = int(np.clip(np.searchsorted(levels, level - 1e-12), 1, len(levels) - 1))
    weight = min(1.0, max(0.0, (level - levels[upper - 1]) / (levels[upper] - levels[upper - 1])))
    if weight > 1.0 - 1e-9:
        return quantiles[..., upper]
    if weight < 1e-9:
        return quantiles[..., upper - 1]
    found: FloatArray = (1.0 - weight) * quantiles[..., upper - 1] + weight * quantiles[..., upper]
    return found
