"""Cash flow at risk: how far the cash of a period may fall short of plan."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.risk.base import risk_measure
from portal.domain.risk.tail import below_expectation


@risk_measure("cash_flow_at_risk", "Cash flow at risk", "EUR")
def cash_flow_at_risk(
    pnl: ArrayLike,
    *,
    level: float,
    weights: ArrayLike | None = None,
    expected: ArrayLike | None = None,
) -> FloatArray:
    """Cash flow at risk of a period, or of each column.

    Expected cash less its quantile at 1 - c. The result of a scenario is net cash of the period when it is paid:
    settlements, premiums, margin calls, fees. Give running sums for the cash up to the end of each month.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        Net cash of each scenario, in EUR; columns are periods or portfolios.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    expected : array_like of shape () or (k,), optional
        Planned cash, in EUR; the mean of the scenarios by default.

    Returns
    -------
    ndarray of shape () or (k,)
        Shortfall against the expectation, in EUR; negative when even the quantile beats it.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), or a weight is negative.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    RiskMetrics Group (1999), CorporateMetrics Technical Document.

    Examples
    --------
    >>> float(cash_flow_at_risk([10.0, 4.0, 12.0, 9.0, 15.0], level=0.8))
    1.0
    """
    return below_expectation(pnl, level, weights, expected)
