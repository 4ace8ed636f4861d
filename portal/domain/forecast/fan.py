"""What pages read off a served forecast: quantiles at any level, the mean of a block, and how often bands held.

API: ``quantile_at``, ``block_steps``, ``block_interval``, ``share_inside``, ``mean_error``.
"""

from collections.abc import Sequence

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter

PEAK = (8, 20)  # local hours of the peak block
BLOCKS = ("base", "peak", "first", "last")


def quantile_at(quantiles: FloatArray2D, levels: Sequence[float], level: float) -> FloatArray1D:
    """Quantiles at one level, between the served ones in straight lines.

    Parameters
    ----------
    quantiles : ndarray of shape (h, q)
        Quantiles of h steps.
    levels : sequence of float
        Their q probabilities, rising.
    level : float
        Probability asked for, within the served ones.

    Returns
    -------
    ndarray of shape (h,)
        Quantiles.

    Raises
    ------
    BadParameter
        The level lies outside those served.

    Examples
    --------
    >>> quantile_at(np.array([[1.0, 3.0]]), (0.2, 0.3), 0.25)
    array([2.])
    """
    if not levels[0] <= level <= levels[-1]:
        raise BadParameter(
            f"Quantiles are served from {levels[0]:g} to {levels[-1]:g}, not at {level:g}.",
            name="level",
            value=level,
        )
    after = min(max(int(np.searchsorted(levels, level)), 1), len(levels) - 1)
    low, high = levels[after - 1], levels[after]
    share = (level - low) / (high - low)
    found: FloatArray1D = (1.0 - share) * quantiles[:, after - 1] + share * quantiles[:, after]
    return found


def block_steps(local: DateArray1D, block: str) -> BoolArray1D:
    """Which steps a block holds.

    Parameters
    ----------
    local : ndarray of shape (h,), datetime64
        Starts of the steps on the wall clock.
    block : str
        ``base`` (all), ``peak`` (hours from 8 to 20), ``first`` or ``last`` (one step).

    Returns
    -------
    ndarray of shape (h,), bool
        True in the block.

    Raises
    ------
    BadParameter
        There is no such block.
    """
    if block not in BLOCKS:
        raise BadParameter(
            f"There is no block '{block[:20]}'; choose one of {', '.join(BLOCKS)}.",
            name="block",
            value=block[:20],
        )
    hour = (local.astype("datetime64[h]") - local.astype("datetime64[D]")).astype(np.int64)
    place = np.arange(len(local))
    chosen: BoolArray1D = {
        "base": place >= 0,
        "peak": (hour >= PEAK[0]) & (hour < PEAK[1]),
        "first": place == 0,
        "last": place == len(local) - 1,
    }[block]
    return chosen


def block_interval(
    chosen: BoolArray1D,
    quantiles: FloatArray2D,
    levels: Sequence[float],
    paths: FloatArray2D | None,
    level: float,
) -> float | None:
    """The quantile of the mean over a block.

    Parameters
    ----------
    chosen : ndarray of shape (h,), bool
        Steps of the block.
    quantiles : ndarray of shape (h, q)
        Quantiles of the steps.
    levels : sequence of float
        Their probabilities.
    paths : ndarray of shape (p, h) or None
        Scenario paths.
    level : float
        Probability.

    Returns
    -------
    float or None
        Of one step its own quantile; of several that of the means of the paths, since quantiles of hours do not add up;
        None without paths.
    """
    if int(chosen.sum()) == 1:
        return float(quantile_at(quantiles[chosen], levels, level)[0])
    if paths is None or not chosen.any():
        return None
    return float(np.quantile(paths[:, chosen].mean(axis=1), level))


def share_inside(actual: FloatArray1D, low: FloatArray1D, high: FloatArray1D) -> float | None:
    """Share of the values that lie inside their bands.

    Parameters
    ----------
    actual, low, high : ndarray of shape (n,)
        What happened (NaN where not known) and the ends of the bands.

    Returns
    -------
    float or None
        Fraction of the known values; None without any.
    """
    known = np.isfinite(actual) & np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return None
    return float(((actual >= low) & (actual <= high))[known].mean())


def mean_error(actual: FloatArray1D, forecast: FloatArray1D) -> float | None:
    """Mean absolute difference of what happened and what was forecast.

    Parameters
    ----------
    actual, forecast : ndarray of shape (n,)
        NaN where not known.

    Returns
    -------
    float or None
        In the unit of the target; None where nothing is known.
    """
    known = np.isfinite(actual) & np.isfinite(forecast)
    return float(np.abs(actual - forecast)[known].mean()) if known.any() else None
