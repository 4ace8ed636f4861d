"""Performance beside a benchmark.

API: ``against(returns, benchmark, ...) -> RelativePerformance``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.series import require_same_length
from portal.domain.risk.measures.beta import beta
from portal.domain.risk.performance.base import PERIODS, annual_growth, as_returns, ratio


@dataclass(frozen=True)
class RelativePerformance:
    """Figures against a benchmark; decimals, ratios without unit, None where undefined.

    Attributes
    ----------
    beta : float or None
        Regression slope; None if the benchmark does not move.
    alpha_annual : float or None
        Mean return that beta does not explain, compounded over a year.
    capture_up, capture_down : float or None
        Compound growth of a year over that of the benchmark, over the periods in which the benchmark rose, and fell.
    specific_risk : float or None
        Deviation of what the regression leaves (divisor n), of a year.
    fama_beta : float or None
        Deviation over that of the benchmark.
    m_squared : float or None
        Growth of a year at the risk of the benchmark.
    """

    beta: float | None
    alpha_annual: float | None
    capture_up: float | None
    capture_down: float | None
    specific_risk: float | None
    fama_beta: float | None
    m_squared: float | None


def against(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = PERIODS, rf_per_period: float = 0.0
) -> RelativePerformance:
    """Return performance relative to a benchmark of the same periods.

    Parameters
    ----------
    returns, benchmark : array_like of shape (n,)
        Simple returns of the same periods, decimals, oldest first.
    periods_per_year : float, default 252
        Periods in a year.
    rf_per_period : float, default 0
        Free rate of one period.

    Returns
    -------
    RelativePerformance
        All figures.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    LengthMismatch
        The series differ in length.
    SeriesHasNaN
        A return is missing.
    BadParameter
        A return below -1, or ``periods_per_year`` not positive.

    References
    ----------
    Bacon (2008), Practical Portfolio Performance Measurement and Attribution, 2nd ed., chapter 4.
    Modigliani and Modigliani (1997), "Risk-adjusted performance", J. Portfolio Management 23.

    Examples
    --------
    >>> found = against([0.02, -0.02, 0.04], [0.01, -0.01, 0.02])
    >>> round(found.beta, 6), round(found.fama_beta, 6)
    (2.0, 2.0)
    """
    values, market = as_returns(returns, periods_per_year), as_returns(benchmark, periods_per_year)
    require_same_length(values, market, "returns and benchmark")
    if float(np.ptp(market)) == 0.0:
        return RelativePerformance(None, None, *_captures(values, market, periods_per_year), None, None, None)
    slope = float(beta(values, benchmark=market))
    left = float(np.mean(values - rf_per_period)) - slope * float(np.mean(market - rf_per_period))
    scale = ratio(float(np.std(values)), float(np.std(market)))
    growth, free = annual_growth(values, periods_per_year), (1.0 + rf_per_period) ** periods_per_year - 1.0
    return RelativePerformance(
        slope,
        float((1.0 + left) ** periods_per_year - 1.0),
        *_captures(values, market, periods_per_year),
        float(np.std(values - slope * market)) * float(np.sqrt(periods_per_year)),
        scale,
        None if growth is None or not scale else (growth - free) / scale + free,
    )


def _captures(
    values: FloatArray1D, market: FloatArray1D, periods_per_year: float
) -> tuple[float | None, float | None]:
    up, down = (
        ratio(
            annual_growth(values[chosen], periods_per_year), annual_growth(market[chosen], periods_per_year)
        )
        for chosen in (market > 0.0, market < 0.0)
    )
    return up, down
