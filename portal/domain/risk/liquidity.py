"""Expected shortfall over liquidity horizons: the cascade of the Basel market-risk rules (FRTB).

API: ``liquidity_horizon_es(es_by_subset, horizons)``, ``HORIZON_DAYS``.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.inputs import as_pnl

BASE_DAYS = 10.0
HORIZON_DAYS: Mapping[str, int] = MappingProxyType(
    {"energy and carbon price": 20, "energy and carbon volatility": 60}
)  # MAR33.12; the other classes are not traded here


def liquidity_horizon_es(
    es_by_subset: ArrayLike, horizons: ArrayLike, *, base_days: float = BASE_DAYS
) -> float:
    """Return the expected shortfall with each factor moving over its own liquidity horizon.

    Parameters
    ----------
    es_by_subset : array_like of shape (j,)
        Expected shortfall over ``base_days``, EUR, when only the factors move whose horizon is at least that of the
        same place in ``horizons``; the first is that of all factors.
    horizons : array_like of shape (j,)
        Liquidity horizons in days, ascending; the first is ``base_days``.
    base_days : float, default 10
        Days of the base horizon.

    Returns
    -------
    float
        ``sqrt(sum_j ES_j^2 (LH_j - LH_(j-1)) / base)``, EUR.

    Raises
    ------
    LengthMismatch
        Not one figure a horizon.
    BadParameter
        The horizons do not ascend from the base.
    SeriesHasNaN, InsufficientHistory
        A figure is missing, or there is none.

    References
    ----------
    Basel Committee on Banking Supervision, MAR33.5 and MAR33.12.

    Examples
    --------
    >>> round(liquidity_horizon_es([100.0, 80.0], [10, 20]), 6)
    128.062485
    """
    figures, days = as_pnl(es_by_subset), as_pnl(horizons)
    if figures.ndim != 1 or figures.shape != days.shape:
        raise LengthMismatch(
            f"There are figures of shape {figures.shape} for horizons of shape {days.shape}; give one a horizon.",
            first=figures.shape,
            second=days.shape,
        )
    if days[0] != base_days or bool((np.diff(days) <= 0.0).any()):
        raise BadParameter(
            f"Liquidity horizons ascend from the base of {base_days:g} days.",
            name="horizons",
            value=days.tolist(),
        )
    steps = np.diff(days, prepend=0.0)
    return float(np.sqrt(np.sum(figures**2 * steps / base_days)))
