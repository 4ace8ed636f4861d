"""Quantile rules of other systems, to reconcile their figures with ours. Our own rule is in ``tail``.

API: ``QuantileRule``, ``quantile_loss(pnl, level, rule)``, ``mean_beyond(pnl, threshold)``.
"""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import InsufficientHistory, LengthMismatch
from portal.domain.risk.inputs import MASS_TOLERANCE, as_pnl, require_level
from portal.domain.risk.tail import tail_count


class QuantileRule(StrEnum):
    """How a quantile is read from a sample of losses; all but the last are methods of ``numpy.quantile``."""

    INVERTED_CDF = "inverted_cdf"  # ours: the smallest observed loss with F >= c
    LINEAR = "linear"  # R type 7, pandas, Excel: interpolates at (n - 1) c
    HAZEN = "hazen"
    WEIBULL = "weibull"
    MEDIAN_UNBIASED = "median_unbiased"
    NORMAL_UNBIASED = "normal_unbiased"
    HIGHER = "higher"
    LOWER = "lower"
    NEAREST = "nearest"
    RANK = "rank"  # Hull: the loss of rank floor(n (1 - c)) from the worst


def quantile_loss(
    pnl: ArrayLike, level: float, rule: QuantileRule | str = QuantileRule.INVERTED_CDF
) -> float:
    """Return the loss at confidence c by a named rule.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of one book in each scenario, in EUR.
    level : float
        Confidence c in (0, 1).
    rule : QuantileRule
        How the quantile is read; short samples are not refused, so that printed figures can be met.

    Returns
    -------
    float
        Positive loss, in EUR.

    Raises
    ------
    InsufficientHistory
        No scenario, or by `RANK` less than one in the tail.
    LengthMismatch
        The P&L is a table.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1).

    References
    ----------
    Hyndman and Fan (1996), "Sample quantiles in statistical packages", American Statistician 50.
    Hull, Risk Management and Financial Institutions, chapter on historical simulation, for the rank.

    Examples
    --------
    >>> quantile_loss([-4.0, -3.0, -2.0, -1.0], 0.5), quantile_loss([-4.0, -3.0, -2.0, -1.0], 0.5, "linear")
    (2.0, 2.5)
    """
    require_level(level)
    losses, rule = -_one(pnl), QuantileRule(rule)
    n = len(losses)
    if rule is QuantileRule.INVERTED_CDF:
        at = n - 1 - tail_count(n, level)[0]
    elif rule is QuantileRule.RANK:
        rank = int(np.floor(n * (1.0 - level) + MASS_TOLERANCE))
        if rank < 1:
            raise InsufficientHistory(
                f"{n} scenarios have no loss of rank {n * (1.0 - level):.2g} from the worst; choose a lower level.",
                have=n,
                need=int(np.ceil(1.0 / (1.0 - level) - MASS_TOLERANCE)),
            )
        at = n - rank
    else:
        method: Any = rule.value
        return float(np.quantile(losses, level, method=method)) + 0.0
    return float(np.partition(losses, at)[at]) + 0.0


def mean_beyond(pnl: ArrayLike, threshold: float) -> float:
    """Return the mean of the losses above a threshold, as some packages print it for expected shortfall.

    It changes with the quantile rule behind the threshold, the tail mass of `portal.domain.risk.tail` does not: use it
    to reconcile only.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of one book in each scenario, in EUR.
    threshold : float
        A loss, in EUR; usually a VaR.

    Returns
    -------
    float
        Mean of the losses strictly above it, in EUR.

    Raises
    ------
    InsufficientHistory
        No loss is above the threshold.
    LengthMismatch
        The P&L is a table.
    SeriesHasNaN
        A value is missing.
    """
    losses = -_one(pnl)
    beyond = losses[losses > threshold]
    if not beyond.size:
        raise InsufficientHistory(
            f"No scenario loses more than {threshold:g}, so there is no mean beyond it.", have=0, need=1
        )
    return float(beyond.mean())


def _one(pnl: ArrayLike) -> FloatArray1D:
    values = as_pnl(pnl)
    if values.ndim != 1:
        raise LengthMismatch(
            f"A quantile rule reads one book, but this P&L has {values.shape[1]} columns; add them up first.",
            shape=values.shape,
        )
    return values
