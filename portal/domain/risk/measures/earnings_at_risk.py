"""Earnings at risk: how far the earnings of an accounting period may fall short of budget."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter
from portal.domain.risk.base import risk_measure
from portal.domain.risk.tail import below_expectation


@risk_measure("earnings_at_risk", "Earnings at risk", "EUR")
def earnings_at_risk(
    pnl: ArrayLike,
    *,
    level: float,
    weights: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    tax_rate: float = 0.0,
) -> FloatArray:
    """Earnings at risk of an accounting period, or of each column.

    Budgeted earnings less their quantile at 1 - c. The result of a scenario is what the period will report: what is
    realised and accrued in it, and the change in value of what is not hedge-accounted; not the cash.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        Earnings before tax of each scenario, in EUR; columns are periods or portfolios.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    expected : array_like of shape () or (k,), optional
        Budget before tax, in EUR; the mean of the scenarios by default.
    tax_rate : float, default 0
        Share of earnings that tax takes, in [0, 1); losses are set off in full.

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
        The level is not in (0, 1), or a weight is negative, or the tax rate is not in [0, 1).
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    RiskMetrics Group (1999), CorporateMetrics Technical Document.

    Examples
    --------
    >>> float(earnings_at_risk([10.0, 4.0, 12.0, 9.0, 15.0], level=0.8, expected=12.0, tax_rate=0.25))
    2.25
    """
    if not 0.0 <= tax_rate < 1.0:
        raise BadParameter(
            f"A tax rate lies between 0 and 1, such as 0.25 for 25 %; {tax_rate:g} does not.",
            name="tax_rate",
            value=tax_rate,
        )
    return (1.0 - tax_rate) * below_expectation(pnl, level, weights, expected)
